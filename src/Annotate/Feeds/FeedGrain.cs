using Annotate.Deciding;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Feeds;

/// <summary>What happens in one tier of a coalition; its key is a <see cref="FeedKey"/>.</summary>
[Alias("annotate.feed-grain")]
public interface IFeedGrain : ITopicGrain
{
    /// <summary>Version of the source's last entry that arrived here; 0 when none did.</summary>
    [Alias("known")]
    Task<long> KnownAsync(string source);

    /// <summary>Whether there is room for a source: null when it is known already, or may begin.</summary>
    /// <remarks>
    /// Sources that begin at the same moment may pass the limit together, by as many as they are: the feed knows of each only when its first
    /// activity arrives, and that is taken in any case.
    /// </remarks>
    [Alias("room")]
    Task<Problem?> RoomAsync(string source);

    /// <summary>Takes a source's activities, drops those it has, and answers when the rest are durable.</summary>
    [Alias("receive")]
    Task ReceiveAsync(Delivery delivery);

    /// <summary>The activities after a version, or the latest.</summary>
    /// <param name="after">Null for the latest.</param>
    [Alias("read")]
    Task<FeedView> ReadAsync(long? after = null);

    [Alias("index")]
    Task<IndexView> IndexAsync();
}

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
            if (entries[i].Event is ActivityReceived e) activities.Add(ActivityView.Of(Math.Max(since, 0) + 1 + i, entries[i].By, e));
        return new FeedView(version, [.. activities]);
    }

    public Task<IndexView> IndexAsync() => ReadAsync(IndexView.Of);

    protected override object StateForFollowers(long version) => Latest(State, version);

    static FeedView Latest(FeedState state, long version) => new(version, [.. state.Recent]);
}
