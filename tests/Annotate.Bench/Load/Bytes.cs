using System.Text;

namespace Annotate.Bench.Load;

/// <summary>Writes lib0 encodings (variable-length unsigned integers, length-prefixed bytes and strings) into a span.</summary>
ref struct ByteWriter(Span<byte> into)
{
    readonly Span<byte> _into = into;
    int _length;

    public readonly ReadOnlySpan<byte> Written => _into[.._length];

    public void Byte(byte value) => _into[_length++] = value;

    public void VarUint(uint value)
    {
        for (; value > 0x7f; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_into[_length..]);
        _length += bytes.Length;
    }

    public void Repeat(byte value, int count)
    {
        _into.Slice(_length, count).Fill(value);
        _length += count;
    }

    public void VarBytes(ReadOnlySpan<byte> bytes)
    {
        VarUint((uint)bytes.Length);
        Raw(bytes);
    }

    /// <summary>A string of fewer than 256 bytes, after its length in one byte.</summary>
    public void ShortString(string text)
    {
        Byte(checked((byte)Encoding.UTF8.GetByteCount(text)));
        _length += Encoding.UTF8.GetBytes(text, _into[_length..]);
    }

    public void VarString(string text)
    {
        VarUint((uint)Encoding.UTF8.GetByteCount(text));
        _length += Encoding.UTF8.GetBytes(text, _into[_length..]);
    }
}

/// <summary>Reads lib0 encodings. Past the end, or on a malformed number, it yields zeros and <see cref="Failed"/> becomes true.</summary>
ref struct ByteReader(ReadOnlySpan<byte> from)
{
    ReadOnlySpan<byte> _rest = from;

    public bool Failed { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty)
        {
            Failed = true;
            return 0;
        }
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public uint VarUint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value <= uint.MaxValue ? (uint)value : Fail();
        }
        return Fail();
    }

    public ReadOnlySpan<byte> VarBytes()
    {
        var length = VarUint();
        if (length > _rest.Length)
        {
            Fail();
            return default;
        }
        var bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return bytes;
    }

    uint Fail()
    {
        Failed = true;
        _rest = default;
        return 0;
    }
}
