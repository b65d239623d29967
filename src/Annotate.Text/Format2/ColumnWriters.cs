using System.Text;

namespace Annotate.Text;

/// <summary>Writes what <see cref="CountedColumn"/> reads (lib0, UintOptRleEncoder).</summary>
struct CountedColumnWriter(int capacity)
{
    ByteWriter _bytes = new(capacity);
    long _value;
    long _count;

    public void Write(long value)
    {
        if (value == _value)
        {
            _count++;
            return;
        }
        Flush();
        (_value, _count) = (value, 1);
    }

    void Flush()
    {
        if (_count == 0) return;
        SignedNumber.Write(ref _bytes, _value, _count > 1);
        if (_count > 1) _bytes.Uint(_count - 2);
    }

    public byte[] ToArray()
    {
        Flush();
        return _bytes.ToArray();
    }
}

/// <summary>Writes what <see cref="SteppedColumn"/> reads (lib0, IntDiffOptRleEncoder).</summary>
struct SteppedColumnWriter(int capacity)
{
    ByteWriter _bytes = new(capacity);
    long _value;
    long _step;
    long _count;

    public void Write(long value)
    {
        if (value - _value == _step) _count++;
        else
        {
            Flush();
            (_step, _count) = (value - _value, 1);
        }
        _value = value;
    }

    void Flush()
    {
        if (_count == 0) return;
        var coded = _step * 2 + (_count == 1 ? 0 : 1);
        SignedNumber.Write(ref _bytes, Math.Abs(coded), coded < 0);
        if (_count > 1) _bytes.Uint(_count - 2);
    }

    public byte[] ToArray()
    {
        Flush();
        return _bytes.ToArray();
    }
}

/// <summary>Writes what <see cref="ByteColumn"/> reads (lib0, RleEncoder).</summary>
struct ByteColumnWriter(int capacity)
{
    ByteWriter _bytes = new(capacity);
    byte _value;
    long _count;

    public void Write(byte value)
    {
        if (_count > 0 && value == _value)
        {
            _count++;
            return;
        }
        if (_count > 0) _bytes.Uint(_count - 1);
        _bytes.Byte(value);
        (_value, _count) = (value, 1);
    }

    public byte[] ToArray() => _bytes.ToArray();
}

/// <summary>Writes what <see cref="StringColumn"/> reads (lib0, StringEncoder).</summary>
struct StringColumnWriter(int capacity)
{
    readonly StringBuilder _all = new();
    CountedColumnWriter _lengths = new(capacity);

    public void Write(string text)
    {
        _all.Append(text);
        _lengths.Write(text.Length);
    }

    public byte[] ToArray()
    {
        var writer = new ByteWriter(_all.Length + 16);
        writer.Text(_all.ToString());
        writer.Bytes(_lengths.ToArray());
        return writer.ToArray();
    }
}
