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

    /// <summary>For so long a start that is not over yet keeps its log to itself.</summary>
    public const int StartLogHeldSeconds = 60;

    /// <summary>Lines that it keeps; with more it shows them all.</summary>
    public const int StartLogLinesMax = 1_000;

    /// <summary>Longest path of a Unix socket, the byte at its end left out; Linux has 108 with it, macOS 104.</summary>
    public const int SocketPathBytesMax = 103;

    /// <summary>How many folders above the executable are searched for the repository's own files.</summary>
    public const int FoldersAboveMax = 8;

    /// <summary>First of the ports that a server of a cluster takes for the others when it is told none: below those that Linux gives to outgoing connections.</summary>
    public const int SiloPortMin = 11_000;

    /// <summary>Last of them.</summary>
    public const int SiloPortMax = 19_999;

    /// <summary>So many of them are tried; when all are taken, any port will do.</summary>
    public const int SiloPortsTriedMax = 100;

    /// <summary>How long a server waits for the answer to a probe of another at first; then it goes by how long answers took.</summary>
    public const int ProbeMilliseconds = 1_000;

    /// <summary>
    /// The longest it waits, however slow answers are. A server of which nothing at all was heard for <see cref="MissedProbesMax"/> times this
    /// is declared dead although its connections stand.
    /// </summary>
    public const int ProbeMillisecondsMax = 2_000;

    /// <summary>A server that has not answered so many probes in a row is declared dead.</summary>
    public const int MissedProbesMax = 2;

    /// <summary>How often the list of servers is read, beside what servers tell each other.</summary>
    public const int MembershipReadSeconds = 10;

    /// <summary>How often a server signs in that list that it is alive.</summary>
    public const int AliveSignSeconds = 5;

    /// <summary>A server that missed so many signs is not waited for by one that joins.</summary>
    public const int AliveSignsMissedMax = 3;

    /// <summary>How long a call that met a server which has just gone is tried again.</summary>
    public const int PassingFailureMilliseconds = 10_000;

    /// <summary>First wait before it is tried again; it doubles each time.</summary>
    public const int CallAgainMilliseconds = 25;

    /// <summary>Longest of those waits.</summary>
    public const int CallAgainMillisecondsMax = 200;
}
