using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Annotate.Server.Storage;

namespace Annotate.Server.Hosting;

/// <summary>The Unix socket on which the verbs reach a running server, open to the account that runs it and to nobody else.</summary>
static class PrivateSocket
{
    const string FileName = "annotate.sock";

    /// <summary>The socket's path: in the data folder, or, where that path is too long for a socket, in a folder of its own among the temporary ones.</summary>
    public static string PathIn(string dataFolder)
    {
        var folder = Folder(dataFolder);
        var path = Path.Combine(folder, FileName);
        if (Encoding.UTF8.GetByteCount(path) <= Limits.SocketPathBytesMax) return path;
        var name = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, 12));
        return Path.Combine(Path.GetTempPath(), "annotate-" + name, FileName);
    }

    /// <summary>Clears the way for a server that holds the lock of the data folder: a socket file there is a dead one's.</summary>
    public static string Prepare(string dataFolder)
    {
        var path = PathIn(dataFolder);
        // The socket gets its own mode only after it is bound; until then its folder keeps others out.
        OwnerOnly.MakeFolder(Path.GetDirectoryName(path)!);
        RequireOurs(path, dataFolder);
        File.Delete(path);
        return path;
    }

    /// <summary>The socket that a server left in its place, which may be dead; null where there is none.</summary>
    /// <exception cref="UnauthorizedAccessException">It may be somebody else's.</exception>
    public static string? Find(string dataFolder)
    {
        var path = PathIn(dataFolder);
        if (!File.Exists(path)) return null;
        RequireOurs(path, dataFolder);
        return path;
    }

    // The same however it is written.
    static string Folder(string dataFolder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));

    // Among the temporary folders anybody may make one of this name first, and listen there for the operator's token.
    static void RequireOurs(string path, string dataFolder)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (folder == Folder(dataFolder)) return;
        PrivateFolder.Require(folder);
        if (OwnerOnly.IsOpenToOthers(folder)) throw new UnauthorizedAccessException($"The folder {folder} is open to other accounts. Remove it, or choose a data folder with a shorter path.");
    }
}
