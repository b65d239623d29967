using Annotate.Feeding;
using Annotate.Positions;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Feeds;

/// <summary>The index of a coalition's tier: Orleans cannot list grains, so it is made of the sources that the feed has heard of.</summary>
public static class CoalitionIndex
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
                    threads.Add(Of(thread, known));
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

    static IndexedThread Of(ThreadKey key, KnownSource known) => new(
        key.Instrument, key.Article, key.Tier.Organisation is null ? "coalition" : "organisation", known.Count.Open, known.Count.Total,
        known.Version);
}
