using System.Net;
using System.Text.Json;
using Annotate.Client;
using Annotate.Server.Configuring;
using Annotate.Server.Tests.Storage;
using Annotate.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>A server that goes takes its people along: their cursors and their presence end on the others.</summary>
public sealed class DeadSiloTests(PostgresFixture postgres)
{
    const string Presence = "presence/" + Harbour.Coalition;

    [Fact]
    public async Task Who_was_at_a_server_that_stops_is_gone()
    {
        var database = await postgres.NewDatabase();
        await using var staying = await StartAsync(database);
        await Harbour.FoundAsync(staying.Operator);
        var stopping = await StartAsync(database);
        await using var ada = await ComesAsync(staying.Address, staying.Operator);
        await using var ben = await ShowsAsync(stopping.Address, stopping.Operator, ada);
        await stopping.DisposeAsync();
        await BecomesAloneAsync(ada);
    }

    [Fact]
    public async Task Who_was_at_a_server_that_is_killed_is_gone()
    {
        var database = await postgres.NewDatabase();
        await using var staying = await StartAsync(database);
        await Harbour.FoundAsync(staying.Operator);
        await using var doomed = await ServerProcess.StartAsync(
            ("Annotate__Profile", "Postgres"), ("Annotate__Postgres", database), ("Annotate__FollowRenewSeconds", "1"));
        await using var ada = await ComesAsync(staying.Address, staying.Operator);
        await using var ben = await ShowsAsync(doomed.Address, doomed.NewOperator(), ada);
        await doomed.KillAsync();
        using var isOver = new CancellationTokenSource();
        var asking = NeverUnexpectedAsync(staying.Operator, isOver.Token);
        await BecomesAloneAsync(ada);
        await isOver.CancelAsync();
        await asking;
    }

    /// <summary>What the lost server held is away for a while; whoever asks for it hears that, and nothing else.</summary>
    static async Task NeverUnexpectedAsync(HttpClient client, CancellationToken isOver)
    {
        string[] paths = [Harbour.ThreadPath, Harbour.PositionsPath, $"/api/texts/{Harbour.Text}/plain", $"/api/coalitions/{Harbour.Coalition}/statements/reply"];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (!isOver.IsCancellationRequested)
        {
            await Task.WhenAll(paths.Select(AskAsync));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        async Task AskAsync(string path)
        {
            using var answer = await client.GetAsync(path, CancellationToken.None);
            var isAway = answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null;
            Assert.True(answer.IsSuccessStatusCode || isAway, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
        }
    }

    [Fact]
    public async Task Who_is_still_there_stays()
    {
        var database = await postgres.NewDatabase();
        await using var one = await StartAsync(database);
        await Harbour.FoundAsync(one.Operator);
        await using var other = await StartAsync(database);
        await using var ada = await ComesAsync(one.Address, one.Operator);
        await using var ben = await ShowsAsync(other.Address, other.Operator, ada);
        // Says nothing more for longer than a silent silo is waited for; whoever comes then is told of it.
        var seconds = Annotate.Server.Live.Limits.AwarenessSilentRenewalsMax + 2;
        for (var second = 0; second < seconds; second++) await RenewedAsync(one);
        Assert.False(ada.HasMore("aware " + Harbour.Text));
        await using var cat = await BareHub.OpenAsync(one.Address, await Harbour.TokenAsync(one.Operator, "cat"), "messagepack");
        await cat.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        Assert.False(Entry(await cat.NextAsync<byte[]>("aware " + Harbour.Text)).IsRemoval);
    }

    static async Task RenewedAsync(TestServerHost server)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), server.Services.GetRequiredService<TimeProvider>());
        await timer.WaitForNextTickAsync();
    }

    static async Task<BareHub> ComesAsync(Uri server, HttpClient operator_)
    {
        var ada = await BareHub.OpenAsync(server, await Harbour.TokenAsync(operator_, "ada"), "messagepack");
        await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        return ada;
    }

    /// <summary>Ben comes, and Ada sees his cursor and that he is present.</summary>
    static async Task<BareHub> ShowsAsync(Uri server, HttpClient operator_, BareHub ada)
    {
        var ben = await BareHub.OpenAsync(server, await Harbour.TokenAsync(operator_, "ben"), "messagepack");
        await ben.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await ben.TellAsync("Aware", Harbour.Text, AwarenessUpdate.Write([new AwarenessEntry(22, 1, "{}"u8.ToArray())]));
        Assert.False(Entry(await ada.NextAsync<byte[]>("aware " + Harbour.Text)).IsRemoval);
        await PresentAsync(ada, await ada.AskAsync<Followed>("Follow", Presence, -1L), "ada", "ben");
        return ben;
    }

    static async Task BecomesAloneAsync(BareHub ada)
    {
        Assert.True(Entry(await ada.NextAsync<byte[]>("aware " + Harbour.Text)).IsRemoval);
        await PresentAsync(ada, await ada.NextAsync<Followed>(Presence), "ada");
    }

    static async Task PresentAsync(BareHub hub, Followed state, params string[] people)
    {
        while (!PeopleOf(state).SequenceEqual(people)) state = await hub.NextAsync<Followed>(Presence);
    }

    static string[] PeopleOf(Followed state) =>
        [.. JsonSerializer.Deserialize<JsonElement>(state.State!).GetProperty("people").EnumerateArray().Select(person => person.GetString()!)];

    static AwarenessEntry Entry(byte[] update)
    {
        Assert.True(AwarenessUpdate.TryRead(update, out var entries, out _));
        return Assert.Single(entries.ToArray());
    }

    static Task<TestServerHost> StartAsync(string database) => TestServerHost.StartAsync(
        settings => settings with { Profile = Profile.Postgres, Postgres = database, FollowRenewSeconds = 1 });
}
