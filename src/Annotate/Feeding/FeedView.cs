using Annotate.Deciding;

namespace Annotate.Feeding;

/// <summary>Activities in the order in which the feed heard of them.</summary>
/// <param name="Version">Of the feed; when it is larger than the last activity's, there are more.</param>
[GenerateSerializer, Immutable, Alias("annotate.feed-view.v1")]
public sealed record FeedView([property: Id(0)] long Version, [property: Id(1)] ActivityView[] Activities);

/// <param name="Version">Its number in the feed.</param>
/// <param name="At">When it happened.</param>
/// <param name="Kind">The event's name in kebab-case.</param>
/// <param name="Topic">Where it happened, to be followed or looked at.</param>
/// <param name="Subject">What it is about within the topic; may be empty.</param>
[GenerateSerializer, Immutable, Alias("annotate.activity-view.v1")]
public sealed record ActivityView(
    [property: Id(0)] long Version,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] By By,
    [property: Id(3)] string Kind,
    [property: Id(4)] string Topic,
    [property: Id(5)] string Subject,
    [property: Id(6)] string Summary);
