namespace Annotate.Server;

/// <summary>The bounds of the host, each with its unit last. The domain's own are in its project.</summary>
public static partial class Limits
{
    /// <summary>Largest record that storage takes: the largest snapshot that a journal writes, and room to spare.</summary>
    public const int StorageRecordBytesMax = 64 * 1024 * 1024;

    /// <summary>Writes that wait for the storage thread before further callers wait outside the queue: also the largest transaction.</summary>
    public const int StorageQueueRecordsMax = 8192;

    /// <summary>Bytes that wait for the storage thread before further callers wait outside the queue; the record that passes the mark is let in.</summary>
    public const int StorageQueueBytesMax = 16 * 1024 * 1024;

    /// <summary>How often, before a commit, the storage thread waits a millisecond for more writes while the processor is busy (decision 7).</summary>
    public const int StorageGatherWaitsMax = 5;

    /// <summary>It waits only when the commit before served so many writes: with fewer, the server is not that busy.</summary>
    public const int StorageGatherWritesMin = 4;

    /// <summary>When it has so many, it waits for no more.</summary>
    public const int StorageGatherWritesMax = 64;

    /// <summary>Connections that read the storage file at the same time.</summary>
    public const int StorageReadersMax = 4;

    /// <summary>How long a statement waits for a lock that another connection holds.</summary>
    public const int StorageBusyMilliseconds = 10_000;

    /// <summary>Size of a page of the storage file: small, since a write of a ring slot changes one page, and all of that page is logged.</summary>
    public const int StoragePageBytes = 1024;

    /// <summary>Pages in the write-ahead log at which they are moved into the storage file.</summary>
    public const int StorageCheckpointPages = 16_384;

    /// <summary>Page cache of each connection to the storage file.</summary>
    public const int StorageCacheKibibytes = 16 * 1024;

    /// <summary>How long a start waits for the first answer of a storage elsewhere, a database or an account; with what comes before and after it, whoever starts it hears within ten.</summary>
    public const int StorageFirstAnswerSeconds = 8;

    /// <summary>How long a server waits for an answer of an account before it asks once more: else what asked when a cable was cut waits long after it was mended.</summary>
    public const int StorageAnswerSeconds = 20;

    /// <summary>How long a start waits before it asks an account once more.</summary>
    public const int StorageFirstRetryMilliseconds = 300;
}
