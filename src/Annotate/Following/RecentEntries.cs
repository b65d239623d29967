using Annotate.Deciding;

namespace Annotate.Following;

/// <summary>The last entries of a journal, without a gap, for followers who missed a notification. Bounded in number and bytes.</summary>
sealed class RecentEntries
{
    readonly Queue<(Entry Entry, int Bytes)> _entries = new();
    long _first = 1;
    long _bytes;

    public void Add(long version, Entry entry, int bytes)
    {
        // After a snapshot was restored, the first entry that follows it begins the window.
        if (_entries.Count == 0) _first = version;
        _entries.Enqueue((entry, bytes));
        _bytes += bytes;
        while (_entries.Count > Limits.RecentEntriesMax || (_bytes > Limits.RecentBytesMax && _entries.Count > 1))
        {
            _bytes -= _entries.Dequeue().Bytes;
            _first++;
        }
    }

    /// <summary>The entries from <paramref name="since"/> + 1 to <paramref name="to"/>; null when the window does not reach back so far.</summary>
    public IReadOnlyList<Entry>? After(long since, long to)
    {
        if (_entries.Count == 0 || since + 1 < _first || to >= _first + _entries.Count) return null;
        // An array: a collection expression makes a list type of the compiler's own, which Orleans cannot send.
        return _entries.Skip((int)(since + 1 - _first)).Take((int)(to - since)).Select(kept => kept.Entry).ToArray();
    }
}
