using System.Buffers.Binary;

namespace Annotate.Bench.Load;

/// <summary>Reads the MessagePack that hub messages use. Past the end, or at another type, it yields nothing and <see cref="Failed"/> becomes true.</summary>
ref struct PackReader(ReadOnlySpan<byte> from)
{
    ReadOnlySpan<byte> _rest = from;

    public bool Failed { get; private set; }

    public int ArrayLength() => Next() is var type && (type & 0xf0) == 0x90 ? type & 0x0f
        : type == 0xdc ? (int)Number(2)
        : type == 0xdd ? (int)Number(4)
        : Fail();

    public int MapLength() => Next() is var type && (type & 0xf0) == 0x80 ? type & 0x0f
        : type == 0xde ? (int)Number(2)
        : type == 0xdf ? (int)Number(4)
        : Fail();

    /// <summary>A small number that is not negative.</summary>
    public int Int() => Next() is var type && type < 0x80 ? type : type is >= 0xcc and <= 0xcf ? (int)Number(1 << type - 0xcc) : Fail();

    /// <summary>The content of a string or of binary data.</summary>
    public ReadOnlySpan<byte> Bytes() => Next() is var type && (type & 0xe0) == 0xa0 ? Take(type & 0x1f)
        : type is >= 0xc4 and <= 0xc6 ? Take(Number(1 << type - 0xc4))
        : type is >= 0xd9 and <= 0xdb ? Take(Number(1 << type - 0xd9))
        : Take(Fail());

    /// <summary>Passes over a value, whatever it is.</summary>
    public void Skip()
    {
        for (var left = 1L; left > 0 && !Failed; left--) left += SkipHead();
    }

    /// <returns>How many values are inside the one whose head was passed over.</returns>
    long SkipHead()
    {
        var type = Next();
        switch (type)
        {
            case < 0x80 or >= 0xe0 or 0xc0 or 0xc2 or 0xc3: return 0;
            case < 0x90: return 2 * (type & 0x0f);
            case < 0xa0: return type & 0x0f;
            case < 0xc0: Take(type & 0x1f); return 0;
            case >= 0xc4 and <= 0xc6: Take(Number(1 << type - 0xc4)); return 0;
            case >= 0xc7 and <= 0xc9: Take(Number(1 << type - 0xc7) + 1); return 0; // extensions have a type byte
            case 0xca: Take(4); return 0;
            case 0xcb: Take(8); return 0;
            case >= 0xcc and <= 0xcf: Take(1 << type - 0xcc); return 0;
            case >= 0xd0 and <= 0xd3: Take(1 << type - 0xd0); return 0;
            case >= 0xd4 and <= 0xd8: Take((1 << type - 0xd4) + 1); return 0;
            case >= 0xd9 and <= 0xdb: Take(Number(1 << type - 0xd9)); return 0;
            case 0xdc or 0xdd: return Number(type == 0xdc ? 2 : 4);
            case 0xde or 0xdf: return 2 * Number(type == 0xde ? 2 : 4);
            default: return Fail();
        }
    }

    byte Next() => Take(1) is [var next] ? next : (byte)0xc1; // 0xc1 is the type that is never used.

    long Number(int bytes) => Take(bytes) is { IsEmpty: false } number
        ? bytes switch
        {
            1 => number[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(number),
            4 => BinaryPrimitives.ReadUInt32BigEndian(number),
            _ => (long)BinaryPrimitives.ReadUInt64BigEndian(number),
        }
        : 0;

    ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _rest.Length) count = Fail();
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    int Fail()
    {
        Failed = true;
        _rest = default;
        return 0;
    }
}
