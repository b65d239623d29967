using Annotate.Feeding;
using Annotate.Following;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Tests.Feeds;

public sealed class FeedTests
{
    const int WaitSeconds = 30;
    static readonly ThreadKey Key = new("c", Tier.Coalition, "treaty", "art_40");
    static readonly FeedKey FeedKey = new("c", Tier.Coalition);

    readonly GatedRecords _records = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_happens_reaches_the_feed_of_its_tier_in_order_and_counts_in_the_index()
    {
        await using var silo = await Silo.StartAsync(_records);
        var own = Key with { Tier = new Tier("rights-now") };
        await AnnotateAsync(silo, Key, 1);
        await silo.Grains.GetGrain<IThreadGrain>(Key.ToString()).RunAsync(new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(2), By = Commands.Ben });
        await AnnotateAsync(silo, Key, 3);
        await AnnotateAsync(silo, own, 4);

        var feed = await WaitAsync(silo, FeedKey, 3);
        Assert.Equal(["annotated", "annotation-resolved", "annotated"], feed.Activities.Select(activity => activity.Kind));
        Assert.Equal([1, 2, 3], feed.Activities.Select(activity => (int)activity.Version));
        Assert.All(feed.Activities, activity => Assert.Equal("thread/" + Key, activity.Topic));
        Assert.Equal(Commands.Ben, feed.Activities[1].By);
        var index = await silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString()).IndexAsync();
        Assert.Equal(new IndexedThread("treaty", "art_40", "coalition", 1, 2, 3), Assert.Single(index.Threads));

        var private_ = await WaitAsync(silo, new FeedKey("c", own.Tier), 1);
        Assert.Equal("thread/" + own, Assert.Single(private_.Activities).Topic);
    }

    [Fact]
    public async Task A_feed_that_cannot_write_gets_it_later_and_once()
    {
        await using var silo = await Silo.StartAsync(_records);
        var gate = _records.Close(silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString()).GetGrainId());
        await AnnotateAsync(silo, Key, 1);
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(WaitSeconds), Stop);
        await AnnotateAsync(silo, Key, 2);
        gate.Fail(writes: 2);
        await gate.Passed.WaitAsync(TimeSpan.FromSeconds(WaitSeconds), Stop);
        var feed = await WaitAsync(silo, FeedKey, 2);
        Assert.Equal([$"{Commands.Id(1)}", $"{Commands.Id(2)}"], feed.Activities.Select(activity => activity.Subject));
    }

    [Fact]
    public async Task A_crash_right_after_the_write_loses_nothing()
    {
        var thread = Key.ToString();
        await using (var silo = await Silo.StartAsync(_records))
        {
            var grain = silo.Grains.GetGrain<IThreadGrain>(thread);
            var gate = _records.Close(silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString()).GetGrainId());
            await AnnotateAsync(silo, Key, 1);
            await gate.Reached.WaitAsync(TimeSpan.FromSeconds(WaitSeconds), Stop);
            // The reminder was there before the write, so whatever dies from here on, somebody wakes the thread.
            Assert.NotNull(await silo.Reminders.ReadRow(grain.GetGrainId(), "feed", Stop));
        }

        _records.Close(GrainId.Create("feed", FeedKey.ToString())).Open();
        await using var next = await Silo.StartAsync(_records);
        var woken = next.Grains.GetGrain<IThreadGrain>(thread);
        await next.Grains.GetGrain<IRemindable>(woken.GetGrainId()).ReceiveReminder("feed", default, Stop);
        Assert.Equal($"{Commands.Id(1)}", Assert.Single((await WaitAsync(next, FeedKey, 1)).Activities).Subject);
    }

    [Fact]
    public async Task A_grain_nobody_writes_to_keeps_no_reminder()
    {
        await using var silo = await Silo.StartAsync(_records);
        var grain = silo.Grains.GetGrain<IThreadGrain>(Key.ToString());
        await AnnotateAsync(silo, Key, 1);
        await WaitAsync(silo, FeedKey, 1);
        var remindable = silo.Grains.GetGrain<IRemindable>(grain.GetGrainId());
        await remindable.ReceiveReminder("feed", default, Stop);
        Assert.Null(await silo.Reminders.ReadRow(grain.GetGrainId(), "feed", Stop));
        await AnnotateAsync(silo, Key, 2);
        Assert.NotNull(await silo.Reminders.ReadRow(grain.GetGrainId(), "feed", Stop));
    }

    [Fact]
    public async Task Repeats_are_dropped()
    {
        await using var silo = await Silo.StartAsync(_records);
        var feed = silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString());
        SentActivity Sent(long version) => new(version, Commands.Now, Commands.Ana, "annotated", "", "");
        var delivery = new Delivery("thread/" + Key, new SourceCount(2, 2), [Sent(1), Sent(2)]);
        await Task.WhenAll(feed.ReceiveAsync(delivery), feed.ReceiveAsync(delivery));
        await feed.ReceiveAsync(delivery with { Activities = [Sent(2), Sent(3)] });
        Assert.Equal(3, (await feed.ReadAsync()).Version);
        Assert.Equal([2, 3], (await feed.ReadAsync(1)).Activities.Select(activity => (int)activity.Version));
    }

    [Fact]
    public async Task A_coalition_has_so_many_statements_and_no_more()
    {
        await using var silo = await Silo.StartAsync(_records);
        await FillAsync(silo, Limits.StatementsPerCoalitionMax, n => $"statement/c/s{n}");
        DescribeStatement Letter(int id) => new("Letter", "All", "treaty", "l15") { Id = Commands.Id(id), By = Commands.Ana };
        var more = silo.Grains.GetGrain<IStatementGrain>("c/more");
        Assert.Equal("too-large", (await more.RunAsync(Letter(1))).Problem?.Code);
        Assert.Null(await more.ReadAsync());
        Assert.Null((await silo.Grains.GetGrain<IStatementGrain>("c/s1").RunAsync(Letter(2))).Problem);
        await AnnotateAsync(silo, Key, 3);
    }

    [Fact]
    public async Task A_feed_hears_from_so_many_sources_and_no_more()
    {
        await using var silo = await Silo.StartAsync(_records);
        await FillAsync(silo, Limits.SourcesPerFeedMax, n => $"thread/c/coalition/treaty/art_{n}");
        var feed = silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString());
        Assert.Equal("too-large", (await feed.RoomAsync("positions/c/treaty/art_1"))?.Code);
        Assert.Null(await feed.RoomAsync("thread/c/coalition/treaty/art_1"));
        // What was recorded all the same, at the same moment, is taken.
        await FillAsync(silo, 1, _ => "positions/c/treaty/art_1");
        Assert.Single((await feed.IndexAsync()).Positions);
    }

    static async Task FillAsync(Silo silo, int sources, Func<int, string> name)
    {
        var feed = silo.Grains.GetGrain<IFeedGrain>(FeedKey.ToString());
        var sent = new SentActivity(1, Commands.Now, Commands.Ana, "annotated", "", "");
        foreach (var some in Enumerable.Range(0, sources).Chunk(500))
            await Task.WhenAll(some.Select(n => feed.ReceiveAsync(new Delivery(name(n), default, [sent]))));
    }

    static async Task AnnotateAsync(Silo silo, ThreadKey key, int id)
    {
        var command = new AnnotateProvision(new Target("treaty", "l15", "art_40"), Motivation.Commenting, "words", [])
        {
            Id = Commands.Id(id),
            By = Commands.Ana,
        };
        Assert.Null((await silo.Grains.GetGrain<IThreadGrain>(key.ToString()).RunAsync(command)).Problem);
    }

    /// <summary>Follows the feed until it has so many activities.</summary>
    static async Task<FeedView> WaitAsync(Silo silo, FeedKey key, long version)
    {
        var feed = silo.Grains.GetGrain<IFeedGrain>(key.ToString());
        var arrived = new Arrivals(version);
        var observer = silo.Grains.CreateObjectReference<ITopicObserver>(arrived);
        var answer = await feed.FollowAsync(observer, FollowAnswer.VersionOnly);
        if (answer.Version < version) await arrived.Enough.WaitAsync(TimeSpan.FromSeconds(WaitSeconds), Stop);
        GC.KeepAlive(arrived);
        return await feed.ReadAsync();
    }

    sealed class Arrivals(long version) : ITopicObserver
    {
        readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Enough => _enough.Task;

        public Task ChangedAsync(TopicNotice notice)
        {
            if (notice.From + notice.Entries.Count > version) _enough.TrySetResult();
            return Task.CompletedTask;
        }

        public Task AwareAsync(AwarenessNotice notice) => Task.CompletedTask;

        public Task LeftAsync() => Task.CompletedTask;
    }
}
