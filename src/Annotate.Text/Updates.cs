using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// The algebra over updates, without a document: what Y.mergeUpdates, Y.diffUpdate and Y.encodeStateVectorFromUpdate compute.
/// </summary>
public static class Updates
{
    /// <summary>
    /// One update that means all of them: applying it leads to the same document as applying them in any order. Gaps between clocks of a
    /// client become Skip structs. Of structs that overlap, the one with the lowest clock wins, then the first update.
    /// </summary>
    public static byte[] Merge(params ReadOnlySpan<Update> updates) => MergeSince(updates, []);

    /// <summary>
    /// What <see cref="Merge"/> gives, less the structs that a state vector already holds. The deletions stay: a state vector does not say
    /// which are known.
    /// </summary>
    public static byte[] MergeSince(ReadOnlySpan<Update> updates, ReadOnlySpan<ClientClock> held) => Weaved(updates, held, out _);

    internal static byte[] Weaved(ReadOnlySpan<Update> updates, ReadOnlySpan<ClientClock> held, out long structsRead)
    {
        var weave = new Weave(updates, held);
        var merged = weave.Write(MergeDeletes(updates));
        structsRead = weave.StructsRead;
        return merged;
    }

    /// <summary>Reads updates and merges them. Fails, without a result, if any cannot be read.</summary>
    public static bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, [NotNullWhen(true)] out byte[]? merged)
    {
        merged = null;
        var read = new Update[updates.Count];
        for (var i = 0; i < read.Length; i++)
            if (!Update.TryRead(updates[i], out read[i]!, out _)) return false;
        merged = Merge(read);
        return true;
    }

    /// <summary>
    /// The part of an update that a state vector (encoded) does not hold. Its deletions stay. Fails if either cannot be read.
    /// </summary>
    public static bool TryDiff(ReadOnlyMemory<byte> update, ReadOnlySpan<byte> stateVector, [NotNullWhen(true)] out byte[]? diff)
    {
        diff = null;
        if (!ClientClocks.TryRead(stateVector, out var held, out _) || !Update.TryRead(update, out var read, out _)) return false;
        diff = MergeSince([read], held);
        return true;
    }

    /// <summary>
    /// The state vector (encoded) of the document that an update alone would make: of each client, the clocks from 0 up to the first gap.
    /// Fails if the update cannot be read.
    /// </summary>
    public static bool TryStateVectorOf(ReadOnlyMemory<byte> update, [NotNullWhen(true)] out byte[]? stateVector)
    {
        stateVector = Update.TryRead(update, out var read, out _) ? ClientClocks.Encode(StateVectorOf(read)) : null;
        return stateVector is not null;
    }

    /// <summary>Of each client, the clocks from 0 up to the first gap.</summary>
    public static ClientClock[] StateVectorOf(Update update)
    {
        var vector = default(Rows<ClientClock>);
        foreach (ref readonly var range in update.Ranges)
            if (range.From == 0) vector.Add(new ClientClock(range.ClientId, range.To));
        return vector.ToArray();
    }

    static ReadOnlySpan<DeleteRange> MergeDeletes(ReadOnlySpan<Update> updates)
    {
        if (updates.Length == 1) return updates[0].Deletes;
        var rows = default(Rows<DeleteRange>);
        foreach (var update in updates)
            foreach (ref readonly var range in update.Deletes) rows.Add(range);
        Deletes.Normalise(ref rows);
        return rows.Span;
    }
}
