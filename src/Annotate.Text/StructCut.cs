namespace Annotate.Text;

/// <summary>
/// Writes what is right of a cut through a struct. Its origin is then the clock before the cut, so what named its parent goes.
/// </summary>
static class StructCut
{
    /// <param name="writer">Where to.</param>
    /// <param name="bytes">The update that holds the struct, checked before.</param>
    /// <param name="range">The run of structs that it belongs to.</param>
    /// <param name="head">The struct.</param>
    /// <param name="clock">Its first clock.</param>
    /// <param name="by">How many clock ticks to leave out, more than none and fewer than all.</param>
    public static void Write(ref ByteWriter writer, ReadOnlySpan<byte> bytes, in ClientRange range, in StructHead head, long clock, long by)
    {
        if (head.Kind == StructKind.Collected) writer.Byte(head.Info);
        else
        {
            writer.Byte((byte)(head.Info | StructReader.HasLeft));
            writer.Uint(range.ClientId);
            writer.Uint(clock + by - 1);
            writer.Bytes(bytes[head.RightAt..head.RightEnd]);
        }
        WriteContent(ref writer, bytes, head, by);
    }

    static void WriteContent(ref ByteWriter writer, ReadOnlySpan<byte> bytes, in StructHead head, long by)
    {
        if (head.Kind is StructKind.Collected or StructKind.Deleted)
        {
            writer.Uint(head.Length - by);
            return;
        }
        var reader = new ByteReader(bytes[..head.End], head.ContentAt);
        if (head.Kind == StructKind.String && reader.TryBlob(out var text))
        {
            WriteText(ref writer, text, by);
            return;
        }
        // All other kinds are one tick long and never cut.
        if (!reader.TryUint(out _) || !StructReader.TrySkipElements(ref reader, head.Kind, (int)by)) return;
        writer.Uint(head.Length - by);
        writer.Bytes(bytes[reader.At..head.End]);
    }

    /// <summary>
    /// A cut through a surrogate pair leaves a replacement character on its right, as in Yjs, where the low surrogate cannot be written as
    /// UTF-8.
    /// </summary>
    static void WriteText(ref ByteWriter writer, ReadOnlySpan<byte> text, long by)
    {
        var at = ByteAt(text, by, out var splitsPair);
        if (!splitsPair)
        {
            writer.Blob(text[at..]);
            return;
        }
        var replacement = "\uFFFD"u8;
        writer.Uint(replacement.Length + text.Length - at);
        writer.Bytes(replacement);
        writer.Bytes(text[at..]);
    }

    /// <summary>Where the text goes on after a number of UTF-16 units; behind the pair if they end within one.</summary>
    static int ByteAt(ReadOnlySpan<byte> text, long units, out bool splitsPair)
    {
        var at = 0;
        while (units > 0)
        {
            var width = text[at] switch { < 0x80 => 1, < 0xe0 => 2, < 0xf0 => 3, _ => 4 };
            at += width;
            units -= width == 4 ? 2 : 1;
        }
        splitsPair = units < 0;
        return at;
    }
}
