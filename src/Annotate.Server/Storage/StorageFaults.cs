using Annotate.Journals;
using Azure;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Storage;
using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>
/// What a provider's failure means: the storage is damaged, it is full, or it is away. Each provider has exceptions of its own, which need not
/// survive the way to another silo; the journal's do.
/// </summary>
static class StorageFaults
{
    /// <summary>The failure as the journal's own exception, with what the provider said as its message; those that mean something already stay.</summary>
    public static Exception Told(Exception failure) => failure switch
    {
        InconsistentStateException or ArgumentException or NotSupportedException or OutOfMemoryException => failure,
        JournalDamagedException or StorageFullException or StorageUnavailableException => failure,
        _ when IsDamage(failure) => new JournalDamagedException(failure.Message, failure),
        _ when IsFull(failure) => new StorageFullException(failure.Message, failure),
        _ => new StorageUnavailableException(failure.Message, failure),
    };

    /// <summary>What is stored is not what was written.</summary>
    public static bool IsDamage(Exception failure) => failure
        is InvalidDataException
        or SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB }
        or PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted };

    /// <summary>There was no room for it.</summary>
    public static bool IsFull(Exception failure) =>
        SqliteHandle.IsFull(failure) || failure is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>A storage, or a part of it, cannot be reached or has failed.</summary>
    public static bool IsAway(Exception failure) => failure is SqliteException or NpgsqlException or RequestFailedException or System.Net.Sockets.SocketException;
}
