using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>
/// One connection to the storage file, on SQLite's own interface: a write costs about a microsecond there, and several through the
/// objects of ADO.NET. Used by one thread at a time.
/// </summary>
sealed class SqliteHandle : IDisposable
{
    const int SynchronousFull = 2;
    const string LogSuffix = "-wal";
    const string Full = "the disk is full";

    readonly sqlite3 _db;
    readonly string _path;
    readonly List<sqlite3_stmt> _statements = [];

    static SqliteHandle() => Batteries_V2.Init();

    SqliteHandle(sqlite3 db, string path)
    {
        _db = db;
        _path = path;
    }

    /// <summary>The connection of SQLite itself.</summary>
    public sqlite3 Db => _db;

    /// <summary>Opens the file, and creates it where it is missing, with full durability: set here on every connection, and read back.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, is not a storage file, or is damaged.</exception>
    /// <exception cref="InvalidOperationException">SQLite did not take the settings that durability rests on.</exception>
    public static SqliteHandle Open(string path)
    {
        const int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var result = raw.sqlite3_open_v2(path, out var db, flags, null);
        var handle = new SqliteHandle(db, path);
        try
        {
            handle.Check(result, "open it");
            handle.Configure();
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a file to read it and nothing else. One that a server has open is read beside it; of any other one nothing is locked or made, unless a
    /// crash left a log beside it, without which its newest writes would be missing.
    /// </summary>
    /// <exception cref="SqliteException">The file cannot be opened, is not a storage file, or is damaged.</exception>
    public static SqliteHandle OpenToRead(string path, bool isInUse)
    {
        var hasLog = new FileInfo(path + LogSuffix) is { Exists: true, Length: > 0 };
        var isAlone = !isInUse && !hasLog;
        var name = new StringBuilder("file:").Append(Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal));
        if (isAlone) name.Append("?immutable=1");
        // Beside a server it may write its marks into the shared index; and if the server stops meanwhile, this is the one that closes last.
        var access = isInUse ? raw.SQLITE_OPEN_READWRITE : raw.SQLITE_OPEN_READONLY;
        var result = raw.sqlite3_open_v2(name.ToString(), out var db, access | raw.SQLITE_OPEN_URI | raw.SQLITE_OPEN_NOMUTEX, null);
        var handle = new SqliteHandle(db, path);
        try
        {
            handle.Check(result, "open it");
            handle.Check(raw.sqlite3_busy_timeout(db, Limits.StorageBusyMilliseconds), "set how long to wait for locks");
            handle.Execute("PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    void Configure()
    {
        Check(raw.sqlite3_busy_timeout(_db, Limits.StorageBusyMilliseconds), "set how long to wait for locks");
        Execute($"PRAGMA page_size={Limits.StoragePageBytes}");
        Require("journal_mode", "WAL", "wal");
        Execute("PRAGMA synchronous=FULL");
        RequireFullSynchronous(Number("PRAGMA synchronous"));
        Execute($"PRAGMA cache_size=-{Limits.StorageCacheKibibytes}");
        // Checks the layout of each page as it is read: damage is an error, not a wrong answer.
        Execute("PRAGMA cell_size_check=ON");
        Execute("PRAGMA trusted_schema=OFF");
    }

    void Require(string pragma, string value, string readBack)
    {
        var answer = Text($"PRAGMA {pragma}={value}");
        if (answer != readBack)
            throw new InvalidOperationException($"{_path}: SQLite answered {pragma}={answer} where {readBack} is needed. Is the folder on a network file system?");
    }

    /// <summary>Refuses any level below FULL, at which a commit may be lost with the power.</summary>
    internal static void RequireFullSynchronous(long level)
    {
        if (level != SynchronousFull)
            throw new InvalidOperationException($"SQLite reads back synchronous={level}; without FULL ({SynchronousFull}) an acknowledged write may be lost.");
    }

    /// <summary>A statement that lives as long as the connection.</summary>
    public sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement), "prepare a statement");
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements that give no rows anybody wants.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql), $"run {sql}");

    /// <summary>The first column of the only row.</summary>
    public long Number(string sql) => First(sql, statement => raw.sqlite3_column_int64(statement, 0));

    /// <summary>The first column of every row.</summary>
    public List<string> Texts(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var statement), $"prepare {sql}");
        var texts = new List<string>();
        using (statement)
        {
            while (Row(statement)) texts.Add(raw.sqlite3_column_text(statement, 0).utf8_to_string());
        }

        return texts;
    }

    /// <summary>Moves everything in the log into the file and empties it, waiting for those of other processes who still read.</summary>
    /// <exception cref="SqliteException">Another process would not end its reading, or the disk took no more.</exception>
    public void MoveLog()
    {
        var result = raw.sqlite3_wal_checkpoint_v2(_db, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        if ((result & 0xff) == raw.SQLITE_BUSY)
            throw new SqliteException($"{_path}: the newest writes stay in {_path}{LogSuffix}, because another process reads the file. The next start finds them; a copy needs both files.", raw.SQLITE_BUSY);
        Check(result, $"move the newest writes out of {_path}{LogSuffix}, where the next start finds them");
    }

    /// <summary>Leaves the log beside the file when this connection closes.</summary>
    public void KeepLog() => _ = raw.sqlite3_db_config(_db, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Whether there was no room left: in the file, in its log, or in the index that all connections share.</summary>
    public static bool IsFull(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: raw.SQLITE_FULL } or SqliteException { SqliteExtendedErrorCode: raw.SQLITE_IOERR_SHMSIZE };

    string Text(string sql) => First(sql, statement => raw.sqlite3_column_text(statement, 0).utf8_to_string());

    T First<T>(string sql, Func<sqlite3_stmt, T> column)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var statement), $"prepare {sql}");
        using (statement)
        {
            return Row(statement) ? column(statement) : throw new InvalidOperationException($"{_path}: {sql} gave no answer.");
        }
    }

    /// <summary>Runs a statement that changes something, and makes it ready for its next use.</summary>
    public void Run(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        // Reset repeats the code of a failed step, so the step's own is the one to check.
        _ = raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE) throw Failure(result, "write");
    }

    /// <summary>Steps to a row. The caller resets the statement when it has read the row.</summary>
    public bool Row(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW) return true;
        if (result == raw.SQLITE_DONE) return false;
        var failure = Failure(result, "read");
        _ = raw.sqlite3_reset(statement);
        throw failure;
    }

    /// <summary>Throws where a call of SQLite failed.</summary>
    public void Check(int result, string doing)
    {
        if (result != raw.SQLITE_OK) throw Failure(result, doing);
    }

    SqliteException Failure(int result, string doing)
    {
        var extended = raw.sqlite3_extended_errcode(_db);
        var why = (result & 0xff) switch
        {
            raw.SQLITE_IOERR when extended == raw.SQLITE_IOERR_SHMSIZE => Full,
            raw.SQLITE_FULL => Full,
            raw.SQLITE_READONLY => "the file is read-only",
            raw.SQLITE_CORRUPT => "the file is damaged",
            raw.SQLITE_NOTADB => "this is not a storage file, or it is damaged",
            raw.SQLITE_CANTOPEN => "the file cannot be opened",
            raw.SQLITE_BUSY => "another process holds it locked",
            raw.SQLITE_IOERR => "the disk failed",
            _ => "SQLite refused",
        };
        return new SqliteException($"{_path}: could not {doing}: {why} ({raw.sqlite3_errmsg(_db).utf8_to_string()}; SQLite code {extended}).", result & 0xff, extended);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        // Disposing the handle closes it and frees what is left, also after a failed open.
        _db.Dispose();
    }
}
