using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// Yjs' update format 2, in which the parts of structs stand in columns: smaller, and slower to write. Everything here works on format 1;
/// this turns one into the other.
/// </summary>
public static class UpdateFormat2
{
    /// <summary>Turns an update of format 2 into format 1, and checks it as one of format 1 is checked.</summary>
    /// <param name="bytes">The update in format 2.</param>
    /// <param name="update">The same in format 1.</param>
    /// <param name="fault">Why it was refused, or <see cref="UpdateFault.None"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Update? update, out UpdateFault fault)
    {
        update = null;
        fault = UpdateFault.TooLarge;
        if (bytes.Length > Limits.UpdateBytesMax) return false;
        var reader = new ByteReader(bytes);
        var output = new ByteWriter(bytes.Length * 2);
        var bytesMax = Math.Min(Limits.Format2BytesMin + (long)bytes.Length * Limits.Format2GrowthMax, Limits.UpdateBytesMax);
        var isRead = new Format2Reading(bytesMax).TryConvert(ref reader, ref output);
        var converted = output.ToArray();
        fault = reader.Fault;
        return isRead && Update.TryRead(converted, out update, out fault);
    }

    /// <summary>
    /// An update in format 2: the bytes that yjs' convertUpdateFormatV1ToV2 gives, and encodeStateAsUpdateV2 for a state.
    /// </summary>
    public static byte[] Write(Update update)
    {
        // Yjs writes ranges of deleted clocks in order, and only so can the differences between them be written.
        var ordered = IsOrdered(update) ? update.Bytes : Updates.MergeSince([update], []);
        return new Format2Writing(ordered.Span).Convert();
    }

    /// <summary>Reads updates of format 2 and merges them, as <see cref="Updates.TryMerge"/>. Fails if any cannot be read.</summary>
    public static bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, [NotNullWhen(true)] out byte[]? merged)
    {
        merged = null;
        var read = new Update[updates.Count];
        for (var i = 0; i < read.Length; i++)
            if (!TryRead(updates[i].Span, out read[i]!, out _)) return false;
        return TryWrite(Updates.Merge(read), out merged);
    }

    /// <summary>
    /// The part of an update of format 2 that a state vector (encoded) does not hold, as <see cref="Updates.TryDiff"/>. Fails if either cannot be
    /// read.
    /// </summary>
    public static bool TryDiff(ReadOnlySpan<byte> update, ReadOnlySpan<byte> stateVector, [NotNullWhen(true)] out byte[]? diff)
    {
        diff = null;
        return ClientClocks.TryRead(stateVector, out var held, out _) && TryRead(update, out var read, out _)
            && TryWrite(Updates.MergeSince([read], held), out diff);
    }

    /// <summary>
    /// The state vector (encoded, as in format 1) of the document that an update of format 2 alone would make. Fails if it cannot be read.
    /// </summary>
    public static bool TryStateVectorOf(ReadOnlySpan<byte> update, [NotNullWhen(true)] out byte[]? stateVector)
    {
        stateVector = TryRead(update, out var read, out _) ? ClientClocks.Encode(Updates.StateVectorOf(read)) : null;
        return stateVector is not null;
    }

    static bool TryWrite(byte[] update, [NotNullWhen(true)] out byte[]? written)
    {
        written = Update.TryRead(update, out var read, out _) ? Write(read) : null;
        return written is not null;
    }

    static bool IsOrdered(Update update)
    {
        var deletes = new ByteWriter(update.Deletes.Length * 8 + 8);
        Deletes.Write(ref deletes, update.Deletes);
        return update.Bytes.Span.EndsWith(deletes.ToArray());
    }
}
