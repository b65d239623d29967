namespace Annotate.Journals;

/// <summary>A run of entries between two marks of the history, stored as a tail segment or as a chunk of them.</summary>
/// <param name="Before">Where the history stands before the first entry.</param>
/// <param name="After">Where it stands after the last.</param>
/// <param name="Body">The entries, as <see cref="Entries"/> lays them out.</param>
sealed record Run(Mark Before, Mark After, ReadOnlyMemory<byte> Body)
{
    public long Count => After.Version - Before.Version;
}

/// <summary>Tail records: one segment each. Numbers: the mark before (segment, version, chain), the count of entries.</summary>
static class TailRecord
{
    const int Numbers = Mark.Numbers + 1;

    public static (byte[] Record, Run Run) Write(Mark before, int count, ReadOnlySpan<byte> entries, long seed)
    {
        var record = RecordCodec.Begin(RecordKind.Tail, [before.Segment, before.Version, before.Chain, count], entries.Length, out var body);
        entries.CopyTo(body);
        var chain = RecordCodec.Seal(record, seed);
        var after = new Mark(before.Segment + 1, before.Version + count, chain);
        return (record, new(before, after, RecordCodec.Body(record, entries.Length)));
    }

    public static Run? TryRead(byte[] record, long seed)
    {
        Span<long> numbers = stackalloc long[Numbers];
        if (!RecordCodec.TryRead(record, RecordKind.Tail, seed, numbers, out var body, out var chain)) return null;
        var before = Mark.From(numbers);
        var count = numbers[Mark.Numbers];
        return count > 0 && Entries.AreWhole(body.Span, count)
            ? new(before, new(before.Segment + 1, before.Version + count, chain), body)
            : null;
    }
}

/// <summary>Chunk records: the segments of one fold. Numbers: the chunk's own, the mark before, the mark after.</summary>
static class ChunkRecord
{
    const int Numbers = 1 + 2 * Mark.Numbers;

    public static (byte[] Record, Run Run) Write(long chunk, IReadOnlyList<Run> segments, long seed)
    {
        var (before, after) = (segments[0].Before, segments[^1].After);
        var bodyBytes = segments.Sum(segment => segment.Body.Length);
        var record = RecordCodec.Begin(
            RecordKind.Chunk,
            [chunk, before.Segment, before.Version, before.Chain, after.Segment, after.Version, after.Chain],
            bodyBytes,
            out var body);
        foreach (var segment in segments)
        {
            segment.Body.Span.CopyTo(body);
            body = body[segment.Body.Length..];
        }

        RecordCodec.Seal(record, seed);
        return (record, new(before, after, RecordCodec.Body(record, bodyBytes)));
    }

    public static Run? TryRead(byte[] record, long chunk, long seed)
    {
        Span<long> numbers = stackalloc long[Numbers];
        if (!RecordCodec.TryRead(record, RecordKind.Chunk, seed, numbers, out var body, out _) || numbers[0] != chunk) return null;
        var run = new Run(Mark.From(numbers[1..]), Mark.From(numbers[4..]), body);
        return run.After.Segment > run.Before.Segment && run.Count > 0 && Entries.AreWhole(body.Span, run.Count) ? run : null;
    }
}

/// <summary>Snapshot records: the state at a mark. Numbers: how many chunks it covers, the mark.</summary>
sealed record SnapshotRecord(long Chunks, Mark At, ReadOnlyMemory<byte> State)
{
    const int Numbers = 1 + Mark.Numbers;

    public static byte[] Write(long chunks, Mark at, ReadOnlySpan<byte> state, long seed)
    {
        var record = RecordCodec.Begin(RecordKind.Snapshot, [chunks, at.Segment, at.Version, at.Chain], state.Length, out var body);
        state.CopyTo(body);
        RecordCodec.Seal(record, seed);
        return record;
    }

    public static SnapshotRecord? TryRead(byte[] record, long seed)
    {
        Span<long> numbers = stackalloc long[Numbers];
        return RecordCodec.TryRead(record, RecordKind.Snapshot, seed, numbers, out var body, out _)
            ? new(numbers[0], Mark.From(numbers[1..]), body)
            : null;
    }
}

/// <summary>The head record: the segment whose snapshot counts (0: none), how many chunks there are, the mark up to which they reach.</summary>
sealed record HeadRecord(long Snapshot, long Chunks, Mark Folded)
{
    const int Numbers = 2 + Mark.Numbers;

    /// <summary>What a journal that was never folded has instead of a head.</summary>
    public static HeadRecord None { get; } = new(0, 0, default);

    public byte[] Write(long seed)
    {
        var record = RecordCodec.Begin(RecordKind.Head, [Snapshot, Chunks, Folded.Segment, Folded.Version, Folded.Chain], 0, out _);
        RecordCodec.Seal(record, seed);
        return record;
    }

    public static HeadRecord? TryRead(byte[] record, long seed)
    {
        Span<long> numbers = stackalloc long[Numbers];
        return RecordCodec.TryRead(record, RecordKind.Head, seed, numbers, out var body, out _) && body.IsEmpty
            ? new(numbers[0], numbers[1], Mark.From(numbers[2..]))
            : null;
    }
}
