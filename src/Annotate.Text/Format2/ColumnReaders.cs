using System.Text;

namespace Annotate.Text;

/// <summary>A signed number: the first byte holds whether more follow, the sign, and six bits. Minus zero differs from zero.</summary>
readonly record struct SignedNumber(long Size, bool IsNegative)
{
    public static bool TryRead(ref ByteReader reader, out SignedNumber number)
    {
        number = default;
        if (!reader.TryByte(out var part)) return false;
        var isNegative = (part & 0x40) != 0;
        long size = part & 0x3f;
        for (var shift = 6; part >= 0x80; shift += 7)
        {
            if (shift > 6 + 7 * (Limits.NumberBytesMax - 1)) return reader.Fail(UpdateFault.Number);
            if (!reader.TryByte(out part)) return false;
            size |= (long)(part & 0x7f) << shift;
        }
        number = new SignedNumber(size, isNegative);
        return size <= Limits.ClockMax * 2 + 1 || reader.Fail(UpdateFault.Number);
    }

    public static void Write(ref ByteWriter writer, long size, bool isNegative)
    {
        writer.Byte((byte)((size > 0x3f ? 0x80 : 0) | (isNegative ? 0x40 : 0) | (int)(size & 0x3f)));
        for (size >>= 6; size > 0; size >>= 7) writer.Byte((byte)((size > 0x7f ? 0x80 : 0) | (int)(size & 0x7f)));
    }
}

/// <summary>
/// A column of numbers in which repeats are counted (lib0, UintOptRleDecoder). The readers hold where they are in the update, so that there
/// is nothing to copy.
/// </summary>
struct CountedColumn(int at, int end)
{
    int _at = at;
    long _value;
    long _left;

    public bool TryRead(ref ByteReader update, out long value)
    {
        value = 0;
        if (_left == 0)
        {
            var reader = update.Part(_at, end);
            if (!SignedNumber.TryRead(ref reader, out var number)) return update.Fail(reader.Fault);
            _value = number.Size;
            _left = 1;
            if (number.IsNegative)
            {
                if (!reader.TryUint(out var more)) return update.Fail(reader.Fault);
                _left = more + 2;
            }
            _at = reader.At;
        }
        _left--;
        value = _value;
        return value <= Limits.ClockMax || update.Fail(UpdateFault.Number);
    }
}

/// <summary>A column of numbers of which the differences are written, and their repeats counted (lib0, IntDiffOptRleDecoder).</summary>
struct SteppedColumn(int at, int end)
{
    int _at = at;
    long _value;
    long _step;
    long _left;

    public bool TryRead(ref ByteReader update, out long value)
    {
        value = 0;
        if (_left == 0)
        {
            var reader = update.Part(_at, end);
            if (!SignedNumber.TryRead(ref reader, out var number)) return update.Fail(reader.Fault);
            var coded = number.IsNegative ? -number.Size : number.Size;
            _step = coded >> 1;
            _left = 1;
            if ((coded & 1) != 0)
            {
                if (!reader.TryUint(out var more)) return update.Fail(reader.Fault);
                _left = more + 2;
            }
            _at = reader.At;
        }
        _left--;
        _value += _step;
        value = _value;
        return value is >= 0 and <= Limits.ClockMax || update.Fail(UpdateFault.Number);
    }
}

/// <summary>A column of bytes in which repeats are counted; the last one repeats for ever (lib0, RleDecoder).</summary>
struct ByteColumn(int at, int end)
{
    int _at = at;
    byte _value;
    long _left;

    public bool TryRead(ref ByteReader update, out byte value)
    {
        value = 0;
        if (_left == 0)
        {
            var reader = update.Part(_at, end);
            if (!reader.TryByte(out _value)) return update.Fail(reader.Fault);
            _left = long.MaxValue;
            if (reader.Left > 0)
            {
                if (!reader.TryUint(out var more)) return update.Fail(reader.Fault);
                _left = more + 1;
            }
            _at = reader.At;
        }
        _left--;
        value = _value;
        return true;
    }
}

/// <summary>All strings as one, and a column of their lengths in UTF-16 units (lib0, StringDecoder).</summary>
struct StringColumn(string all, CountedColumn lengths)
{
    CountedColumn _lengths = lengths;
    int _at;

    public static bool TryOpen(ref ByteReader update, int at, int end, out StringColumn column)
    {
        column = default;
        var reader = update.Part(at, end);
        if (!reader.TryText(out var all)) return update.Fail(reader.Fault);
        column = new StringColumn(Encoding.UTF8.GetString(all), new CountedColumn(reader.At, end));
        return true;
    }

    public bool TryRead(ref ByteReader update, out ReadOnlySpan<char> text)
    {
        text = default;
        if (!_lengths.TryRead(ref update, out var length)) return false;
        if (length > all.Length - _at) return update.Fail(UpdateFault.Truncated);
        text = all.AsSpan(_at, (int)length);
        _at += (int)length;
        return true;
    }
}
