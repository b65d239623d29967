using System.Net;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Access;

/// <summary>Bad tokens cost little and good ones nothing: behind one address there may be a whole office.</summary>
public sealed class WrongTokenTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_sends_many_wrong_tokens_has_to_wait_and_good_ones_from_there_do_not(bool isUnchecked)
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        string[] good = [await server.TokenAsync("river", "ada"), await UncheckedAsync(server, TokenKind.Bearer)];
        string[] links = [await server.TokenAsync("river", "ada", TokenWanted.SignIn), await UncheckedAsync(server, TokenKind.SignIn)];

        // Without a token there is nothing that could be wrong.
        for (var i = 0; i <= Limits.WrongTokensPerAddressMax; i++) Assert.Equal(401, (await server.Anonymous.GetReplyAsync("/api/me")).Status);
        for (var i = 0; i < Limits.WrongTokensPerAddressMax; i++)
            Assert.Equal((401, "sign-in-needed"), (await AskAsync(server, MadeUp(isUnchecked))).Problem());

        using (var answer = await server.NewClient(MadeUp(isUnchecked)).GetAsync("/api/me"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, Limits.WrongTokensWindowSeconds);
        }

        Assert.Equal((429, "too-many-wrong-tokens"), (await AskAsync(server, MadeUp(isUnchecked))).Problem());
        using var hub = await HubSocket.OpenAsync(server.Address, MadeUp(isUnchecked));
        Assert.Equal(HttpStatusCode.TooManyRequests, hub.Refusal);
        using var wrong = await RedeemAsync(server, MadeUp(isUnchecked));
        Assert.Equal(HttpStatusCode.TooManyRequests, wrong.StatusCode);

        foreach (var token in good) Assert.Equal(200, (await AskAsync(server, token)).Status);
        foreach (var link in links)
        {
            using var signedIn = await RedeemAsync(server, link);
            Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        }

        // What was good once is told that it is no more, and not to wait.
        using (await server.NewClient(good[0]).DeleteAsync("/api/tokens/current")) { }
        Assert.Equal((401, "sign-in-needed"), (await AskAsync(server, good[0])).Problem());
        using var spent = await RedeemAsync(server, links[0]);
        Assert.Equal(HttpStatusCode.Gone, spent.StatusCode);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task The_same_wrong_token_counts_once_and_is_looked_up_at_most_once(bool isUnchecked, int lookups)
    {
        var calls = new TokenCalls();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(calls));
        var token = MadeUp(isUnchecked);
        var statuses = await Task.WhenAll(Enumerable.Range(0, Limits.WrongTokensPerAddressMax + 100).Select(async _ => (await AskAsync(server, token)).Status));
        Assert.Equal([401], statuses.Distinct());
        Assert.Equal(lookups, calls.Of(token));
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Warning Annotate", StringComparison.Ordinal));

        // Others that are made up cost nothing either; one that was cut off or misread by a letter is one of them.
        calls.Clear();
        for (var i = 0; i < 20; i++) Assert.Equal(401, (await AskAsync(server, MadeUp(isUnchecked: false))).Status);
        Assert.Equal(0, calls.All);

        // Lookups that fail are answered each, and said in one line.
        calls.Fail = true;
        for (var i = 0; i < 20; i++) Assert.Equal((503, "rights-unknown"), (await AskAsync(server, Secrets.Make())).Problem());
        Assert.Single(server.Log.Lines, line => line.StartsWith("Warning Annotate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_was_misread_is_told_from_one_that_was_used()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);
        var misread = link[..10] + (link[10] == 'x' ? 'y' : 'x') + link[11..];
        using (var refused = await RedeemAsync(server, misread)) Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using (var page = await server.Anonymous.GetAsync("/sign-in?token=" + misread)) Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        using (var signedIn = await RedeemAsync(server, link)) Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        using (var again = await RedeemAsync(server, link)) Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
    }

    [Theory]
    [InlineData("192.0.2.7;127.0.0.0/8", true)]
    [InlineData("192.0.2.7", false)]
    public async Task Behind_a_proxy_that_is_named_each_visitor_has_an_address_of_their_own(string proxies, bool isNamed)
    {
        await using var server = await TestServerHost.StartAsync(settings => settings with { Proxies = proxies });
        async Task<int> AskAsAsync(string visitor)
        {
            using var client = server.NewClient(MadeUp(isUnchecked: false));
            return (await client.AskAsync(HttpMethod.Get, "/api/me", null, ("X-Forwarded-For", visitor))).Status;
        }

        for (var i = 0; i < Limits.WrongTokensPerAddressMax; i++) Assert.Equal(401, await AskAsAsync($"2001:db8:1:2::{i:x}"));
        Assert.Equal(429, await AskAsAsync("2001:db8:1:2:ffff::1"));
        Assert.Equal(isNamed ? 401 : 429, await AskAsAsync("2001:db8:1:3::1"));
        Assert.Equal(isNamed ? 401 : 429, await AskAsAsync("192.0.2.1"));
        // What a visitor writes there themself stands before what the proxy adds, and is not believed.
        Assert.Equal(429, await AskAsAsync("192.0.2.2, 2001:db8:1:2::1"));
    }

    [Fact]
    public void What_was_noted_is_remembered_for_a_while_and_while_it_fits()
    {
        var clock = new FakeTimeProvider();
        var lately = new Lately<int>(3, TimeSpan.FromMinutes(1), clock);
        Assert.True(lately.Add(1));
        Assert.False(lately.Add(1));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(lately.Holds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(lately.Add(1));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True(lately.Add(1));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(lately.Holds(1));
        for (var i = 0; i < 9; i++) Assert.True(lately.Add(i));
        Assert.Equal([false, false, false, true, true, true, true, true, true], Enumerable.Range(0, 9).Select(lately.Holds));
    }

    // With a check that is wrong, or without one.
    static string MadeUp(bool isUnchecked) => isUnchecked ? Secrets.Make() : Secrets.Make() + Secrets.Make()[^TokenKey.CheckCharacters..];

    static async Task<Reply> AskAsync(TestServerHost server, string token)
    {
        using var client = server.NewClient(token);
        return await client.GetReplyAsync("/api/me");
    }

    static Task<HttpResponseMessage> RedeemAsync(TestServerHost server, string link) =>
        server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));

    /// <summary>As Ada made them for herself before there were checks.</summary>
    internal static async Task<string> UncheckedAsync(TestServerHost server, TokenKind kind)
    {
        var token = Secrets.Make();
        var hash = Secrets.HashOf(token);
        var expires = server.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddHours(1);
        var stay = (await server.Services.GetRequiredService<Doors>().PersonAsync("river", "ada"))!.Stay;
        var ada = new By("ada", "lantern");
        var count = new CountToken(hash, expires, stay, null, IsInvitation: false, Kind: kind) { Id = server.NewId(), By = ada };
        Assert.Null((await server.Grains.GetGrain<IPersonTokensGrain>("river/ada").RunAsync(count)).Problem);
        var issue = new IssueToken(kind, "river", "ada", expires, stay) { Id = server.NewId(), By = ada };
        Assert.Null((await server.Grains.GetGrain<ITokenGrain>(hash).RunAsync(issue)).Problem);
        return token;
    }

    /// <summary>Counts the lookups of tokens, and fails them.</summary>
    sealed class TokenCalls : IIncomingGrainCallFilter
    {
        readonly System.Collections.Concurrent.ConcurrentQueue<string> _hashes = [];

        public volatile bool Fail;

        public int All => _hashes.Count;

        public int Of(string token) => _hashes.Count(hash => hash == Secrets.HashOf(token));

        public void Clear() => _hashes.Clear();

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.TargetContext.GrainInstance is not TokenGrain || context.MethodName != nameof(ITokenGrain.FindAsync)) return context.Invoke();
            _hashes.Enqueue(context.TargetId.Key.ToString()!);
            return Fail ? throw new TimeoutException("The storage is away.") : context.Invoke();
        }
    }
}
