using System.Diagnostics;
using System.Text.Json;
using Annotate.Access;
using Annotate.Client;
using Annotate.Coalitions;
using Annotate.Feeding;
using Annotate.Following;
using Annotate.Instruments;
using Annotate.Positions;
using Annotate.Presence;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Tests.Storage;
using Annotate.Statements;
using Annotate.Text;
using Annotate.Threads;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Annotate.Server.Tests.Live;

/// <summary>Two servers on one database: whoever follows on either sees what anybody does on either.</summary>
public sealed class TwoSiloTests(PostgresFixture postgres, ITestOutputHelper output)
{
    /// <summary>Follows are renewed each second, and what is asked for meanwhile may be opening its grain anew on a machine that does other things.</summary>
    static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Followers_on_both_see_what_writers_on_both_do_and_one_that_stops_loses_nothing()
    {
        var database = await postgres.NewDatabase();
        await using var first = await StartAsync(database);
        await Harbour.FoundAsync(first.Operator);
        await using var second = await StartAsync(database);
        await using var bustle = new Bustle(TimeProvider.System, Seed());
        var isBack = Task.CompletedTask;
        await BustleOnBothAsync(bustle, new Reachable(first.Address, () => Volatile.Read(ref isBack)), Always(second), first.Operator);
        await bustle.AfterAsync(300, () => { });

        // Its clients come back to it; those of the other go on meanwhile.
        TaskCompletionSource back = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref isBack, back.Task);
        await first.RestartAsync();
        back.SetResult();
        await bustle.AfterAsync(300, () => { });
        await bustle.EndAsync();
        Report(bustle);
        await bustle.CheckAsync(Always(second), await Harbour.TokenAsync(second.Operator, "cat"));
    }

    [Fact]
    public async Task One_that_is_killed_loses_nothing_and_the_other_goes_on()
    {
        var database = await postgres.NewDatabase();
        await using var doomed = await ServerProcess.StartAsync(
            ("Annotate__Profile", "Postgres"), ("Annotate__Postgres", database), ("Annotate__FollowRenewSeconds", "1"));
        await Harbour.FoundAsync(doomed.NewOperator());
        await using var staying = await StartAsync(database);
        var death = new Death(staying.Services.GetRequiredService<ISiloStatusOracle>());
        var (there, here) = (new Reachable(doomed.Address, () => doomed.WhenUp), new Reachable(staying.Address, () => death.IfAny));
        await using var bustle = new Bustle(TimeProvider.System, Seed());
        await BustleOnBothAsync(bustle, there, here, staying.Operator);

        death.Expect();
        await bustle.AfterAsync(500, doomed.Kill);
        await death.IfAny.WaitAsync(YjsSocket.Patience, Cancelled);
        // Only those at the other server are left to make these.
        await bustle.AfterAsync(200, () => { });
        await doomed.KillAsync();
        await doomed.RestartAsync();
        await bustle.AfterAsync(300, () => { });
        await bustle.EndAsync();
        Report(bustle);
        await bustle.CheckAsync(here, await Harbour.TokenAsync(staying.Operator, "cat"));
    }

    [Fact]
    public async Task Activations_that_go_and_notices_that_are_lost_cost_no_follower_anything()
    {
        var database = await postgres.NewDatabase();
        var losses = new Losses();
        void Lossy(IServiceCollection services) => services.AddSingleton<IOutgoingGrainCallFilter>(losses);
        await using var first = await StartAsync(database, Lossy);
        await Harbour.FoundAsync(first.Operator);
        await using var second = await StartAsync(database, Lossy);
        await using var bustle = new Bustle(TimeProvider.System, Seed());
        var tokens = await BustleOnBothAsync(bustle, Always(first), Always(second), first.Operator);
        for (var round = 0; round < 5; round++)
        {
            await bustle.AfterAsync(150, () => losses.AreOn = round % 2 == 1);
            await DeactivateAllAsync(second.Grains, tokens);
        }

        // From here on every notice is lost, so that nothing that comes later shows the gap: renewing must.
        losses.AreOn = true;
        await bustle.AfterAsync(150, () => { });
        var token = await Harbour.TokenAsync(second.Operator, "cat");
        await bustle.EndAsync();
        var ended = Stopwatch.GetTimestamp();
        Report(bustle);
        await bustle.CheckAsync(Always(second), token);
        var took = Stopwatch.GetElapsedTime(ended);
        output.WriteLine($"{losses.Count} notices lost; all was everywhere {took.TotalMilliseconds:0} ms after the last was made");
        Assert.True(losses.Count > 0, "No notice was lost.");
        Assert.True(took < Late, $"It took {took.TotalMilliseconds:0} ms.");
    }

    [Fact]
    public async Task Presence_and_awareness_are_of_both()
    {
        const string topic = "presence/" + Harbour.Coalition;
        var database = await postgres.NewDatabase();
        await using var first = await StartAsync(database);
        await Harbour.FoundAsync(first.Operator);
        await using var second = await StartAsync(database);
        await using var ada = await OpenAsync(first, "ada");
        var ben = await OpenAsync(second, "ben");
        foreach (var hub in new[] { ada, ben }) await hub.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        var people = PeopleOf(await ada.AskAsync<Followed>("Follow", topic, -1L));
        while (!people.SequenceEqual(["ada", "ben"])) people = PeopleOf(await ada.NextAsync<Followed>(topic));

        await ben.TellAsync("Aware", Harbour.Text, AwarenessUpdate.Write([new AwarenessEntry(22, 1, "{}"u8.ToArray())]));
        var shown = Entry(await ada.NextAsync<byte[]>("aware " + Harbour.Text));
        // Neither his client id nor another one than at his own server, where she may have a second tab.
        await using var tab = await OpenAsync(second, "ada");
        await tab.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        Assert.Equal((shown.ClientId, false), (Entry(await tab.NextAsync<byte[]>("aware " + Harbour.Text)).ClientId, shown.IsRemoval));
        Assert.NotEqual(22, shown.ClientId);
        await ben.DisposeAsync();
        Assert.Equal((shown.ClientId, true), Gone(await ada.NextAsync<byte[]>("aware " + Harbour.Text)));
        while (!people.SequenceEqual(["ada"])) people = PeopleOf(await ada.NextAsync<Followed>(topic));

        static (long, bool) Gone(byte[] update) => (Entry(update).ClientId, Entry(update).IsRemoval);

        static AwarenessEntry Entry(byte[] update)
        {
            Assert.True(AwarenessUpdate.TryRead(update, out var entries, out _));
            return Assert.Single(entries.ToArray());
        }

        static string[] PeopleOf(Followed state) =>
            [.. JsonSerializer.Deserialize<JsonElement>(state.State!).GetProperty("people").EnumerateArray().Select(person => person.GetString()!)];
    }

    /// <summary>
    /// Every grain that somebody writes to or asks goes as soon as what it has begun is done; the next call opens it anew, on either server.
    /// </summary>
    static async Task DeactivateAllAsync(IGrainFactory grains, string[] tokens)
    {
        static string KeyOf(string topic) => topic[(topic.IndexOf('/') + 1)..];
        IGrain[] all =
        [
            grains.GetGrain<IThreadGrain>(KeyOf(Harbour.Thread)), grains.GetGrain<IPositionGrain>(KeyOf(Harbour.Positions)),
            grains.GetGrain<IFeedGrain>(KeyOf(Harbour.Feed)), grains.GetGrain<ISectionGrain>($"{Harbour.Coalition}/reply/opening"),
            grains.GetGrain<ICoalitionGrain>(Harbour.Coalition), grains.GetGrain<IPresenceGrain>(Harbour.Coalition),
            grains.GetGrain<IStatementGrain>($"{Harbour.Coalition}/reply"), grains.GetGrain<IInstrumentGrain>("act"),
            grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only), grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey),
            .. tokens.Select(token => grains.GetGrain<ITokenGrain>(Secrets.HashOf(token))),
            .. new[] { "ada", "ben", "cat" }.Select(person => grains.GetGrain<IPersonTokensGrain>($"{Harbour.Coalition}/{person}")),
        ];
        foreach (var grain in all) await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
    }

    static async Task<BareHub> OpenAsync(TestServerHost server, string person) =>
        await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, person), "messagepack");

    static Reachable Always(TestServerHost server) => new(server.Address, () => Task.CompletedTask);

    static Task<TestServerHost> StartAsync(string database, Action<IServiceCollection>? configure = null) => TestServerHost.StartAsync(
        settings => settings with { Profile = Profile.Postgres, Postgres = database, FollowRenewSeconds = 1 },
        (WebApplicationBuilder builder) => configure?.Invoke(builder.Services));

    /// <returns>The tokens of those who follow and write.</returns>
    static async Task<string[]> BustleOnBothAsync(Bustle bustle, Reachable first, Reachable second, HttpClient operator_)
    {
        string cat = await Token("cat"), ada = await Token("ada"), ben = await Token("ben");
        await bustle.FollowAsync(first, cat);
        await bustle.FollowAsync(second, cat);
        await bustle.WriteAsync(first, ada, "tide", typesAs: 1);
        await bustle.WriteAsync(second, ben, "reef", typesAs: 2);
        return [cat, ada, ben];

        Task<string> Token(string person) => Harbour.TokenAsync(operator_, person);
    }

    int Seed()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return seed;
    }

    void Report(Bustle bustle) => output.WriteLine($"{bustle.Answered} commands answered, {bustle.Unanswered} attempts had no answer");

    /// <summary>Loses notices of changes while it is on, as a network or a restart would.</summary>
    sealed class Losses : IOutgoingGrainCallFilter
    {
        int _count;

        public volatile bool AreOn;

        public int Count => Volatile.Read(ref _count);

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (!AreOn || context.InterfaceMethod.DeclaringType != typeof(ITopicObserver) || context.MethodName != nameof(ITopicObserver.ChangedAsync))
                return context.Invoke();
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }
    }

    /// <summary>Waits until a silo hears that another is dead.</summary>
    sealed class Death : ISiloStatusListener
    {
        readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool _isExpected;

        public Death(ISiloStatusOracle oracle) => oracle.SubscribeToSiloStatusEvents(this);

        /// <summary>Completed unless a death is expected and not heard of yet.</summary>
        public Task IfAny => Volatile.Read(ref _isExpected) ? _heard.Task : Task.CompletedTask;

        public void Expect() => Volatile.Write(ref _isExpected, true);

        public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
        {
            if (status == SiloStatus.Dead) _heard.TrySetResult();
        }
    }
}
