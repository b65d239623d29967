using System.Buffers.Binary;

namespace Annotate.Journals;

/// <summary>The entries that wait for the write in flight, already laid out as the next segment's body.</summary>
sealed class SegmentBuffer(JournalLimits limits)
{
    const int BytesMin = 256;

    byte[] _bytes = [];
    int _length;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public bool HasRoomFor(int entries, long entryBytes) =>
        Count + (long)entries <= limits.QueuedEntriesMax
        && _length + entryBytes + (long)entries * Entries.LengthBytes <= limits.QueuedBytesMax;

    /// <summary>Copies an entry that <see cref="HasRoomFor"/> has accepted.</summary>
    public void Add(ReadOnlySpan<byte> entry)
    {
        var end = _length + Entries.LengthBytes + entry.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Max(BytesMin, Math.Min(2L * end, limits.QueuedBytesMax)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), entry.Length);
        entry.CopyTo(_bytes.AsSpan(_length + Entries.LengthBytes));
        _length = end;
        Count++;
    }

    public void Clear()
    {
        (_length, Count) = (0, 0);
        if (_bytes.Length > limits.BufferKeptBytesMax) _bytes = [];
    }
}
