using System.Buffers;

namespace Annotate.Text;

/// <summary>Writes lib0's encoding into a rented buffer. Ends with <see cref="ToArray"/>, which gives the buffer back.</summary>
struct ByteWriter(int capacity)
{
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));
    int _length;

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
