using System.Buffers;
using System.Text;

namespace Annotate.Text;

/// <summary>Writes lib0's encoding into a rented buffer. Ends with <see cref="ToArray"/>, which gives the buffer back.</summary>
struct ByteWriter(int capacity)
{
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));
    int _length;

    public readonly int Length => _length;

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Uint(long value)
    {
        Reserve(Limits.NumberBytesMax);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Blob(ReadOnlySpan<byte> bytes)
    {
        Uint(bytes.Length);
        Bytes(bytes);
    }

    /// <summary>A string as UTF-8, with its length before it.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Uint(Encoding.UTF8.GetByteCount(text));
        Utf8(text);
    }

    /// <summary>Text as UTF-8, without its length. Half of a surrogate pair becomes a replacement character, as in yjs.</summary>
    public void Utf8(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    /// <summary>Text that is given as Latin-1, as UTF-8, without its length.</summary>
    public void Latin1(ReadOnlySpan<byte> text)
    {
        if (Ascii.IsValid(text))
        {
            Bytes(text);
            return;
        }
        Reserve(text.Length * 2);
        foreach (var value in text)
        {
            if (value < 0x80) _buffer[_length++] = value;
            else
            {
                _buffer[_length++] = (byte)(0xc0 | value >> 6);
                _buffer[_length++] = (byte)(0x80 | (value & 0x3f));
            }
        }
    }

    public byte[] ToArray()
    {
        var bytes = _buffer.AsSpan(0, _length).ToArray();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
        return bytes;
    }

    void Reserve(int count)
    {
        if (_buffer.Length - _length >= count) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
