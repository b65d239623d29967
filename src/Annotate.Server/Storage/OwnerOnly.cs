namespace Annotate.Server.Storage;

/// <summary>
/// Files and folders that only the account of the server may read, whatever the umask it was started with and whoever may look into the
/// folder around them: they hold what coalitions have not published, and tokens. On Windows they are as private as the folder they are in.
/// </summary>
static class OwnerOnly
{
    const UnixFileMode ModeOfFiles = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode ModeOfFolders = ModeOfFiles | UnixFileMode.UserExecute;

    /// <summary>Makes a folder where it is missing. One that exists keeps its mode: whoever made it may have others look in.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, ModeOfFolders);
    }

    /// <summary>Opens a file, and makes it where it is missing.</summary>
    /// <exception cref="IOException">It cannot be opened, or somebody else has it open in a way that does not go with <paramref name="share"/>.</exception>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.Read)
    {
        CloseToOthers(path);
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = ModeOfFiles;
        return new FileStream(path, options);
    }

    /// <summary>Writes a file that is either whole or not there, and closed to others from the start.</summary>
    public static async Task WriteWholeAsync(string path, string line, CancellationToken cancellation)
    {
        var next = path + ".next";
        await using (var file = Open(next, FileMode.Create))
        {
            await using (var writer = new StreamWriter(file, leaveOpen: true)) await writer.WriteLineAsync(line.AsMemory(), cancellation);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>
    /// Makes an empty file where there is none, and closes one that is there to others. Never opens one that is there: closing it again
    /// would drop the locks that another part of this process holds on it, as SQLite does.
    /// </summary>
    public static void Ensure(string path)
    {
        try
        {
            if (File.Exists(path)) CloseToOthers(path);
            else Open(path, FileMode.CreateNew).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Made by another at the same moment, in the same way.
        }
    }

    /// <summary>Takes every right from others on a file, where there is one.</summary>
    /// <exception cref="UnauthorizedAccessException">The file belongs to another account.</exception>
    public static void CloseToOthers(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return;
        if (File.GetUnixFileMode(path) != ModeOfFiles) File.SetUnixFileMode(path, ModeOfFiles);
    }

    /// <summary>Whether others may do anything in a folder, so that what lies in it may be theirs.</summary>
    public static bool IsOpenToOthers(string folder) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & ~ModeOfFolders) != 0;
}
