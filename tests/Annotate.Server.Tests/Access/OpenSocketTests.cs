using System.Net;
using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>Connections that are open when a right goes. How soon they end, <see cref="RevocationTimeTests"/> measures.</summary>
public sealed class OpenSocketTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly ShiftedClock _clock = new();
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<TimeProvider>(_clock));
        await _server.AdmitAsync("river", "ada", Role.Member, "lantern", Mandate.Draft);
        await _server.AdmitAsync("river", "ben", Role.Member, "lantern");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Signing_out_ends_what_is_open_with_that_token_and_nothing_else()
    {
        var token = await _server.TokenAsync("river", "ada");
        var other = await _server.TokenAsync("river", "ada");
        using var ending = await HubSocket.OpenAsync(_server.Address, token);
        using var staying = await HubSocket.OpenAsync(_server.Address, other);
        using var client = _server.NewClient(token);
        using var signedOut = await client.DeleteAsync("/api/tokens/current");
        await ending.EndedAsync();

        var isOpen = staying.EndedAsync();
        using var me = await _server.NewClient(other).GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        Assert.False(isOpen.IsCompleted);
    }

    [Fact]
    public async Task Revoking_all_tokens_of_a_person_ends_theirs()
    {
        using var ada = await HubSocket.OpenAsync(_server.Address, await _server.TokenAsync("river", "ada"));
        using var ben = await HubSocket.OpenAsync(_server.Address, await _server.TokenAsync("river", "ben"));
        using var revoked = await _server.Operator.DeleteAsync("/api/coalitions/river/people/ada/tokens");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await ada.EndedAsync();
        Assert.False(ben.EndedAsync().IsCompleted);

        // One made afterwards is good.
        using var again = await HubSocket.OpenAsync(_server.Address, await _server.TokenAsync("river", "ada"));
        Assert.Null(again.Refusal);
    }

    [Fact]
    public async Task A_connection_under_another_spelling_of_the_path_is_watched_over_as_well()
    {
        var token = await _server.TokenAsync("river", "ada");
        using var ada = await HubSocket.OpenAsync(_server.Address, token, path: "/LIVE");
        Assert.Null(ada.Refusal);
        using var revoked = await _server.Operator.DeleteAsync("/api/coalitions/river/people/ada/tokens");
        await ada.EndedAsync();
    }

    [Fact]
    public async Task Who_is_removed_from_the_coalition_is_disconnected_and_let_in_no_more()
    {
        var token = await _server.TokenAsync("river", "ada");
        using var ada = await HubSocket.OpenAsync(_server.Address, token);
        await _server.Grains.GetGrain<ICoalitionGrain>("river").RunAsync(new RemovePerson("ada") { Id = _server.NewId(), By = By.Operator });
        await ada.EndedAsync();
        using var again = await HubSocket.OpenAsync(_server.Address, token);
        Assert.Equal(HttpStatusCode.Unauthorized, again.Refusal);
    }

    [Fact]
    public async Task A_token_that_runs_out_takes_its_connections_along()
    {
        using var ada = await HubSocket.OpenAsync(_server.Address, await _server.TokenAsync("river", "ada", minutes: 10));
        _clock.Advance(TimeSpan.FromMinutes(11));
        await ada.EndedAsync();
    }

    [Fact]
    public async Task A_mandate_that_runs_out_is_told_to_those_who_watch_over_connections()
    {
        var until = _clock.GetUtcNow().AddMinutes(10);
        var grain = _server.Grains.GetGrain<ICoalitionGrain>("river");
        await grain.RunAsync(new GrantMandate("ada", Mandate.Draft, until) { Id = _server.NewId(), By = By.Operator });
        var token = await _server.TokenAsync("river", "ada", minutes: 600);
        using var ada = await HubSocket.OpenAsync(_server.Address, token);
        var doors = _server.Services.GetRequiredService<Doors>();
        var principal = (await doors.FindAsync(token))!;
        Assert.True((await doors.StandingAsync(principal, "river"))!.May(Right.Draft));

        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        doors.Changed += coalition =>
        {
            if (coalition == "river") told.TrySetResult();
        };
        _clock.Advance(TimeSpan.FromMinutes(11));
        await told.Task.WaitAsync(Patience);
        Assert.False((await doors.StandingAsync(principal, "river"))!.May(Right.Draft));
        Assert.False(ada.EndedAsync().IsCompleted);
    }

    [Fact]
    public async Task Sockets_take_the_cookie_only_from_our_own_pages_and_a_token_beside_the_sub_protocol()
    {
        var token = await _server.TokenAsync("river", "ada");
        var cookie = $"annotate_session={token}";
        using var bare = await HubSocket.OpenAsync(_server.Address, null, options => options.SetRequestHeader("Cookie", cookie));
        Assert.Equal(HttpStatusCode.Forbidden, bare.Refusal);
        using var foreign = await HubSocket.OpenAsync(_server.Address, null, options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", "http://127.0.0.1.elsewhere.example");
        });
        Assert.Equal(HttpStatusCode.Forbidden, foreign.Refusal);
        using var own = await HubSocket.OpenAsync(_server.Address, null, options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", $"http://{_server.Address.Authority}");
        });
        Assert.Null(own.Refusal);
        using var header = await HubSocket.OpenAsync(_server.Address, null, options => options.SetRequestHeader("Authorization", "Bearer " + token));
        Assert.Null(header.Refusal);
        using var none = await HubSocket.OpenAsync(_server.Address, null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.Refusal);
    }

    [Fact]
    public async Task The_query_is_no_place_for_a_token_but_on_sockets()
    {
        var token = await _server.TokenAsync("river", "ada");
        using var answer = await _server.Anonymous.GetAsync("/api/me?access_token=" + token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
