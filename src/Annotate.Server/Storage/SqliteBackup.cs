using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Annotate.Server.Storage;

/// <summary>Copies a storage file as of one moment, while others write to it.</summary>
static class SqliteBackup
{
    /// <summary>Makes the copy, for this account alone, and returns when it is on disk. Every page is read and checked on the way.</summary>
    /// <param name="isInUse">A server has the file open.</param>
    /// <exception cref="SqliteException">It cannot be read or written.</exception>
    public static void Copy(string from, bool isInUse, string to)
    {
        // SQLite fills an empty file, and leaves its mode as it is.
        OwnerOnly.Open(to, FileMode.CreateNew).Dispose();
        using (var source = SqliteHandle.OpenToRead(from, isInUse))
        {
            SqliteTables.RequireKnown(source);
            source.Execute("PRAGMA query_only=OFF");
            var copy = source.Prepare("VACUUM INTO ?1");
            source.Check(raw.sqlite3_bind_text(copy, 1, to), "bind");
            source.Run(copy);
        }

        using var written = OwnerOnly.Open(to, FileMode.OpenOrCreate);
        written.Flush(flushToDisk: true);
    }

    /// <summary>Makes sure that the names in a folder are on disk, where the system can do that.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var opened = open(Encoding.UTF8.GetBytes(folder + '\0'), 0);
        if (opened < 0) return;
        _ = fsync(opened);
        _ = close(opened);
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int open(byte[] path, int flags);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int fsync(int opened);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int close(int opened);
}
