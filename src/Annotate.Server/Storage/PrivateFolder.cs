using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Annotate.Server.Storage;

/// <summary>
/// Refuses a data folder in which others could have put something: where they may write, or replace the folder itself, and where one of the
/// server's own files is a link or somebody else's. When this has been passed nobody else can change that any more. Windows is left to its
/// access lists; who owns a file is asked on Linux only.
/// </summary>
static class PrivateFolder
{
    const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    static readonly string[] OwnFiles = ["annotate.", "operator.token", "silo.port"];

    /// <exception cref="UnauthorizedAccessException">Says what is wrong, and what to do.</exception>
    public static void Require(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        // Whoever runs the server may have made the folder itself a link.
        var real = Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
        RequireOwned(real);
        if ((File.GetUnixFileMode(real) & OthersWrite) != 0)
        {
            throw new UnauthorizedAccessException(
                $"Other accounts may write to the data folder {folder}, so what lies in it may be theirs. Look through it, close it (chmod go-w {folder}), and start again.");
        }

        for (var parent = Path.GetDirectoryName(real); parent is not null; parent = Path.GetDirectoryName(parent)) RequireFirm(folder, parent);
        foreach (var entry in Directory.EnumerateFileSystemEntries(real))
            if (Array.Exists(OwnFiles, name => Path.GetFileName(entry).StartsWith(name, StringComparison.Ordinal))) RequireOwnFile(entry);
    }

    // In a folder that is open to all, anybody may rename what is in it and put something else there, unless it is sticky, as /tmp is.
    [UnsupportedOSPlatform("windows")]
    static void RequireFirm(string folder, string parent)
    {
        var mode = File.GetUnixFileMode(parent);
        if ((mode & UnixFileMode.OtherWrite) == 0 || (mode & UnixFileMode.StickyBit) != 0) return;
        throw new UnauthorizedAccessException(
            $"Anybody may replace the data folder {folder}: {parent}, in which it lies, is open to all accounts. Close it (chmod o-w {parent}), or choose another data folder.");
    }

    static void RequireOwnFile(string path)
    {
        if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
        {
            throw new UnauthorizedAccessException(
                $"{path} is a link, and the server's own files must be in its data folder themselves. Look where it leads, and put the file in its place or remove the link.");
        }

        RequireOwned(path);
    }

    static void RequireOwned(string path)
    {
        if (!OperatingSystem.IsLinux() || OwnerOf(path) is not { } owner || geteuid() is var us && owner == us) return;
        throw new UnauthorizedAccessException(
            $"{path} belongs to account {owner}, and this runs as account {geteuid()}. Run it as the account that the data folder belongs to, or give it the folder and what is in it (chown).");
    }

    // See statx(2): where the owner stands in what it fills in, and the flags used here.
    const int HereFromPath = -100, NoFollow = 0x100, FoundBytes = 256, OwnerAt = 20;
    const uint OwnerWanted = 0x8;

    // Null where the system does not say.
    static uint? OwnerOf(string path)
    {
        var found = new byte[FoundBytes];
        try
        {
            return statx(HereFromPath, Encoding.UTF8.GetBytes(path + '\0'), NoFollow, OwnerWanted, found) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(OwnerAt)) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] found);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern uint geteuid();
}
