using Annotate.Deciding;
using Annotate.Feeding;

namespace Annotate.Feeds;

/// <summary>A feed took an activity in.</summary>
/// <param name="Source">Topic of the source.</param>
/// <param name="SourceVersion">Version of the entry in the source's journal.</param>
/// <param name="At">When it happened; the entry's own time is when the feed heard of it.</param>
/// <param name="Kind">The event's name in kebab-case.</param>
[GenerateSerializer, Immutable, Alias("annotate.activity-received.v1")]
public sealed record ActivityReceived(
    [property: Id(0)] string Source,
    [property: Id(1)] long SourceVersion,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string Kind,
    [property: Id(4)] string Subject,
    [property: Id(5)] string Summary,
    [property: Id(6)] SourceCount Count) : Event, IEventOf<FeedState>
{
    public static IReadOnlyList<Event> Samples => [
        new ActivityReceived("thread/c/coalition/treaty/art_40", 3, Sample.Until, "annotated", "subject", "summary", new SourceCount(1, 2)),
    ];

    public void ApplyTo(FeedState state, long version, Entry entry) => state.Take(this, version, entry.By);

    internal ActivityView ToView(long version, By by) => new(version, At, by, Kind, Source, Subject, Summary);
}
