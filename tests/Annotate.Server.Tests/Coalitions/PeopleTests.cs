using System.Text.Json;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Coalitions;

/// <summary>
/// What the list of people says about them, and what each who asks may do: Alma is Alpha's steward; Bob administers Beta, to which Bill belongs;
/// of Gamma nobody has come; Eve is an expert. Each test has a coalition of its own.
/// </summary>
public sealed class PeopleTests(PeopleTests.House house) : IClassFixture<PeopleTests.House>, IAsyncLifetime
{
    static readonly object Link = new { kind = "signIn" };

    readonly TestServerHost _server = house.Server;
    readonly string _coalition = house.NextCoalition();
    HttpClient _alma = null!;
    HttpClient _bob = null!;

    string River => $"/api/coalitions/{_coalition}";

    public async ValueTask InitializeAsync()
    {
        await _server.AdmitAsync(_coalition, "alma", Role.Steward, "alpha", Mandate.Annotate);
        await _server.AdmitAsync(_coalition, "bob", Role.Member, "beta", Mandate.Administer);
        await _server.AdmitAsync(_coalition, "bill", Role.Member, "beta", Mandate.Draft);
        await _server.AdmitAsync(_coalition, "gil", Role.Member, "gamma");
        await _server.AdmitAsync(_coalition, "eve", Role.Member, null);
        _alma = await _server.PersonAsync(_coalition, "alma");
        _bob = await _server.PersonAsync(_coalition, "bob");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Everybody_is_told_what_they_may_do_and_why_not()
    {
        Assert.Equal("rename admit | ", Told(await PeopleAsync(_bob, "beta")));
        Assert.Equal("makeLink endTokens remove giveMandate takeMandate | ", Told(await PersonAsync(_bob, "beta", "bill")));
        var bob = await PersonAsync(_bob, "beta", "bob");
        Assert.Equal("endTokens | makeLink: can-come-in; remove takeMandate: conflict; giveMandate: own-mandate", Told(bob));
        Assert.Equal(0, bob.GetProperty("take").GetArrayLength());
        Assert.Equal(" | rename: administrators-only; admit: operator-only", Told(await PeopleAsync(_alma, "beta")));
        Assert.Equal(" | makeLink: administrators-only; endTokens remove giveMandate takeMandate: administrators-only", Told(await PersonAsync(_alma, "beta", "bill")));
        Assert.Equal("makeLink | endTokens remove giveMandate: administrators-only", Told(await PersonAsync(_alma, "gamma", "gil")));
        Assert.Equal("bringInOrganisation admit | ", Told(await PeopleAsync(_alma, null)));
        Assert.Equal("makeLink endTokens remove giveMandate | ", Told(await PersonAsync(_alma, null, "eve")));
        Assert.Equal("bringInOrganisation admit | ", Told(await PeopleAsync(_server.Operator, null)));
        using var bill = await _server.PersonAsync(_coalition, "bill");
        Assert.Equal(" | rename admit: mandate-missing", Told(await PeopleAsync(bill, "beta")));
        Assert.Equal((404, "not-found"), (await _bob.GetReplyAsync($"{River}/people?organisation=nowhere")).Problem());
    }

    [Fact]
    public async Task What_is_told_is_what_is_answered()
    {
        foreach (var (client, organisation) in new[] { (_alma, "alpha"), (_alma, "beta"), (_alma, "gamma"), (_alma, null), (_bob, "alpha"), (_bob, "beta"), (_bob, null) })
        {
            foreach (var person in (await PeopleAsync(client, organisation))["people"].EnumerateArray().ToArray())
            {
                var id = person.GetProperty("id").GetString()!;
                // One's own are one's own affair.
                if (client == (id == "alma" ? _alma : id == "bob" ? _bob : null)) continue;
                var mayMake = Told(person).Split('|')[0].Contains("makeLink", StringComparison.Ordinal);
                Assert.Equal((id, mayMake), (id, (await client.PostReplyAsync($"{River}/people/{id}/tokens", Link)).Status == 201));
                // Ending what there is not is allowed to the same.
                var mayEnd = Told(await PersonAsync(client, organisation, id)).Split('|')[0].Contains("endTokens", StringComparison.Ordinal);
                if (id is not ("alma" or "bob")) Assert.Equal((id, mayEnd), (id, (await client.DeleteReplyAsync($"{River}/people/{id}/tokens")).Status == 204));
            }
        }
    }

    [Fact]
    public async Task It_shows_who_has_come_and_which_links_wait()
    {
        var before = await PeopleAsync(_alma, "gamma");
        Assert.False(before["hasAnybodyCome"].GetBoolean());
        var link = (await _alma.PostReplyAsync($"{River}/people/gil/tokens", Link))["token"].GetString()!;
        var waiting = await PersonAsync(_bob, "gamma", "gil");
        Assert.Equal((false, "alma"), (waiting.GetProperty("hasCome").GetBoolean(), waiting.GetProperty("link").GetProperty("by").GetProperty("person").GetString()));
        Assert.Equal(303, await RedeemAsync(link));
        var come = await PersonAsync(_bob, "gamma", "gil");
        Assert.Equal((true, JsonValueKind.Null), (come.GetProperty("hasCome").GetBoolean(), come.GetProperty("link").ValueKind));
        Assert.True((await PeopleAsync(_alma, "gamma"))["hasAnybodyCome"].GetBoolean());
        Assert.Equal(" | makeLink: administrators-only; endTokens remove giveMandate: administrators-only", Told(await PersonAsync(_alma, "gamma", "gil")));
    }

    [Fact]
    public async Task A_link_of_before_makers_were_kept_signs_nobody_in()
    {
        // As an older server made it: neither the coalition nor the person's list knows by whom.
        var tokens = _server.Services.GetRequiredService<Tokens>();
        var (secret, by, expires) = (tokens.MakeForOperator(), new By("alma", "alpha"), DateTimeOffset.MaxValue);
        var hash = Secrets.HashOf(secret);
        var count = new CountToken(hash, expires, 0, null, IsInvitation: true) { Id = _server.NewId(), By = by };
        Assert.Null((await _server.Grains.GetGrain<IPersonTokensGrain>($"{_coalition}/bill").RunAsync(count)).Problem);
        var issue = new IssueToken(TokenKind.SignIn, _coalition, "bill", expires, 0) { Id = _server.NewId(), By = by };
        Assert.Null((await _server.Grains.GetGrain<ITokenGrain>(hash).RunAsync(issue)).Problem);
        Assert.Equal(410, await RedeemAsync(secret));
        Assert.False((await PersonAsync(_bob, "beta", "bill")).GetProperty("hasCome").GetBoolean());
    }

    [Fact]
    public async Task What_ends_nothing_is_not_told_again()
    {
        var link = (await _bob.PostReplyAsync($"{River}/people/bill/tokens", Link))["token"].GetString()!;
        Assert.Equal(204, (await _bob.DeleteReplyAsync($"{River}/people/bill/tokens")).Status);
        var version = (await PeopleAsync(_bob, "beta"))["version"].GetInt64();
        for (var i = 0; i < 3; i++) Assert.Equal(204, (await _bob.DeleteReplyAsync($"{River}/people/bill/tokens")).Status);
        Assert.Equal(version, (await PeopleAsync(_bob, "beta"))["version"].GetInt64());
        Assert.Equal(410, await RedeemAsync(link));
        // With something to end, it is told again.
        using var bill = await _server.PersonAsync(_coalition, "bill");
        version = (await PeopleAsync(_bob, "beta"))["version"].GetInt64();
        Assert.Equal(204, (await _bob.DeleteReplyAsync($"{River}/people/bill/tokens")).Status);
        Assert.Equal(version + 1, (await PeopleAsync(_bob, "beta"))["version"].GetInt64());
        Assert.Equal(401, (await bill.GetReplyAsync("/api/me")).Status);
    }

    async Task<Reply> PeopleAsync(HttpClient client, string? organisation)
    {
        var reply = await client.GetReplyAsync($"{River}/people{(organisation is null ? "" : $"?organisation={organisation}")}");
        Assert.Equal(200, reply.Status);
        return reply;
    }

    async Task<JsonElement> PersonAsync(HttpClient client, string? organisation, string person) =>
        (await PeopleAsync(client, organisation))["people"].EnumerateArray().Single(each => each.GetProperty("id").GetString() == person);

    static string Told(Reply reply) => Told(reply.Body);

    // "what may be done | what may not: why; ..."
    static string Told(JsonElement told)
    {
        static string Deeds(JsonElement deeds) => string.Join(' ', deeds.EnumerateArray().Select(deed => deed.GetString()));
        return $"{Deeds(told.GetProperty("may"))} | "
            + string.Join("; ", told.GetProperty("mayNot").EnumerateArray().Select(each => $"{Deeds(each.GetProperty("deeds"))}: {each.GetProperty("problem").GetProperty("code").GetString()}"));
    }

    async Task<int> RedeemAsync(string link)
    {
        using var answer = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        return (int)answer.StatusCode;
    }

    /// <summary>The server that the tests share.</summary>
    public sealed class House : IAsyncLifetime
    {
        int _coalitions;

        public TestServerHost Server { get; private set; } = null!;

        public string NextCoalition() => $"river-{Interlocked.Increment(ref _coalitions)}";

        public async ValueTask InitializeAsync() => Server = await TestServerHost.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
