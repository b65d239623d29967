namespace Annotate.Server;

public static partial class Limits
{
    /// <summary>Largest request body: a draft as text, with room to spare.</summary>
    public const int RequestBodyBytesMax = 8 << 20;

    /// <summary>Connections that are open at the same time.</summary>
    public const int ConnectionsMax = 50_000;

    /// <summary>How often an idle WebSocket is pinged.</summary>
    public const int SocketPingSeconds = 15;

    /// <summary>For so long a browser that was here over HTTPS comes over nothing else.</summary>
    public const int HttpsOnlySeconds = 365 * 24 * 60 * 60;

    /// <summary>Proxies and networks in the setting Proxies.</summary>
    public const int ProxiesMax = 64;

    /// <summary>For so long a cause that was logged is not logged again; then it is said how often it was left out.</summary>
    public const int LogFoldedSeconds = 60;

    /// <summary>Causes that are remembered; when there are more, all others count as one.</summary>
    public const int LogCausesMax = 1_000;

    /// <summary>Longest path of a Unix socket, the byte at its end left out; Linux has 108 with it, macOS 104.</summary>
    public const int SocketPathBytesMax = 103;

    /// <summary>How many folders above the executable are searched for the repository's own files.</summary>
    public const int FoldersAboveMax = 8;
}
