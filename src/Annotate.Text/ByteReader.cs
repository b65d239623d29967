using System.Text;
using System.Text.Unicode;

namespace Annotate.Text;

/// <summary>
/// Reads lib0's encoding (https://github.com/dmonad/lib0, encoding.js) from bytes nobody vouches for. Every method that begins with Try
/// checks before it moves, and leaves the first fault in <see cref="Fault"/>.
/// </summary>
ref struct ByteReader(ReadOnlySpan<byte> bytes, int at = 0)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    public int At = at;

    public UpdateFault Fault;

    public readonly int Left => _bytes.Length - At;

    public readonly ReadOnlySpan<byte> Between(int start, int end) => _bytes[start..end];

    /// <summary>A reader of a part of the same bytes, by the same positions.</summary>
    public readonly ByteReader Part(int start, int end) => new(_bytes[..end], start);

    public bool Fail(UpdateFault fault)
    {
        Fault = fault;
        return false;
    }

    public bool TryEnd() => Left == 0 || Fail(UpdateFault.TrailingBytes);

    public bool TryByte(out byte value)
    {
        if ((uint)At >= (uint)_bytes.Length)
        {
            value = 0;
            return Fail(UpdateFault.Truncated);
        }
        value = _bytes[At++];
        return true;
    }

    /// <summary>
    /// A number of seven bits a byte, low ones first. Longer forms of a number are accepted, as lib0 does, up to the limit.
    /// </summary>
    public bool TryUint(out long value)
    {
        if ((uint)At < (uint)_bytes.Length && _bytes[At] < 0x80)
        {
            value = _bytes[At++];
            return true;
        }
        return TryLongUint(out value);
    }

    bool TryLongUint(out long value)
    {
        value = 0;
        for (var shift = 0; shift < 7 * Limits.NumberBytesMax; shift += 7)
        {
            if (!TryByte(out var part)) return false;
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80) return value <= Limits.ClockMax || Fail(UpdateFault.Number);
        }
        return Fail(UpdateFault.Number);
    }

    /// <summary>
    /// A number of things that each take at least <paramref name="bytesEach"/> bytes, so that no more can follow than bytes are left.
    /// </summary>
    public bool TryCount(int bytesEach, int max, out int count)
    {
        count = 0;
        if (!TryUint(out var value)) return false;
        if (value > Left / bytesEach) return Fail(UpdateFault.Truncated);
        if (value > max) return Fail(UpdateFault.TooLarge);
        count = (int)value;
        return true;
    }

    /// <summary>A length above zero, where the range that starts at the clock stays within the limit.</summary>
    public bool TryLength(long clock, out long length)
    {
        if (!TryUint(out length)) return false;
        if (length == 0) return Fail(UpdateFault.Empty);
        return length <= Limits.ClockMax - clock || Fail(UpdateFault.Number);
    }

    public bool TrySkip(int count)
    {
        if (count > Left) return Fail(UpdateFault.Truncated);
        At += count;
        return true;
    }

    /// <summary>Bytes with their length before them.</summary>
    public bool TryBlob(out ReadOnlySpan<byte> blob)
    {
        blob = default;
        if (!TryUint(out var length)) return false;
        if (length > Left) return Fail(UpdateFault.Truncated);
        blob = _bytes.Slice(At, (int)length);
        At += (int)length;
        return true;
    }

    /// <summary>A string: UTF-8 with its length in bytes before it. Yjs decodes strictly and throws on anything else.</summary>
    public bool TryText(out ReadOnlySpan<byte> utf8) => TryBlob(out utf8) && (Utf8.IsValid(utf8) || Fail(UpdateFault.Text));

    /// <summary>How many UTF-16 units valid UTF-8 takes: what a clock counts.</summary>
    public static int Utf16Length(ReadOnlySpan<byte> utf8) =>
        utf8.Length == 1 ? 1 : Encoding.UTF8.GetCharCount(utf8);
}
