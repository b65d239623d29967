using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>
/// The tables of the storage file and the statements on them, prepared once per connection.
/// <para>
/// <c>names</c> finds a record's row; <c>records</c> holds its version, checksum and bytes. They are apart because a ring slot is overwritten
/// all the time: that rewrites a row, and a row without the names is half as long, so that half as many pages change.
/// </para>
/// </summary>
sealed partial class SqliteTables(SqliteHandle handle)
{
    const int SchemaVersion = 1;

    const string Schema = $"""
        CREATE TABLE names(type TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(type, key, name)) WITHOUT ROWID;
        CREATE TABLE records(row INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE reminders(etag INTEGER PRIMARY KEY AUTOINCREMENT, hash INTEGER NOT NULL, grain TEXT NOT NULL, name TEXT NOT NULL,
            start_ticks INTEGER NOT NULL, period_ticks INTEGER NOT NULL, UNIQUE(grain, name));
        CREATE INDEX reminders_by_hash ON reminders(hash);
        """;

    readonly sqlite3_stmt _begin = handle.Prepare("BEGIN IMMEDIATE");
    readonly sqlite3_stmt _commit = handle.Prepare("COMMIT");
    readonly sqlite3_stmt _find = handle.Prepare(
        "SELECT n.row, r.version, r.checksum, r.data FROM names n LEFT JOIN records r ON r.row=n.row WHERE n.type=?1 AND n.key=?2 AND n.name=?3");
    readonly sqlite3_stmt _overwrite = handle.Prepare("UPDATE records SET version=?3, checksum=?4, data=?5 WHERE row=?1 AND version=?2");
    readonly sqlite3_stmt _insert = handle.Prepare("INSERT INTO records(version, checksum, data) VALUES(1, ?1, ?2)");
    readonly sqlite3_stmt _nameIt = handle.Prepare("INSERT INTO names(type, key, name, row) VALUES(?1, ?2, ?3, ?4)");
    readonly sqlite3_stmt _erase = handle.Prepare("DELETE FROM records WHERE row=?1 AND version=?2");
    readonly sqlite3_stmt _unname = handle.Prepare("DELETE FROM names WHERE type=?1 AND key=?2 AND name=?3");

    /// <summary>The connection they are used on.</summary>
    public SqliteHandle Handle => handle;

    /// <summary>Makes the tables in a file that has none, and refuses a file whose tables it does not know.</summary>
    public static void Ensure(SqliteHandle handle)
    {
        handle.Execute("BEGIN IMMEDIATE");
        var version = handle.Number("PRAGMA user_version");
        if (version == 0) handle.Execute($"{Schema} PRAGMA user_version={SchemaVersion};");
        handle.Execute("COMMIT");
        if (version != 0) RequireKnown(version);
    }

    /// <summary>Refuses a file whose tables it does not know, or that has none.</summary>
    /// <exception cref="InvalidDataException">Says which layout it has.</exception>
    public static void RequireKnown(SqliteHandle handle) => RequireKnown(handle.Number("PRAGMA user_version"));

    static void RequireKnown(long version)
    {
        if (version != SchemaVersion)
            throw new InvalidDataException($"The storage file has layout {version}; this server knows {SchemaVersion}. Was it written by a newer one?");
    }

    /// <summary>Starts a transaction that may write.</summary>
    public void Begin() => handle.Run(_begin);

    /// <summary>Ends it, durably.</summary>
    public void Commit() => handle.Run(_commit);

