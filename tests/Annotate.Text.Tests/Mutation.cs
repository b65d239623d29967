using System.Text;

namespace Annotate.Text.Tests;

/// <summary>Changes bytes at random: without knowing what they say, or as the structs and deletions of an update.</summary>
static class Mutation
{
    /// <summary>Where arithmetic goes wrong, if it does.</summary>
    static readonly long[] Edges =
    [
        0, 1, 2, 63, 64, 127, 128, 255, 256, 16_383, 16_384, Limits.UpdateStructsMax, int.MaxValue - 1, int.MaxValue, 1L << 31, uint.MaxValue,
        1L << 32, Limits.ClockMax - 1, Limits.ClockMax,
    ];

    public static byte[] Of(Random random, byte[][] seeds)
    {
        var bytes = seeds[random.Next(seeds.Length)].ToList();
        for (var i = random.Next(3); i >= 0; i--) Change(random, seeds, bytes);
        return [.. bytes];
    }

    static void Change(Random random, byte[][] seeds, List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2 when at < bytes.Count: bytes[at] = (byte)random.Next(12); break;
            case 3: bytes.Insert(at, (byte)random.Next(256)); break;
            case 4 when at < bytes.Count: bytes.RemoveRange(at, Math.Min(1 + random.Next(4), bytes.Count - at)); break;
            case 5: bytes.InsertRange(at, Hostile.Beyond); break;
            case 6 when at < bytes.Count:
                bytes.RemoveAt(at);
                bytes.InsertRange(at, Number(Edges[random.Next(Edges.Length)]));
                break;
            default:
                var other = seeds[random.Next(seeds.Length)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from)));
                break;
        }
    }

    static byte[] Number(long value)
    {
        var writer = new ByteWriter(8);
        writer.Uint(value);
        return writer.ToArray();
    }

    /// <summary>An update that can mostly be read: structs and deletions of others, in another order, elsewhere, with other content.</summary>
    public static byte[] OfStructs(Random random, UpdateParts[] seeds)
    {
        var parts = seeds[random.Next(seeds.Length)].Copy();
        for (var i = random.Next(5); i >= 0; i--) Change(random, seeds, parts);
        var bytes = parts.Write();
        return random.Next(8) == 0 ? Of(random, [bytes]) : bytes;
    }

    static void Change(Random random, UpdateParts[] seeds, UpdateParts parts)
    {
        var other = seeds[random.Next(seeds.Length)];
        if (random.Next(6) == 0) ChangeDeletes(random, parts, other);
        else if (parts.Sections.Count == 0 || random.Next(6) == 0) ChangeSections(random, parts, other);
        else ChangeStructs(random, parts, other);
    }

    static void ChangeDeletes(Random random, UpdateParts parts, UpdateParts other)
    {
        if (parts.Deletes.Count > 0 && random.Next(3) == 0) parts.Deletes.RemoveAt(random.Next(parts.Deletes.Count));
        else if (other.Deletes.Count > 0 && random.Next(2) == 0) parts.Deletes.AddRange(other.Deletes);
        else parts.Deletes.Add((Client(random, parts, other), Clock(random), 1 + Clock(random)));
    }

    static void ChangeSections(Random random, UpdateParts parts, UpdateParts other)
    {
        var at = random.Next(parts.Sections.Count + 1);
        var has = at < parts.Sections.Count;
        switch (random.Next(5))
        {
            case 0 when has: parts.Sections.RemoveAt(at); break;
            case 1 when has: parts.Sections[at].Client = Client(random, parts, other); break;
            case 2 when has: parts.Sections[at].Clock = Clock(random); break;
            case 3: parts.IsAscending = !parts.IsAscending; break;
            default:
                if (other.Sections.Count > 0) parts.Sections.Add(other.Sections[random.Next(other.Sections.Count)].Copy());
                break;
        }
    }

    static void ChangeStructs(Random random, UpdateParts parts, UpdateParts other)
    {
        var structs = parts.Sections[random.Next(parts.Sections.Count)].Structs;
        if (structs.Count == 0) return;
        var at = random.Next(structs.Count);
        var lent = other.StructAt(random) ?? structs[at];
        structs[at] = random.Next(9) switch
        {
            0 => lent,
            1 => structs[at] with { Left = Id(random, parts, other) },
            2 => structs[at] with { Right = Id(random, parts, other) },
            3 => structs[at] with { Left = null, Parent = lent.Parent ?? UpdateParts.ParentAt(Id(random, parts, other)) },
            4 => structs[at] with { Left = null, Right = null, Parent = UpdateParts.ParentAt(Id(random, parts, other)) },
            5 => structs[at] with { Kind = lent.Kind, Content = lent.Content },
            6 => OddContent(random, structs[at]),
            _ => structs[at],
        };
        switch (random.Next(4))
        {
            case 0: structs.RemoveAt(at); break;
            case 1: structs.Insert(random.Next(structs.Count + 1), lent); break;
            case 2:
                var with = random.Next(structs.Count);
                (structs[at], structs[with]) = (structs[with], structs[at]);
                break;
            default: break;
        }
    }

    static long Client(Random random, UpdateParts parts, UpdateParts other)
    {
        var from = random.Next(2) == 0 || other.Sections.Count == 0 ? parts.Sections : other.Sections;
        return from.Count > 0 ? from[random.Next(from.Count)].Client : random.Next(100);
    }

    static long Clock(Random random) => random.Next(16) == 0 ? Edges[random.Next(Edges.Length)] : random.Next(1 << random.Next(1, 8));

    static (long, long) Id(Random random, UpdateParts parts, UpdateParts other) => (Client(random, parts, other), Clock(random));

    /// <summary>Strings and values that readers stumble over.</summary>
    static readonly string[] OddTexts = ["", "\u0000", "é", "漢", "👍", "a👍👍b", "\uFFFD", "undefined", "__proto__", "x--AbCd+/=0", new('x', 300), "é漢👍" + new string('y', 100)];

    public static readonly string[] OddJson =
    [
        "null", "true", "0", "-0", "1e999", "-1E-999", "12345678901234567890", "0.1", "\"\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\udc4d\"",
        "\"\\u0000\"", "{}", "[]", "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}", "{\"__proto__\":null}", "{\"2\":0,\"1\":\"\\ud800\"}", " [ 1 , 2 ] ",
        "[[\"\\ud800\"]]", new string('[', 64) + new string(']', 64), new string('[', 65) + new string(']', 65), "{\"bold\":true}", "\"red\"",
    ];

    static UpdateParts.Struct OddContent(Random random, UpdateParts.Struct part)
    {
        var writer = new ByteWriter(64);
        var kind = (StructKind)random.Next(11);
        switch (kind)
        {
            case StructKind.Collected or StructKind.Deleted or StructKind.Skip:
                writer.Uint(Clock(random));
                break;
            case StructKind.Json:
                writer.Uint(2);
                writer.Text("undefined");
                writer.Text(OddJson[random.Next(OddJson.Length)]);
                break;
            case StructKind.String:
                writer.Text(OddTexts[random.Next(OddTexts.Length)]);
                break;
            case StructKind.Format or StructKind.Embed:
                if (kind == StructKind.Format) writer.Text(random.Next(2) == 0 ? "bold" : OddTexts[random.Next(OddTexts.Length)]);
                writer.Text(OddJson[random.Next(OddJson.Length)]);
                break;
            case StructKind.Type:
                writer.Uint(random.Next(7));
                writer.Text(OddTexts[random.Next(OddTexts.Length)]);
                break;
            case StructKind.Binary:
                writer.Blob(Encoding.UTF8.GetBytes(OddTexts[random.Next(OddTexts.Length)]));
                break;
            default:
                if (kind == StructKind.Subdocument) writer.Text("guid");
                else writer.Uint(1);
                writer.Bytes(Any(random, random.Next(20) == 0 ? 64 : random.Next(4)));
                break;
        }
        return part with { Kind = kind, Content = writer.ToArray() };
    }

    /// <summary>A value in lib0's "any", that deep at most.</summary>
    public static byte[] Any(Random random, int depth)
    {
        var writer = new ByteWriter(64);
        WriteAny(random, ref writer, depth);
        return writer.ToArray();
    }

    static void WriteAny(Random random, ref ByteWriter writer, int depth)
    {
        var tag = depth > 0 ? AnyValues.Array + random.Next(2) : 116 + random.Next(12);
        writer.Byte((byte)tag);
        switch ((byte)tag)
        {
            case AnyValues.Integer:
                SignedNumber.Write(ref writer, Edges[random.Next(Edges.Length)], random.Next(2) == 0);
                break;
            case AnyValues.Float32 or AnyValues.Float64 or AnyValues.Int64:
                var bytes = new byte[tag == AnyValues.Float32 ? 4 : 8];
                random.NextBytes(bytes);
                writer.Bytes(bytes);
                break;
            case AnyValues.Text or AnyValues.Bytes:
                writer.Text(OddTexts[random.Next(OddTexts.Length)]);
                break;
            case AnyValues.Array or AnyValues.Object:
                var count = depth > 4 ? 1 : random.Next(4);
                writer.Uint(count);
                for (var i = 0; i < count; i++)
                {
                    if (tag == AnyValues.Object) writer.Text(OddTexts[random.Next(OddTexts.Length)]);
                    WriteAny(random, ref writer, depth - 1);
                }
                break;
            default:
                break;
        }
    }
}
