using Annotate.Feeding;
using Annotate.Grains;
using Orleans.Concurrency;

namespace Annotate.Feeds;

[Reentrant, GrainType(TopicKind)]
public sealed class FeedGrain(TimeProvider clock) : JournalledGrain<FeedState>(clock), IFeedGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "feed";

    protected override string Kind => TopicKind;

    public Task<long> KnownAsync(string source) => ReadAsync((state, _) => state.KnownOf(source));

    public Task<Problem?> RoomAsync(string source) => ReadAsync((state, _) => state.Room(source));

    public async Task ReceiveAsync(Delivery delivery)
    {
        foreach (var sent in delivery.Activities)
        {
            if (sent.SourceVersion <= State.KnownOf(delivery.Source)) continue;
            Record(sent.By, new ActivityReceived(
                delivery.Source, sent.SourceVersion, sent.At, sent.Kind, sent.Subject, sent.Summary, delivery.Count));
        }

        await Journal.WhenDurableAsync();
    }

    public async Task<FeedView> ReadAsync(long? after)
    {
        if (after is not { } since) return await ReadAsync(Latest);
        await Journal.WhenDurableAsync();
        var version = Journal.DurableVersion;
        var entries = await HistoryAsync(Math.Max(since, 0), version, Limits.ActivitiesPerPageMax, Limits.ActivitiesPerPageBytesMax);
        var activities = new List<ActivityView>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Event is ActivityReceived e) activities.Add(e.ToView(Math.Max(since, 0) + 1 + i, entries[i].By));
        return new FeedView(version, [.. activities]);
    }

    public Task<IndexView> IndexAsync() => ReadAsync(CoalitionIndex.Of);

    protected override object StateForFollowers(long version) => Latest(State, version);

    static FeedView Latest(FeedState state, long version) => new(version, [.. state.Recent]);
}
