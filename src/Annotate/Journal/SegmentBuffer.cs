using System.Buffers;
using System.Buffers.Binary;

namespace Annotate.Journals;

/// <summary>The entries that wait for the write in flight, already laid out as the next segment's body.</summary>
/// <remarks>The bytes are rented while there are any: most journals are idle most of the time, and there are many.</remarks>
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
        if (end > _bytes.Length) Grow(end);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), entry.Length);
        entry.CopyTo(_bytes.AsSpan(_length + Entries.LengthBytes));
        _length = end;
        Count++;
    }

    public void Clear()
    {
        (_length, Count) = (0, 0);
        Release();
    }

    void Grow(int bytesMin)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(BytesMin, Math.Min(2L * bytesMin, limits.QueuedBytesMax)));
        Bytes.CopyTo(larger);
        Release();
        _bytes = larger;
    }

    void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
