namespace Annotate.Journals;

/// <summary>The bounds of one journal. The defaults are the ones to run with; tests narrow them to reach every path with little data.</summary>
public sealed record JournalLimits
{
    /// <summary>The slots of the ring that the tail is kept in. Part of the stored format: never changed.</summary>
    public const int TailSlots = 64;

    /// <summary>The bounds that a journal has unless it is given others.</summary>
    public static JournalLimits Default { get; } = new();

    /// <summary>The bytes of one entry.</summary>
    public int EntryBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>The bytes that may wait for the write in flight. They make up the next segment together, so this bounds a segment, too.</summary>
    public int QueuedBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>The entries that may wait for the write in flight, and so the entries of one segment.</summary>
    public int QueuedEntriesMax { get; init; } = 65_536;

    /// <summary>Folding starts when this many slots hold segments not yet folded; the rest of the ring is room for what is written while a fold is under way.</summary>
    public int FoldSegmentsMin { get; init; } = 48;

    /// <summary>Folding starts earlier when the segments not yet folded hold this many bytes: they are also held in memory.</summary>
    public int FoldBytesMin { get; init; } = 1024 * 1024;

    /// <summary>The bytes of entries in one chunk; a fold of more makes several. A single segment is never split.</summary>
    public int ChunkBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>The bytes of one snapshot. A larger state gets none: the journal goes on, and loading replays more chunks.</summary>
    public int SnapshotBytesMax { get; init; } = 60 * 1024 * 1024;

    /// <summary>No snapshot is written for chunks that together weigh less than this, however small the state.</summary>
    public int SnapshotWeightBytesMin { get; init; } = 32 * 1024;

    /// <summary>What a chunk weighs at least when snapshots are decided on: reading even a tiny one costs an operation when loading.</summary>
    public int ChunkWeightBytesMin { get; init; } = 8 * 1024;

    /// <summary>How often loading starts over when another activation is seen at work, before it gives up.</summary>
    public int LoadAttemptsMax { get; init; } = 8;

    /// <summary>Records read at once while loading.</summary>
    public int ReadAheadRecords { get; init; } = 8;

    internal JournalLimits Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(EntryBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueuedBytesMax, EntryBytesMax + Entries.LengthBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueuedEntriesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FoldSegmentsMin, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FoldSegmentsMin, TailSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(LoadAttemptsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReadAheadRecords, 1);
        return this;
    }
}
