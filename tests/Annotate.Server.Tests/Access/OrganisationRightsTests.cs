using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Access;

/// <summary>
/// What concerns an organisation is its own people's: Alpha's steward tries everything against Beta, where Bea is a steward who has come and
/// Bob has not come yet.
/// </summary>
public sealed class OrganisationRightsTests : IAsyncLifetime
{
    const string River = "/api/coalitions/river";
    static readonly object Link = new { kind = "signIn" };

    TestServerHost _server = null!;
    HttpClient _alma = null!;
    HttpClient _bea = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await _server.AdmitAsync("river", "alma", Role.Steward, "alpha", Mandate.Annotate);
        await _server.AdmitAsync("river", "bea", Role.Steward, "beta", Mandate.Annotate);
        await _server.AdmitAsync("river", "bob", Role.Member, "beta", Mandate.Position);
        _alma = await _server.PersonAsync("river", "alma");
        _bea = await _server.PersonAsync("river", "bea");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_steward_becomes_nobody_of_another_organisation_and_changes_nothing_of_it()
    {
        Assert.Equal((403, "administrators-only"), (await _alma.PostReplyAsync($"{River}/people/bob/tokens", Link)).Problem());
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Put, "organisations/beta", new { name = "Alpha" }),
            (HttpMethod.Put, "organisations/beta", new { name = "Better" }),
            (HttpMethod.Put, "people/bob", new { name = "bob", organisation = "alpha", role = "member" }),
            (HttpMethod.Put, "people/bob", new { name = "Mallory", organisation = "beta", role = "member" }),
            (HttpMethod.Put, "people/bob", new { name = "bob", organisation = "beta", role = "steward", mandates = new[] { new { mandate = "position" } } }),
            (HttpMethod.Put, "people/mallory", new { name = "mallory", organisation = "beta", role = "member" }),
            (HttpMethod.Delete, "people/bob", null),
            (HttpMethod.Delete, "people/bea", null),
            (HttpMethod.Delete, "people/bob/tokens", null),
            (HttpMethod.Delete, "people/bea/tokens", null),
            (HttpMethod.Put, "people/bob/mandates/draft", new { }),
            (HttpMethod.Put, "people/bob/mandates/administer", new { }),
            (HttpMethod.Delete, "people/bob/mandates/position", null),
        })
        {
            var reply = await _alma.AskAsync(method, $"{River}/{path}", body);
            Assert.Equal((path, 403), (path, reply.Status));
        }

        Assert.Equal("bea", (await _bea.GetReplyAsync("/api/me"))["person"].GetString());
    }

    [Fact]
    public async Task A_steward_lets_in_the_first_and_the_coalition_sees_it()
    {
        await _server.AdmitAsync("river", "gil", Role.Member, "gamma", Mandate.Position);
        await _server.AdmitAsync("river", "gus", Role.Member, "gamma");
        var first = await LinkAsync(_alma, "gil");
        var second = await LinkAsync(_alma, "gus");
        var last = await LinkAsync(_alma, "gil");
        foreach (var ended in new[] { first, second }) Assert.Equal(410, await RedeemAsync(ended));
        await _server.RestartAsync();
        Assert.Equal(303, await RedeemAsync(last));
        Assert.Equal((403, "administrators-only"), (await _alma.PostReplyAsync($"{River}/people/gus/tokens", Link)).Problem());

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        string[] told;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            told = [.. (await _bea.GetReplyAsync($"{River}/feed"))["activities"].EnumerateArray()
                .Select(each => $"{each.GetProperty("by").GetProperty("person")} {each.GetProperty("kind")} {each.GetProperty("subject")}")];
        }
        while (!told.Contains("gil person-came gil"));
        Assert.Equal(2, told.Count(each => each == "alma person-invited gil"));
        Assert.Contains("alma person-invited gus", told);
    }

    [Fact]
    public async Task An_administrator_lets_in_their_own_people_and_those_again_who_have_lost_everything()
    {
        using (await _server.Operator.PutAsync($"{River}/people/bob/mandates/administer", new StringContent(""))) { }
        using var bob = await _server.PersonAsync("river", "bob");
        await _server.AdmitAsync("river", "bill", Role.Member, "beta");
        var link = await LinkAsync(bob, "bill");
        Assert.Equal(303, await RedeemAsync(link));
        Assert.Equal((403, "can-come-in"), (await bob.PostReplyAsync($"{River}/people/bill/tokens", Link)).Problem());
        Assert.Equal(204, (await bob.DeleteReplyAsync($"{River}/people/bill/tokens")).Status);
        Assert.Equal(303, await RedeemAsync(await LinkAsync(bob, "bill")));
        // Bea is a steward of Beta, which has an administrator by now.
        Assert.Equal((403, "administrators-only"), (await _bea.DeleteReplyAsync($"{River}/people/bill/tokens")).Problem());
    }

    [Fact]
    public async Task Who_came_before_comings_were_recorded_has_come()
    {
        await _server.AdmitAsync("river", "gil", Role.Member, "gamma");
        await _server.AdmitAsync("river", "gus", Role.Member, "gamma");
        await LinkAsync(_alma, "gus");
        // As an older server did it: the coalition hears nothing.
        var token = new CountToken("hash", DateTimeOffset.MaxValue, 0, null, IsInvitation: false) { Id = _server.NewId(), By = new By("fay", "delta") };
        await _server.AdmitAsync("river", "fay", Role.Member, "delta");
        await _server.AdmitAsync("river", "finn", Role.Member, "delta");
        Assert.Null((await _server.Grains.GetGrain<IPersonTokensGrain>("river/fay").RunAsync(token)).Problem);
        foreach (var person in new[] { "fay", "finn" })
            Assert.Equal((403, "administrators-only"), (await _alma.PostReplyAsync($"{River}/people/{person}/tokens", Link)).Problem());
    }

    static async Task<string> LinkAsync(HttpClient by, string person)
    {
        var made = await by.PostReplyAsync($"{River}/people/{person}/tokens", Link);
        Assert.Equal(201, made.Status);
        return made["token"].GetString()!;
    }

    async Task<int> RedeemAsync(string link)
    {
        using var answer = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        return (int)answer.StatusCode;
    }
}
