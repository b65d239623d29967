namespace Annotate.Server.Storage;

/// <summary>A stored record as a check meets it.</summary>
/// <param name="Damage">What is wrong with it, as the end of a sentence; null where it is as the storage wrote it.</param>
readonly record struct FoundRecord(GrainId Grain, string Name, byte[] Bytes, string? Damage = null);

/// <summary>
/// Every record of a storage as of one moment, without writing anything: for checks. A grain storage gives records by name only, so each
/// provider that can list them has its own.
/// </summary>
abstract class StoredRecords : IAsyncDisposable
{
    /// <summary>How many there are.</summary>
    public abstract Task<long> CountAsync(CancellationToken cancellation);

    /// <summary>All of them, those of one grain next to each other.</summary>
    public abstract IAsyncEnumerable<FoundRecord> ReadAsync(CancellationToken cancellation);

    /// <summary>What the storage's own check finds wrong, if it has one; a line each.</summary>
    public virtual IReadOnlyList<string> OwnFaults() => [];

    public abstract ValueTask DisposeAsync();
}
