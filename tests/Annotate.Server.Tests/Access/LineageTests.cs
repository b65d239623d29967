using System.Net;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>What a token can make of itself: nothing that outlives it.</summary>
public sealed class LineageTests : IAsyncLifetime
{
    const string Ada = "/api/coalitions/river/people/ada/tokens";

    readonly ShiftedClock _clock = new();
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<TimeProvider>(_clock));
        await _server.AdmitAsync("river", "ada", Role.Member, "lantern");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_a_bearer_makes_lives_no_longer_and_ends_with_it_however_far_down()
    {
        var parent = await _server.TokenAsync("river", "ada", minutes: 1);
        var child = await MakeAsync(parent, "bearer", days: 366);
        var grandchild = await MakeAsync(child.Token, "bearer", days: 366);
        Assert.True(child.Expires <= _clock.GetUtcNow().AddMinutes(1) && grandchild.Expires <= child.Expires);
        using var open = await HubSocket.OpenAsync(_server.Address, grandchild.Token);
        Assert.Null(open.Refusal);

        // Its link too, and the session that the link opens, and what that makes.
        var link = await MakeAsync(parent, "signIn");
        var session = await SessionAsync(link.Token);
        var ofSession = await MakeAsync(session, "bearer", days: 366);
        Assert.True(ofSession.Expires <= child.Expires.AddMinutes(1));
        var unused = await MakeAsync(child.Token, "signIn");

        using (var ended = await _server.NewClient(parent).DeleteAsync("/api/tokens/current")) Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        foreach (var token in new[] { child.Token, grandchild.Token, session, ofSession.Token }) Assert.Equal(401, await StatusAsync(token));
        Assert.Null(await TrySessionAsync(unused.Token));
        await open.EndedAsync();
        await _server.RestartAsync();
        foreach (var token in new[] { child.Token, grandchild.Token, session, ofSession.Token }) Assert.Equal(401, await StatusAsync(token));
    }

    [Fact]
    public async Task What_a_bearer_made_runs_out_with_it()
    {
        var parent = await _server.TokenAsync("river", "ada", minutes: 1);
        var child = await MakeAsync(parent, "bearer", days: 366);
        var session = await SessionAsync((await MakeAsync(parent, "signIn")).Token);
        _clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var token in new[] { parent, child.Token, session }) Assert.Equal(401, await StatusAsync(token));
    }

    [Fact]
    public async Task A_session_and_what_is_made_in_it_live_their_own_time()
    {
        var session = await SessionAsync(await _server.TokenAsync("river", "ada", TokenWanted.SignIn, minutes: 1));
        var program = await MakeAsync(session, "bearer", days: 366);
        Assert.True(program.Expires > _clock.GetUtcNow().AddDays(365));
        var device = await SessionAsync((await MakeAsync(session, "signIn")).Token);
        using (var ended = await _server.NewClient(session).DeleteAsync("/api/tokens/current")) Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((401, 200, 200), (await StatusAsync(session), await StatusAsync(program.Token), await StatusAsync(device)));
    }

    [Fact]
    public async Task A_lineage_goes_so_deep_and_no_deeper()
    {
        var token = await _server.TokenAsync("river", "ada");
        for (var depth = 0; depth < Annotate.Limits.TokenLineageMax; depth++) token = (await MakeAsync(token, "bearer")).Token;
        Assert.Equal((413, "too-large"), (await _server.NewClient(token).PostReplyAsync(Ada, new { kind = "bearer" })).Problem());
    }

    async Task<(string Token, DateTimeOffset Expires)> MakeAsync(string with, string kind, int? days = null)
    {
        using var client = _server.NewClient(with);
        var made = await client.PostReplyAsync(Ada, new { kind, days });
        Assert.True(made.Status == 201, made.Body.ToString());
        return (made["token"].GetString()!, made["expires"].GetDateTimeOffset());
    }

    async Task<string> SessionAsync(string link) => await TrySessionAsync(link) ?? throw new InvalidOperationException("The link was refused.");

    async Task<string?> TrySessionAsync(string link)
    {
        using var answer = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        return answer.StatusCode == HttpStatusCode.SeeOther ? answer.Headers.GetValues("Set-Cookie").First().Split(';')[0].Split('=')[1] : null;
    }

    async Task<int> StatusAsync(string token) => (await _server.NewClient(token).GetReplyAsync("/api/me")).Status;
}
