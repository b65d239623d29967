using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Annotate.Server.Hosting;

/// <summary>The Unix socket on which the verbs reach a running server, open to the account that runs it and to nobody else.</summary>
static class PrivateSocket
{
    const string FileName = "annotate.sock";

    /// <summary>The socket's path: in the data folder, or, where that path is too long for a socket, in a folder of its own among the temporary ones.</summary>
    public static string PathIn(string dataFolder)
    {
        var folder = Path.GetFullPath(dataFolder);
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
        MakePrivateFolder(Path.GetDirectoryName(path)!);
        File.Delete(path);
        return path;
    }

    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>A folder that only its owner may enter. One that exists is left as it is, unless it is somebody else's trap.</summary>
    public static void MakePrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
