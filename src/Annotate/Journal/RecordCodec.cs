using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Annotate.Journals;

/// <summary>The kinds of record, as stored in a record's second byte.</summary>
enum RecordKind : byte
{
    Tail = 1,
    Chunk = 2,
    Snapshot = 3,
    Head = 4,
}

/// <summary>A place in the history: a segment, the version of its last entry, its checksum (the chain). All zero is the beginning.</summary>
readonly record struct Mark(long Segment, long Version, long Chain)
{
    public const int Numbers = 3;

    public static Mark From(ReadOnlySpan<long> numbers) => new(numbers[0], numbers[1], numbers[2]);
}

/// <summary>The envelope that all kinds of record share: format, kind, numbers, body, checksum (README, "Records").</summary>
/// <remarks>
/// The checksum is XxHash3 with a seed made of the grain's id and the journal's name: a record that came under another grain's key is as
/// wrong as one with a flipped bit. It guards against accidents, not against an attacker with access to the storage.
/// </remarks>
static class RecordCodec
{
    const byte Format = 1;
    const int PrefixBytes = 2;
    const int ChecksumBytes = sizeof(long);

    public static long Seed(GrainId grain, string name) => (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{grain}/{name}"));

    /// <summary>A record with its numbers written, its body still to be filled in.</summary>
    public static byte[] Begin(RecordKind kind, ReadOnlySpan<long> numbers, int bodyBytes, out Span<byte> body)
    {
        var headerBytes = PrefixBytes + numbers.Length * sizeof(long);
        var record = GC.AllocateUninitializedArray<byte>(headerBytes + bodyBytes + ChecksumBytes);
        record[0] = Format;
        record[1] = (byte)kind;
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(PrefixBytes + i * sizeof(long)), numbers[i]);
        }

        body = record.AsSpan(headerBytes, bodyBytes);
        return record;
    }

    /// <summary>The body of a record that was begun with this many bytes of it.</summary>
    public static ReadOnlyMemory<byte> Body(byte[] record, int bodyBytes) =>
        record.AsMemory(record.Length - ChecksumBytes - bodyBytes, bodyBytes);

    /// <summary>Writes the checksum at the end of a record and returns it.</summary>
    public static long Seal(byte[] record, long seed)
    {
        var checksum = Checksum(record.AsSpan(..^ChecksumBytes), seed);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(^ChecksumBytes..), checksum);
        return checksum;
    }

    /// <summary>Reads a record's numbers and body; false when it is of another kind or format, cut short, or not as it was written.</summary>
    public static bool TryRead(
        byte[] record, RecordKind kind, long seed, Span<long> numbers, out ReadOnlyMemory<byte> body, out long checksum)
    {
        body = default;
        checksum = 0;
        var headerBytes = PrefixBytes + numbers.Length * sizeof(long);
        if (record.Length < headerBytes + ChecksumBytes || record[0] != Format || record[1] != (byte)kind) return false;
        checksum = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(^ChecksumBytes..));
        if (checksum != Checksum(record.AsSpan(..^ChecksumBytes), seed)) return false;
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(PrefixBytes + i * sizeof(long)));
            if (numbers[i] < 0 && !IsChain(kind, i)) return false;
        }

        body = record.AsMemory(headerBytes..^ChecksumBytes);
        return true;
    }

    // A chain is a checksum, so it may have any sign; all other numbers count something.
    static bool IsChain(RecordKind kind, int number) => kind switch
    {
        RecordKind.Tail => number == 2,
        RecordKind.Chunk => number is 3 or 6,
        RecordKind.Snapshot => number == 3,
        _ => number == 4,
    };

    static long Checksum(ReadOnlySpan<byte> bytes, long seed) => (long)XxHash3.HashToUInt64(bytes, seed);
}

/// <summary>The body of tail and chunk records: each entry as its length in 4 bytes (little-endian), then its bytes.</summary>
static class Entries
{
    public const int LengthBytes = sizeof(int);

    /// <summary>Takes the next entry off the front of a body that <see cref="AreWhole"/> has found to be whole.</summary>
    public static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> body)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(body.Span);
        var entry = body.Slice(LengthBytes, length);
        body = body[(LengthBytes + length)..];
        return entry;
    }

    /// <summary>True when the body is exactly this many entries.</summary>
    public static bool AreWhole(ReadOnlySpan<byte> body, long count)
    {
        for (; count > 0; count--)
        {
            if (body.Length < LengthBytes) return false;
            var length = BinaryPrimitives.ReadInt32LittleEndian(body);
            if (length < 0 || length > body.Length - LengthBytes) return false;
            body = body[(LengthBytes + length)..];
        }

        return body.IsEmpty;
    }
}
