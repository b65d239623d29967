using System.Runtime.InteropServices;

namespace Annotate.Text;

/// <summary>
/// The contents of a document's items, one behind the other: text as Latin-1 or UTF-16, everything else as it is written in format 1. What
/// one writer writes in sequence lies in sequence, so that a run of typing is one item: each writer has some space kept at its end, the more
/// the more it wrote.
/// </summary>
sealed class ContentBytes
{
    const int BytesMin = 64;
    const int KeptBytesMin = 8, KeptBytesMax = 1024;
    const int DoublingBytesMax = 64 * 1024;

    /// <summary>Less waste than this is never worth tidying.</summary>
    const int WasteBytesMin = 4096;

    byte[] _bytes = [];
    int _length;

    /// <summary>Bytes that belong to nothing any more.</summary>
    public int Waste;

    public int Length => _length;

    /// <summary>With the room that is not used yet.</summary>
    public int BytesHeld => _bytes.Length;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public bool IsWasteful => Waste > WasteBytesMin && Waste > _length / 2;

    public Span<byte> Slice(int at, int count) => _bytes.AsSpan(at, count);

    public Span<char> Units(int at, int count) => MemoryMarshal.Cast<byte, char>(_bytes.AsSpan(at, count * sizeof(char)));

    /// <summary>Makes room for as much at once.</summary>
    public void Reserve(int bytes)
    {
        if (_bytes.Length - _length < bytes) Array.Resize(ref _bytes, checked(_length + bytes));
    }

    /// <summary>Gives back most of what was reserved and not needed.</summary>
    public void Trim()
    {
        if (_bytes.Length - _length > _length / 8 + BytesMin) Array.Resize(ref _bytes, _length + _length / 16 + BytesMin);
    }

    /// <summary>Space for content of a writer: right behind its last, where there is room.</summary>
    public int Take(Writer writer, int count, bool even = false)
    {
        var needed = even ? count + 1 : count;
        if (writer.ContentLimit - writer.ContentEnd < needed) Keep(writer, needed);
        var at = even ? (writer.ContentEnd + 1) & ~1 : writer.ContentEnd;
        writer.ContentEnd = at + count;
        return at;
    }

    /// <summary>Takes back the space that a writer got last.</summary>
    public static void GiveBack(Writer writer, int at) => writer.ContentEnd = at;

    /// <summary>The room that is kept for a writer who is forgotten belongs to nobody.</summary>
    public void Leave(Writer writer) => Waste += writer.ContentLimit - writer.ContentEnd;

    void Keep(Writer writer, int count)
    {
        var kept = Math.Clamp(writer.Clock, KeptBytesMin, KeptBytesMax);
        if (writer.ContentLimit == _length)
        {
            Grow(Math.Max(count - (writer.ContentLimit - writer.ContentEnd), kept));
            writer.ContentLimit = _length;
            return;
        }
        Waste += writer.ContentLimit - writer.ContentEnd;
        writer.ContentEnd = _length;
        Grow(Math.Max(count, kept));
        writer.ContentLimit = _length;
    }

    void Grow(int count)
    {
        var length = checked(_length + count);
        if (length > _bytes.Length)
        {
            var room = _bytes.Length < DoublingBytesMax ? _bytes.Length * 2L : _bytes.Length * 5L / 4;
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(Math.Max(room, length), BytesMin), Array.MaxLength));
        }
        _length = length;
    }
}
