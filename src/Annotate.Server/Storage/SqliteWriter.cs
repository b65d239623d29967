using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>The connection that writes. Used by the storage thread alone, once it is open.</summary>
sealed class SqliteWriter
{
    readonly SqliteHandle _handle;
    readonly SqliteTables _tables;
    Exception? _broken;

    SqliteWriter(SqliteHandle handle)
    {
        _handle = handle;
        _tables = new SqliteTables(handle);
    }

    /// <summary>Opens the file and makes its tables where it has none.</summary>
    public static SqliteWriter Open(string path)
    {
        var handle = SqliteHandle.Open(path);
        try
        {
            SqliteTables.Ensure(handle);
            handle.Execute($"PRAGMA wal_autocheckpoint={Limits.StorageCheckpointPages}");
            return new SqliteWriter(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Writes a batch as one transaction and tells every outcome.</summary>
    public void WriteBatch(List<QueuedWrite> batch)
    {
        try
        {
            if (_broken is not null) throw _broken;
            _tables.Begin();
            foreach (var write in batch) write.Apply(_tables);
            _tables.Commit();
        }
        catch (Exception failure)
        {
            foreach (var write in batch) write.TrySetException(TakeBack(failure));
            return;
        }

        foreach (var write in batch) write.Complete();
    }

    Exception TakeBack(Exception failure)
    {
        if (IsLasting(failure)) _broken = failure;
        try
        {
            _tables.RollBack();
            return failure;
        }
        catch (SqliteException second)
        {
            return _broken = new AggregateException(failure, second);
        }
    }

    // After a failed fsync the system may have dropped the pages it could not write, and the next fsync succeeds without them (PostgreSQL
    // learnt this in 2018). So a disk that failed once is not written to again before a restart; a full disk may be freed and go on.
    static bool IsLasting(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } && !SqliteHandle.IsFull(failure);

    /// <summary>Moves the log into the file and closes it, when no other connection of this process is left.</summary>
    /// <exception cref="SqliteException">The log could not be moved; it is kept, and read at the next start.</exception>
    public void Close()
    {
        try
        {
            // What a failed disk still has is for whoever looks at it next: nothing of it is moved over the file.
            if (_broken is null) _handle.MoveLog();
            else _handle.KeepLog();
        }
        finally
        {
            _handle.Dispose();
        }
    }
}

/// <summary>One of the connections that read, each used by one thread at a time.</summary>
sealed class SqliteReader : IDisposable
{
    readonly SqliteHandle _handle;

    SqliteReader(SqliteHandle handle)
    {
        _handle = handle;
        Tables = new SqliteTables(handle);
    }

    public SqliteTables Tables { get; }

    public static SqliteReader Open(string path)
    {
        var handle = SqliteHandle.Open(path);
        try
        {
            handle.Execute("PRAGMA query_only=ON");
            return new SqliteReader(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();
}
