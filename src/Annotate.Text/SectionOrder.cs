using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// Puts the clients of an update into descending order. Yjs has written them so since 13.2; before, in the order in which it had met them.
/// </summary>
static class SectionOrder
{
    readonly record struct Section(long Client, int Start, int End);

    /// <summary>Fails if the structs cannot be read, or a client appears twice.</summary>
    public static bool TryRestore(ReadOnlySpan<byte> update, [NotNullWhen(true)] out byte[]? ordered)
    {
        ordered = null;
        var reader = new ByteReader(update);
        if (!reader.TryCount(UpdateDraft.SectionBytesMin, Limits.ClientsMax, out var count)) return false;
        var sections = new Section[count];
        foreach (ref var section in sections.AsSpan())
            if (!TryPass(ref reader, out section)) return false;
        Array.Sort(sections, static (a, b) => b.Client.CompareTo(a.Client));
        for (var i = 1; i < count; i++)
            if (sections[i].Client == sections[i - 1].Client) return false;
        var writer = new ByteWriter(update.Length);
        writer.Uint(count);
        foreach (var section in sections) writer.Bytes(update[section.Start..section.End]);
        writer.Bytes(update[reader.At..]);
        ordered = writer.ToArray();
        return true;
    }

    static bool TryPass(ref ByteReader reader, out Section section)
    {
        section = default;
        var start = reader.At;
        if (!reader.TryUint(out var structs) || !reader.TryUint(out var client) || !reader.TryUint(out var clock)) return false;
        for (; structs > 0; structs--)
        {
            if (!StructReader.TryRead(ref reader, client, clock, out var head)) return false;
            clock += head.Length;
        }
        section = new Section(client, start, reader.At);
        return true;
    }
}