    /// <summary>Takes back a transaction, if one is open: some errors end it by themselves.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(handle.Db) == 0) handle.Execute("ROLLBACK");
    }

    /// <summary>The record's tag and bytes, or null where there is none.</summary>
    /// <exception cref="InvalidDataException">The record is there, but not as it was written.</exception>
    public (RecordTag Tag, byte[] Bytes)? Read(GrainId grain, string name)
    {
        BindName(_find, grain, name);
        try
        {
            if (!handle.Row(_find)) return null;
            if (raw.sqlite3_column_type(_find, 1) == raw.SQLITE_NULL) throw Damaged(grain, name, "is missing");
            var tag = new RecordTag(raw.sqlite3_column_int64(_find, 0), raw.sqlite3_column_int64(_find, 1), RecordTag.KeyOf(grain, name));
            var bytes = raw.sqlite3_column_blob(_find, 3).ToArray();
            return tag.ChecksumOf(bytes) == raw.sqlite3_column_int(_find, 2) ? (tag, bytes) : throw Damaged(grain, name, "does not match its checksum");
        }
        finally
        {
            _ = raw.sqlite3_reset(_find);
        }
    }

    /// <summary>Writes a record that must not exist yet; null where it does.</summary>
    public RecordTag? Insert(GrainId grain, string name, ReadOnlySpan<byte> bytes)
    {
        if (RowOf(grain, name) is not null) return null;
        var tag = new RecordTag(0, 1, RecordTag.KeyOf(grain, name));
        handle.Check(raw.sqlite3_bind_int(_insert, 1, tag.ChecksumOf(bytes)), "bind");
        BindBytes(_insert, 2, bytes);
        handle.Run(_insert);
        tag = tag with { Row = raw.sqlite3_last_insert_rowid(handle.Db) };
        BindName(_nameIt, grain, name);
        handle.Check(raw.sqlite3_bind_int64(_nameIt, 4, tag.Row), "bind");
        handle.Run(_nameIt);
        return tag;
    }

    /// <summary>Overwrites the record as it was last seen; null where it has changed since.</summary>
    public RecordTag? Overwrite(RecordTag seen, ReadOnlySpan<byte> bytes)
    {
        var next = seen.Next;
        BindRow(_overwrite, seen);
        handle.Check(raw.sqlite3_bind_int64(_overwrite, 3, next.Version), "bind");
        handle.Check(raw.sqlite3_bind_int(_overwrite, 4, next.ChecksumOf(bytes)), "bind");
        BindBytes(_overwrite, 5, bytes);
        handle.Run(_overwrite);
        return raw.sqlite3_changes(handle.Db) == 1 ? next : null;
    }

    /// <summary>Removes the record as it was last seen; false where it has changed since.</summary>
    public bool Erase(GrainId grain, string name, RecordTag seen)
    {
        BindRow(_erase, seen);
        handle.Run(_erase);
        if (raw.sqlite3_changes(handle.Db) != 1) return false;
        BindName(_unname, grain, name);
        handle.Run(_unname);
        return true;
    }

    /// <summary>The tag a record has now, without its bytes: for the message of a conflict, and to refuse a second first write.</summary>
    public RecordTag? RowOf(GrainId grain, string name)
    {
        BindName(_find, grain, name);
        try
        {
            return handle.Row(_find) ? new RecordTag(raw.sqlite3_column_int64(_find, 0), raw.sqlite3_column_int64(_find, 1), RecordTag.KeyOf(grain, name)) : null;
        }
        finally
        {
            _ = raw.sqlite3_reset(_find);
        }
    }

    void BindName(sqlite3_stmt statement, GrainId grain, string name)
    {
        handle.Check(raw.sqlite3_bind_text(statement, 1, grain.Type.AsSpan()), "bind");
        handle.Check(raw.sqlite3_bind_text(statement, 2, grain.Key.AsSpan()), "bind");
        handle.Check(raw.sqlite3_bind_text(statement, 3, name), "bind");
    }

    void BindRow(sqlite3_stmt statement, RecordTag seen)
    {
        handle.Check(raw.sqlite3_bind_int64(statement, 1, seen.Row), "bind");
        handle.Check(raw.sqlite3_bind_int64(statement, 2, seen.Version), "bind");
    }

    // An empty span binds as NULL, which is another thing than no bytes.
    void BindBytes(sqlite3_stmt statement, int index, ReadOnlySpan<byte> bytes) =>
        handle.Check(bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, index, 0) : raw.sqlite3_bind_blob(statement, index, bytes), "bind");

    static InvalidDataException Damaged(GrainId grain, string name, string how) =>
        new($"The storage file is damaged: the record '{name}' of {grain} {how}. Restore the file from a copy.");
}
