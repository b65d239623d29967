using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>
/// The records of a storage file, read in one transaction: while a server writes to it they are those of one moment. The file is not
/// changed, and of one that nobody uses nothing beside it either.
/// </summary>
sealed class SqliteRecords : StoredRecords
{
    readonly SqliteHandle _handle;
    readonly sqlite3_stmt _record;

    SqliteRecords(SqliteHandle handle)
    {
        _handle = handle;
        _record = handle.Prepare("SELECT version, checksum, data FROM records WHERE row=?1");
    }

    /// <param name="isInUse">A server has the file open.</param>
    /// <exception cref="SqliteException">It cannot be opened, or is no storage file.</exception>
    /// <exception cref="InvalidDataException">Its layout is another one.</exception>
    public static SqliteRecords Open(string path, bool isInUse)
    {
        var handle = SqliteHandle.OpenToRead(path, isInUse);
        try
        {
            SqliteTables.RequireKnown(handle);
            handle.Execute("BEGIN");
            return new SqliteRecords(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override Task<long> CountAsync(CancellationToken cancellation) => Task.FromResult(_handle.Number("SELECT count(*) FROM names"));

    public override IAsyncEnumerable<FoundRecord> ReadAsync(CancellationToken cancellation) => Read().ToAsyncEnumerable();

    public override IReadOnlyList<string> OwnFaults()
    {
        var faults = _handle.Texts($"PRAGMA integrity_check({Limits.ShownEntriesMax})").Where(line => line != "ok").ToList();
        if (faults.Count == 0 && _handle.Number("SELECT count(*) FROM records WHERE row NOT IN (SELECT row FROM names)") is > 0 and var nameless)
            faults.Add($"{nameless} records belong to no name");
        return faults;
    }

    public override ValueTask DisposeAsync()
    {
        _handle.Dispose();
        return ValueTask.CompletedTask;
    }

    IEnumerable<FoundRecord> Read()
    {
        var names = _handle.Prepare("SELECT type, key, name, row FROM names ORDER BY type, key, name");
        while (_handle.Row(names))
        {
            var grain = GrainId.Create(raw.sqlite3_column_text(names, 0).utf8_to_string(), raw.sqlite3_column_text(names, 1).utf8_to_string());
            yield return Read(grain, raw.sqlite3_column_text(names, 2).utf8_to_string(), raw.sqlite3_column_int64(names, 3));
        }
    }

    FoundRecord Read(GrainId grain, string name, long row)
    {
        try
        {
            _handle.Check(raw.sqlite3_bind_int64(_record, 1, row), "bind");
            if (!_handle.Row(_record)) return new FoundRecord(grain, name, [], "is missing");
            var bytes = raw.sqlite3_column_blob(_record, 2).ToArray();
            var tag = new RecordTag(row, raw.sqlite3_column_int64(_record, 0), RecordTag.KeyOf(grain, name));
            return tag.ChecksumOf(bytes) == raw.sqlite3_column_int(_record, 1)
                ? new FoundRecord(grain, name, bytes)
                : new FoundRecord(grain, name, [], "does not match its checksum");
        }
        catch (SqliteException unreadable)
        {
            // Damage within this record's pages; the others can still be read.
            return new FoundRecord(grain, name, [], $"cannot be read: {unreadable.Message}");
        }
        finally
        {
            _ = raw.sqlite3_reset(_record);
        }
    }
}
