namespace Annotate.Feeding;

/// <summary>What there is in a coalition's tier, so far as the feed has heard of it.</summary>
[GenerateSerializer, Immutable, Alias("annotate.index-view.v1")]
public sealed record IndexView(
    [property: Id(0)] IndexedThread[] Threads,
    [property: Id(1)] IndexedPositions[] Positions,
    [property: Id(2)] IndexedStatement[] Statements,
    [property: Id(3)] long Version)
{
    /// <summary>This index and that of another tier, as one who may see both gets them.</summary>
    public IndexView With(IndexView other) => this with
    {
        Threads = [.. Threads, .. other.Threads],
        Positions = [.. Positions, .. other.Positions],
        Statements = [.. Statements, .. other.Statements],
    };
}

/// <param name="EId">The article.</param>
/// <param name="Tier"><c>coalition</c> or <c>organisation</c>.</param>
/// <param name="Open">Annotations neither resolved nor deleted.</param>
/// <param name="Total">Annotations not deleted.</param>
[GenerateSerializer, Immutable, Alias("annotate.indexed-thread.v1")]
public sealed record IndexedThread(
    [property: Id(0)] string Instrument,
    [property: Id(1)] string EId,
    [property: Id(2)] string Tier,
    [property: Id(3)] int Open,
    [property: Id(4)] int Total,
    [property: Id(5)] long Version);

/// <param name="EId">The provision.</param>
/// <param name="Total">Organisations that took a position.</param>
[GenerateSerializer, Immutable, Alias("annotate.indexed-positions.v1")]
public sealed record IndexedPositions(
    [property: Id(0)] string Instrument, [property: Id(1)] string EId, [property: Id(2)] int Total, [property: Id(3)] long Version);

/// <param name="Sections">How many it has.</param>
[GenerateSerializer, Immutable, Alias("annotate.indexed-statement.v1")]
public sealed record IndexedStatement([property: Id(0)] string Id, [property: Id(1)] int Sections, [property: Id(2)] long Version);
