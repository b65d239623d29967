using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text.Tests;

/// <summary>An update taken to pieces, to be put together in another way.</summary>
sealed class UpdateParts
{
    /// <param name="HasKey">The flag for a key under the parent; the key itself stands in the parent's bytes.</param>
    /// <param name="Parent">The parent as it is written where there is no origin, with the key; null where there is one.</param>
    internal sealed record Struct(StructKind Kind, bool HasKey, (long Client, long Clock)? Left, (long Client, long Clock)? Right, byte[]? Parent, byte[] Content);

    internal sealed class Section
    {
        public long Client { get; set; }

        public long Clock { get; set; }

        public List<Struct> Structs { get; init; } = [];

        public Section Copy() => new() { Client = Client, Clock = Clock, Structs = [.. Structs] };
    }

    static readonly byte[] SomeRoot = [1, 1, (byte)'t'];

    public List<Section> Sections { get; private init; } = [];

    public List<(long Client, long From, long Length)> Deletes { get; private init; } = [];

    /// <summary>As yjs wrote clients before 13.2.</summary>
    public bool IsAscending { get; set; }

    public UpdateParts Copy() =>
        new() { Sections = [.. Sections.Select(section => section.Copy())], Deletes = [.. Deletes], IsAscending = IsAscending };

    public Struct? StructAt(Random random)
    {
        if (Sections.Count == 0) return null;
        var structs = Sections[random.Next(Sections.Count)].Structs;
        return structs.Count == 0 ? null : structs[random.Next(structs.Count)];
    }

    /// <summary>The parent that an item holds.</summary>
    public static byte[] ParentAt((long Client, long Clock) id)
    {
        var writer = new ByteWriter(16);
        writer.Byte(0);
        writer.Uint(id.Client);
        writer.Uint(id.Clock);
        return writer.ToArray();
    }

    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out UpdateParts? parts)
    {
        parts = null;
        if (!Update.TryRead(bytes, out var update, out _)) return false;
        var read = new UpdateParts();
        var reader = new ByteReader(update.Bytes.Span);
        reader.TryUint(out var sections);
        for (; sections > 0; sections--)
        {
            reader.TryUint(out var structs);
            reader.TryUint(out var client);
            reader.TryUint(out var clock);
            var section = new Section { Client = client, Clock = clock };
            for (; structs > 0; structs--)
            {
                StructReader.TryRead(ref reader, client, clock, out var head);
                section.Structs.Add(Read(update.Bytes.Span, head));
                clock += head.Length;
            }
            read.Sections.Add(section);
        }
        foreach (var range in update.Deletes) read.Deletes.Add((range.ClientId, range.From, range.To - range.From));
        parts = read;
        return true;
    }

    static Struct Read(ReadOnlySpan<byte> bytes, in StructHead head)
    {
        var content = bytes[head.ContentAt..head.End].ToArray();
        if (head.Kind is StructKind.Collected or StructKind.Skip) return new Struct(head.Kind, false, null, null, null, content);
        var hasLeft = (head.Info & StructReader.HasLeft) != 0;
        var hasRight = (head.Info & StructReader.HasRight) != 0;
        return new Struct(
            head.Kind,
            (head.Info & StructReader.HasParentKey) != 0,
            hasLeft ? (head.LeftClient, head.LeftClock) : null,
            hasRight ? (head.RightClient, head.RightClock) : null,
            hasLeft || hasRight ? null : bytes[head.RightEnd..head.ContentAt].ToArray(),
            content);
    }

    public byte[] Write()
    {
        var writer = new ByteWriter(256);
        var sections = Sections.Where(section => section.Structs.Count > 0).DistinctBy(section => section.Client).OrderByDescending(section => section.Client);
        var ordered = IsAscending ? sections.Reverse().ToArray() : [.. sections];
        writer.Uint(ordered.Length);
        foreach (var section in ordered)
        {
            writer.Uint(section.Structs.Count);
            writer.Uint(section.Client);
            writer.Uint(section.Clock);
            foreach (var part in section.Structs) Write(ref writer, part);
        }
        writer.Uint(Deletes.Count);
        foreach (var (client, from, length) in Deletes)
        {
            writer.Uint(client);
            writer.Uint(1);
            writer.Uint(from);
            writer.Uint(length);
        }
        return writer.ToArray();
    }

    static void Write(ref ByteWriter writer, Struct part)
    {
        if (part.Kind is StructKind.Collected or StructKind.Skip)
        {
            writer.Byte((byte)part.Kind);
            writer.Bytes(part.Content);
            return;
        }
        var hasParent = part.Left is null && part.Right is null;
        var hasKey = part.HasKey && (!hasParent || part.Parent is not null);
        writer.Byte((byte)((int)part.Kind | (part.Left is null ? 0 : StructReader.HasLeft) | (part.Right is null ? 0 : StructReader.HasRight)
            | (hasKey ? StructReader.HasParentKey : 0)));
        foreach (var id in new[] { part.Left, part.Right })
        {
            if (id is not { } known) continue;
            writer.Uint(known.Client);
            writer.Uint(known.Clock);
        }
        if (hasParent) writer.Bytes(part.Parent ?? SomeRoot);
        writer.Bytes(part.Content);
    }
}
