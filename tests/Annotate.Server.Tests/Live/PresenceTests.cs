using System.Text.Json;
using System.Threading.Channels;
using Annotate.Client;
using Annotate.Presence;
using Annotate.Server.Live;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>When everybody comes back at the same moment, that is told as a few lists, not as one for each of them.</summary>
public sealed class PresenceTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Whoever_comes_at_the_same_moment_is_told_of_together()
    {
        const int people = 1_000;
        var counted = new Reports();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(counted));
        await Harbour.FoundAsync(server.Operator);
        await using var cat = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "cat"), "messagepack");
        const string topic = "presence/" + Harbour.Coalition;
        var lists = 0;
        var present = PeopleOf(await cat.AskAsync<Followed>("Follow", topic, -1L));
        var presence = server.Services.GetRequiredService<LivePresence>();
        var visits = Enumerable.Range(0, people).Select(i => presence.Enter(Harbour.Coalition, $"p{i}")).ToArray();
        // A second tab of everybody's is no news.
        var second = Enumerable.Range(0, people).Select(i => presence.Enter(Harbour.Coalition, $"p{i}")).ToArray();
        for (; present.Length < people + 1; lists++) present = PeopleOf(await cat.NextAsync<Followed>(topic));
        string[] all = ["cat", .. Enumerable.Range(0, people).Select(i => $"p{i}")];
        Assert.Equal(all.Order(StringComparer.Ordinal), present);
        foreach (var visit in second) visit.Dispose();
        foreach (var visit in visits) visit.Dispose();
        for (; present.Length > 1; lists++) present = PeopleOf(await cat.NextAsync<Followed>(topic));
        Assert.Equal(["cat"], present);
        Assert.True(lists < 20 && counted.Count < 20, $"{lists} lists, {counted.Count} reports");
    }

    [Fact]
    public async Task A_report_that_was_overtaken_says_nothing()
    {
        await using var server = await TestServerHost.StartAsync();
        var (observer, other) = (new Observer(), new Observer());
        var grain = server.Grains.GetGrain<IPresenceGrain>("river");
        var (silo, second) = (server.Grains.CreateObjectReference<IPresenceObserver>(observer), server.Grains.CreateObjectReference<IPresenceObserver>(other));
        await grain.ReportAsync(second, 1, ["zoe"]);
        await grain.ReportAsync(silo, 2, ["ada", "ben"]);
        await grain.ReportAsync(silo, 1, ["ada"]);
        // Told after all of those.
        await grain.ReportAsync(second, 2, ["yan"]);
        Assert.Equal(["ada", "ben", "yan"], await other.FirstWithAsync("yan"));
        await grain.ReportAsync(silo, 4, []);
        await grain.ReportAsync(silo, 3, ["ada"]);
        await grain.ReportAsync(second, 3, ["xie"]);
        Assert.Equal(["xie"], await other.FirstWithAsync("xie"));
        Assert.True(other.Versions.Zip(other.Versions.Skip(1)).All(pair => pair.First < pair.Second));
        GC.KeepAlive(observer);
    }

    static string[] PeopleOf(Followed state) =>
        [.. JsonSerializer.Deserialize<JsonElement>(state.State!).GetProperty("people").EnumerateArray().Select(person => person.GetString()!)];

    sealed class Reports : IIncomingGrainCallFilter
    {
        int _count;

        public int Count => Volatile.Read(ref _count);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName == nameof(IPresenceGrain.ReportAsync)) Interlocked.Increment(ref _count);
            return context.Invoke();
        }
    }

    sealed class Observer : IPresenceObserver
    {
        readonly Channel<PresentPeople> _told = Channel.CreateUnbounded<PresentPeople>();

        public List<long> Versions { get; } = [];

        public Task PresentAsync(string coalition, PresentPeople present)
        {
            _told.Writer.TryWrite(present);
            return Task.CompletedTask;
        }

        /// <summary>Those present in the first list that names somebody.</summary>
        public async Task<IReadOnlyList<string>> FirstWithAsync(string person)
        {
            PresentPeople told;
            do
            {
                told = await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience);
                Versions.Add(told.Version);
            }
            while (!told.People.Contains(person));
            return told.People;
        }
    }
}
