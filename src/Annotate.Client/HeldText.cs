using Annotate.Text;

namespace Annotate.Client;

/// <summary>What the server is known to hold of a text, as far as it came: updates without a document. Not for several threads at a time.</summary>
sealed class HeldText
{
    /// <summary>So many bytes may have come since the rest was merged, or half of what that has: what is kept is at most half as much again as the text.</summary>
    const int LooseBytesMin = 64 << 10;

    readonly List<ReadOnlyMemory<byte>> _updates = [];
    int _mergedBytes;
    long _looseBytes;

    /// <summary>How many are kept.</summary>
    public long Bytes => _mergedBytes + _looseBytes;

    public void Add(ReadOnlyMemory<byte> update)
    {
        _updates.Add(update);
        _looseBytes += update.Length;
        if (_looseBytes > Math.Max(LooseBytesMin, _mergedBytes / 2)) Merge();
    }

    /// <summary>All of it as one update.</summary>
    public byte[] Merge()
    {
        var merged = Merge([.. _updates]);
        _updates.Clear();
        _updates.Add(merged);
        (_mergedBytes, _looseBytes) = (merged.Length, 0);
        return merged;
    }

    public static byte[] Merge(ReadOnlyMemory<byte>[] updates) => Updates.TryMerge(updates, out var merged)
        ? merged
        : throw new InvalidOperationException("Updates that were read do not merge.");
}
