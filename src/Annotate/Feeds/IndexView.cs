using Annotate.Positions;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Feeds;

/// <summary>What there is in a coalition's tier, so far as the feed has heard of it.</summary>
[GenerateSerializer, Immutable, Alias("annotate.index-view.v1")]
public sealed record IndexView(
    [property: Id(0)] IndexedThread[] Threads,
    [property: Id(1)] IndexedPositions[] Positions,
    [property: Id(2)] IndexedStatement[] Statements,
    [property: Id(3)] long Version)
{
    public static IndexView Of(FeedState state, long version)
    {
        var threads = new List<IndexedThread>();
        var positions = new List<IndexedPositions>();
        var statements = new List<IndexedStatement>();
        foreach (var (source, known) in state.Sources.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var slash = source.IndexOf('/', StringComparison.Ordinal);
            var key = source[(slash + 1)..];
            switch (source[..Math.Max(slash, 0)])
            {
                case ThreadGrain.TopicKind when ThreadKey.TryParse(key) is { } thread:
                    threads.Add(IndexedThread.Of(thread, known));
                    break;
                case PositionGrain.TopicKind when PositionKey.TryParse(key) is { } position:
                    positions.Add(new IndexedPositions(position.Instrument, position.Provision, known.Count.Total, known.Version));
                    break;
                case StatementGrain.TopicKind when StatementKey.TryParse(key) is { } statement:
                    statements.Add(new IndexedStatement(statement.Statement, known.Count.Total, known.Version));
                    break;
            }
        }

        return new IndexView([.. threads], [.. positions], [.. statements], version);
    }

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
    [property: Id(5)] long Version)
{
    internal static IndexedThread Of(ThreadKey key, KnownSource known) => new(
        key.Instrument, key.Article, key.Tier.Organisation is null ? "coalition" : "organisation", known.Count.Open, known.Count.Total,
        known.Version);
}

/// <param name="EId">The provision.</param>
/// <param name="Total">Organisations that took a position.</param>
[GenerateSerializer, Immutable, Alias("annotate.indexed-positions.v1")]
public sealed record IndexedPositions(
    [property: Id(0)] string Instrument, [property: Id(1)] string EId, [property: Id(2)] int Total, [property: Id(3)] long Version);

/// <param name="Sections">How many it has.</param>
[GenerateSerializer, Immutable, Alias("annotate.indexed-statement.v1")]
public sealed record IndexedStatement([property: Id(0)] string Id, [property: Id(1)] int Sections, [property: Id(2)] long Version);
