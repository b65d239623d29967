using Annotate.Statements;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>A connection that has a text open: it gets what was written after its cursor as one merged update, and the awareness of others.</summary>
abstract class TextSubscription(LiveText text, Outlet outlet) : Subscription(outlet)
{
    long _awarenessCursor;

    public LiveText Text => text;

    /// <summary>The client was given everything up to here.</summary>
    public void StartAt(long version) => Cursor = version;

    protected override void LetGo() => text.Remove(this);

    protected override async ValueTask SendNewsAsync()
    {
        while (true)
        {
            if (!text.TryReadFrame(Cursor, Outlet.Origin, out var frame, out var to)) (frame, to) = await AskAsync();
            if (frame is not null) await SendAsync(frame);
            if (to <= Cursor) break;
            Cursor = to;
            Outlet.Advance();
        }

        if (text.Awareness.After(_awarenessCursor, Outlet.Principal.Person, out var seen) is { } awareness) await SendAwarenessAsync(awareness);
        _awarenessCursor = seen;
    }

    protected abstract ValueTask SendAsync(TextFrame frame);

    protected abstract ValueTask SendAwarenessAsync(byte[] awareness);

    async Task<(TextFrame?, long)> AskAsync()
    {
        var answer = await text.AskAsync(Cursor);
        if (answer.State is TextOpening whole) return (new TextFrame(Cursor, whole.Version, 0, whole.Update), whole.Version);
        if (answer.Entries.Count == 0) return (null, answer.Version);
        var updates = new List<ReadOnlyMemory<byte>>(answer.Entries.Count);
        foreach (var entry in answer.Entries)
            if (entry.Event is Edited edited) updates.Add(edited.Update);
        return Updates.TryMerge(updates, out var merged)
            ? (new TextFrame(Cursor, answer.Version, 0, merged), answer.Version)
            : throw new InvalidOperationException("Durable updates do not merge.");
    }
}
