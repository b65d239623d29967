using Annotate.Deciding;
using Annotate.Feeding;
using Annotate.Statements;

namespace Annotate.Feeds;

/// <summary>What a feed knows of one source.</summary>
/// <param name="Version">Of the source's last entry that arrived.</param>
[GenerateSerializer, Immutable, Alias("annotate.known-source.v1")]
public readonly record struct KnownSource([property: Id(0)] long Version, [property: Id(1)] SourceCount Count);

/// <summary>
/// The latest activities of a tier, and how far each source is known. The second is what drops repeats, and it is the index of the
/// tier's threads, positions and statements: Orleans cannot list grains.
/// </summary>
[GenerateSerializer, Alias("annotate.feed-state.v1")]
public sealed class FeedState : IState
{
    const string StatementPrefix = StatementGrain.TopicKind + "/";

    [Id(0)] readonly Dictionary<string, KnownSource> _sources = [];
    [Id(1)] readonly Queue<ActivityView> _recent = [];

    /// <summary>By topic.</summary>
    public IReadOnlyDictionary<string, KnownSource> Sources => _sources;

    /// <summary>The last <see cref="Limits.ActivitiesPerPageMax"/>, the oldest first.</summary>
    public IReadOnlyCollection<ActivityView> Recent => _recent;

    /// <summary>Version of the source's last entry that arrived; 0 when none did.</summary>
    public long KnownOf(string source) => _sources.TryGetValue(source, out var known) ? known.Version : 0;

    /// <summary>Null when the source is known, or may begin.</summary>
    public Problem? Room(string source)
    {
        if (_sources.ContainsKey(source)) return null;
        if (source.StartsWith(StatementPrefix, StringComparison.Ordinal)
            && _sources.Keys.Count(key => key.StartsWith(StatementPrefix, StringComparison.Ordinal)) >= Limits.StatementsPerCoalitionMax)
            return Problem.TooLarge($"A coalition has at most {Limits.StatementsPerCoalitionMax} statements.");
        return _sources.Count >= Limits.SourcesPerFeedMax
            ? Problem.TooLarge($"Threads, positions and statements together are at most {Limits.SourcesPerFeedMax}.")
            : null;
    }

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<FeedState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Take(ActivityReceived e, long version, By by)
    {
        // A repeat is never recorded; should one be found here all the same, it is skipped.
        if (e.SourceVersion <= KnownOf(e.Source)) return;
        _sources[e.Source] = new KnownSource(e.SourceVersion, e.Count);
        _recent.Enqueue(e.ToView(version, by));
        if (_recent.Count > Limits.ActivitiesPerPageMax) _recent.Dequeue();
    }
}
