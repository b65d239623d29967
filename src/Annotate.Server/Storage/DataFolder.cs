using System.Globalization;

namespace Annotate.Server.Storage;

/// <summary>
/// The folder that holds what a server keeps on disk, held by one process at a time. The hold is a lock on <c>annotate.lock</c> in it, which
/// the operating system drops when the process ends in whatever way, so a crash leaves nothing to clean up.
/// </summary>
public sealed class DataFolder : IDisposable
{
    const string WhatToDo = "Another is chosen with --data or the setting DataFolder.";

    const string LockFileName = "annotate.lock";

    // Who holds the lock stands in a file of its own: the locked one cannot be opened, even to be read.
    const string HolderFileName = "annotate.pid";

    readonly FileStream _hold;

    DataFolder(string path, FileStream hold)
    {
        Path = path;
        _hold = hold;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder, for this account alone, where it is missing, and takes it.</summary>
    /// <param name="path">The folder, relative to the working directory or absolute.</param>
    /// <exception cref="DataFolderInUseException">Another process, or this one, holds it.</exception>
    /// <exception cref="UnauthorizedAccessException">Others could have put something into it; says what to do.</exception>
    public static DataFolder Take(string path)
    {
        var folder = System.IO.Path.GetFullPath(path);
        Make(folder);
        PrivateFolder.Require(folder);
        var lockFile = System.IO.Path.Combine(folder, LockFileName);
        FileStream hold;
        try
        {
            hold = OwnerOnly.Open(lockFile, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException refusal) when (File.Exists(lockFile))
        {
            throw new DataFolderInUseException(folder, HolderOf(folder), refusal);
        }
        catch (UnauthorizedAccessException refusal)
        {
            throw new UnauthorizedAccessException($"The data folder {folder} cannot be written to by this account: {refusal.Message} {WhatToDo}", refusal);
        }

        using (var holder = new StreamWriter(OwnerOnly.Open(System.IO.Path.Combine(folder, HolderFileName), FileMode.Create)))
            holder.Write(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataFolder(folder, hold);
    }

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Lets the folder go.</summary>
    public void Dispose() => _hold.Dispose();

    static void Make(string folder)
    {
        try
        {
            OwnerOnly.MakeFolder(folder);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The data folder {folder} cannot be made: {refusal.Message} {WhatToDo}", refusal);
        }
    }

    // Null where the holder has not written it yet: the message does without.
    static int? HolderOf(string folder)
    {
        try
        {
            return int.TryParse(File.ReadAllText(System.IO.Path.Combine(folder, HolderFileName)), CultureInfo.InvariantCulture, out var process) ? process : null;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A second server was started on a data folder.</summary>
public sealed class DataFolderInUseException(string folder, int? process, Exception refusal)
    : IOException($"The data folder {folder} is in use by {(process is { } number ? $"process {number}" : "another process")}. Stop that first, or choose another folder.", refusal);
