using Annotate.Deciding;

namespace Annotate.Feeding;

/// <summary>How much there is in a source, for the coalition's index.</summary>
/// <param name="Open">Of them, those that need attention.</param>
[GenerateSerializer, Immutable, Alias("annotate.source-count.v1")]
public readonly record struct SourceCount([property: Id(0)] int Open, [property: Id(1)] int Total);

/// <summary>One activity on its way to a feed.</summary>
/// <param name="SourceVersion">Version of the entry in the source's journal.</param>
/// <param name="Kind">The event's name in kebab-case.</param>
[GenerateSerializer, Immutable, Alias("annotate.sent-activity.v1")]
public sealed record SentActivity(
    [property: Id(0)] long SourceVersion,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] By By,
    [property: Id(3)] string Kind,
    [property: Id(4)] string Subject,
    [property: Id(5)] string Summary);

/// <summary>What a source sends: its activities after those the feed has, in order.</summary>
/// <param name="Source">Topic of the source: <c>{kind}/{key}</c>.</param>
/// <param name="Count">At a version no older than the last activity's, and durable.</param>
[GenerateSerializer, Immutable, Alias("annotate.delivery.v1")]
public sealed record Delivery(
    [property: Id(0)] string Source, [property: Id(1)] SourceCount Count, [property: Id(2)] SentActivity[] Activities);
