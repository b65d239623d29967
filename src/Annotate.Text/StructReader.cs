using System.Text;

namespace Annotate.Text;

/// <summary>What structs hold. The numbers are the low five bits of a struct's first byte (yjs, INTERNALS.md and src/structs).</summary>
enum StructKind : byte
{
    Collected = 0,
    Deleted = 1,
    Json = 2,
    Binary = 3,
    String = 4,
    Embed = 5,
    Format = 6,
    Type = 7,
    Any = 8,
    Subdocument = 9,
    Skip = 10,
}

/// <summary>A struct's place in the bytes, its length in clock ticks, and what it builds on (client -1: nothing).</summary>
struct StructHead
{
    public byte Info;
    public int Start;
    public int RightAt;
    public int RightEnd;
    public int ContentAt;
    public int End;
    public long Length;
    public long LeftClient;
    public long LeftClock;
    public long RightClient;
    public long RightClock;

    public bool NamesRoot;

    public readonly StructKind Kind => (StructKind)(Info & StructReader.KindBits);

    /// <summary>
    /// Both origins are of one writer, and the right one is no later than the left one. What yjs makes of that depends on whether it holds both in
    /// one item when the struct is placed.
    /// </summary>
    public readonly bool IsBackwards => RightClient >= 0 && LeftClient == RightClient && RightClock <= LeftClock;

    /// <summary>The name of the root type that it names as its parent.</summary>
    public readonly string RootName(ByteReader reader)
    {
        reader.At = RightEnd + 1;
        reader.TryText(out var name);
        return Encoding.UTF8.GetString(name);
    }
}

/// <summary>Reads one struct: checks it as strictly as Yjs would when applying it, and keeps only where its parts lie.</summary>
static class StructReader
{
    public const byte KindBits = 0x1f, HasParentKey = 0x20, HasRight = 0x40, HasLeft = 0x80;
    const int TypesWithName = (1 << 3) | (1 << 5);
    const int TypeMax = 6;

    /// <summary>
    /// Reads the struct of a client that starts at a clock. A parent is given as the left one, because it is written only where there is
    /// neither an origin nor a right origin.
    /// </summary>
    public static bool TryRead(ref ByteReader reader, long client, long clock, out StructHead head)
    {
        head = new StructHead { Start = reader.At, LeftClient = -1, RightClient = -1 };
        if (!reader.TryByte(out head.Info)) return false;
        if (head.Kind is StructKind.Collected or StructKind.Skip)
        {
            if (head.Info != (byte)head.Kind) return reader.Fail(UpdateFault.Struct);
            head.ContentAt = reader.At;
            if (!reader.TryLength(clock, out head.Length)) return false;
        }
        else if (!TryReadPlace(ref reader, client, clock, ref head) || !TryReadContent(ref reader, clock, ref head)) return false;
        head.End = reader.At;
        return true;
    }

    static bool TryReadPlace(ref ByteReader reader, long client, long clock, ref StructHead head)
    {
        if ((head.Info & HasLeft) != 0 && !TryReadId(ref reader, client, clock, out head.LeftClient, out head.LeftClock)) return false;
        head.RightAt = reader.At;
        if ((head.Info & HasRight) != 0 && !TryReadId(ref reader, client, clock, out head.RightClient, out head.RightClock)) return false;
        head.RightEnd = reader.At;
        if ((head.Info & (HasLeft | HasRight)) != 0) return true;
        if (!reader.TryByte(out var parentIsRoot)) return false;
        if (parentIsRoot > 1) return reader.Fail(UpdateFault.Struct);
        head.NamesRoot = parentIsRoot == 1;
        var readsParent = head.NamesRoot
            ? reader.TryText(out _)
            : TryReadId(ref reader, client, clock, out head.LeftClient, out head.LeftClock);
        if (!readsParent) return false;
        return (head.Info & HasParentKey) == 0 || reader.TryText(out _);
    }

    static bool TryReadId(ref ByteReader reader, long ownClient, long ownClock, out long client, out long clock)
    {
        clock = 0;
        if (!reader.TryUint(out client) || !reader.TryUint(out clock)) return false;
        return client != ownClient || clock < ownClock || reader.Fail(UpdateFault.Reference);
    }

    static bool TryReadContent(ref ByteReader reader, long clock, ref StructHead head)
    {
        head.ContentAt = reader.At;
        head.Length = 1;
        switch (head.Kind)
        {
            case StructKind.Deleted:
                return reader.TryLength(clock, out head.Length);
            case StructKind.String:
                if (!reader.TryText(out var text)) return false;
                head.Length = ByteReader.Utf16Length(text);
                break;
            case StructKind.Json:
            case StructKind.Any:
                if (!TryReadList(ref reader, head.Kind, out head.Length)) return false;
                break;
            default:
                return TryReadSingle(ref reader, head.Kind);
        }
        if (head.Length == 0) return reader.Fail(UpdateFault.Empty);
        return head.Length <= Limits.ClockMax - clock || reader.Fail(UpdateFault.Number);
    }

    static bool TryReadList(ref ByteReader reader, StructKind kind, out long length)
    {
        var read = reader.TryCount(1, int.MaxValue, out var count);
        length = count;
        return read && TrySkipElements(ref reader, kind, count);
    }

    public static bool TrySkipElements(ref ByteReader reader, StructKind kind, int count)
    {
        for (var i = 0; i < count; i++)
            if (kind == StructKind.Any ? !Values.TrySkipAny(ref reader) : !Values.TrySkipJsonOrUndefined(ref reader)) return false;
        return true;
    }

    /// <summary>Passes over content that was checked before, without a number of elements before it; text and types are not content here.</summary>
    public static bool TrySkipContent(ref ByteReader reader, StructKind kind, int length) =>
        kind is StructKind.Any or StructKind.Json ? TrySkipElements(ref reader, kind, length) : TryReadSingle(ref reader, kind);

    static bool TryReadSingle(ref ByteReader reader, StructKind kind) => kind switch
    {
        StructKind.Binary => reader.TryBlob(out _),
        StructKind.Embed => Values.TrySkipJson(ref reader),
        StructKind.Format => reader.TryText(out _) && Values.TrySkipJson(ref reader),
        StructKind.Type => TryReadType(ref reader),
        StructKind.Subdocument => reader.TryText(out _) && Values.TrySkipAnyObject(ref reader),
        _ => reader.Fail(UpdateFault.Struct),
    };

    static bool TryReadType(ref ByteReader reader)
    {
        if (!reader.TryUint(out var type)) return false;
        if (type > TypeMax) return reader.Fail(UpdateFault.Struct);
        return (TypesWithName >> (int)type & 1) == 0 || reader.TryText(out _);
    }
}
