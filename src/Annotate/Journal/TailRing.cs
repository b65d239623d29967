namespace Annotate.Journals;

/// <summary>The slots of the tail with the ETag last seen in each.</summary>
/// <remarks>Segment <em>n</em> goes to slot <em>n</em> mod 64, over segment <em>n</em> − 64.</remarks>
sealed class TailRing(RecordStore store, JournalLimits limits)
{
    static readonly JournalRecord Nothing = new();

    readonly string?[] _etags = new string?[JournalLimits.TailSlots];

    // For all writes: there is one at a time, and none after one that failed.
    readonly GrainState<JournalRecord> _written = new(Nothing);

    ulong _known;

    /// <summary>Reads the slots of these segments, whatever they hold now; null where a slot is empty.</summary>
    public Task<Run?[]> ReadAsync(long from, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => ReadSlotAsync(from + i)));

    /// <summary>True when a slot says that this segment has not been written: it holds the one a round earlier, or nothing in the first.</summary>
    public static bool IsRoundBefore(Run? run, long segment) =>
        run is null ? segment <= JournalLimits.TailSlots : run.After.Segment == segment - JournalLimits.TailSlots;

    /// <summary>Writes a segment where the slot is as this activation last saw it.</summary>
    public async Task WriteAsync(byte[] record, long segment)
    {
        if (!IsKnown(segment)) await LookAheadAsync(segment);
        var slot = Slot(segment);
        (_written.State, _written.ETag, _written.RecordExists) = (new() { Bytes = record }, _etags[slot], _etags[slot] is not null);
        await store.WriteAsync(store.Tail(segment), _written);
        (_etags[slot], _written.State) = (_written.ETag, Nothing);
    }

    // Loading reads only as far as the tail reaches, so that opening a small journal stays cheap; the ETags beyond are read when needed.
    // A slot read here still holds the round before, or its segment was written by another activation, and this one is stale.
    async Task LookAheadAsync(long segment)
    {
        var count = 1;
        while (count < limits.ReadAheadRecords && !IsKnown(segment + count)) count++;
        var runs = await ReadAsync(segment, count);
        for (var i = 0; i < runs.Length; i++)
        {
            if (!IsRoundBefore(runs[i], segment + i))
            {
                throw new JournalFailedException($"{store}: the slot of segment {segment + i} was written by another activation");
            }
        }
    }

    async Task<Run?> ReadSlotAsync(long segment)
    {
        var name = store.Tail(segment);
        var stored = await store.ReadAsync(name);
        var slot = Slot(segment);
        _etags[slot] = stored.ETag;
        _known |= 1UL << slot;
        if (stored.Bytes is null) return null;
        var run = TailRecord.TryRead(stored.Bytes, store.Seed);
        return run is not null && Slot(run.After.Segment) == slot
            ? run
            : throw new JournalDamagedException($"{store}: {name} is not whole");
    }

    bool IsKnown(long segment) => (_known >> Slot(segment) & 1) == 1;

    static int Slot(long segment) => (int)(segment % JournalLimits.TailSlots);
}
