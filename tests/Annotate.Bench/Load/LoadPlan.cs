namespace Annotate.Bench.Load;

/// <summary>How a target's messages are framed.</summary>
enum WireKind
{
    /// <summary>The y-websocket protocol: y-protocols messages, one per frame; the path names the text.</summary>
    Yjs,

    /// <summary>Hocuspocus: the same, each message prefixed with the document's name; a token message first; every update is acknowledged.</summary>
    Hocuspocus,

    /// <summary>Annotate's SignalR hub, in MessagePack.</summary>
    Hub,
}

/// <summary>A text that the load may open.</summary>
/// <param name="Text">Its id, safe in a URL.</param>
/// <param name="Tokens">One per writer. Readers use the first.</param>
sealed record TextAccess(string Text, string[] Tokens);

/// <summary>What the load process is to do; it is given as JSON.</summary>
/// <param name="Readers">Connections to each text beside its writers.</param>
/// <param name="EditsPerSecond">All writers together. 0: only open the connections.</param>
/// <param name="HoldOpen">After the last edit, keep the connections until standard input ends.</param>
sealed record LoadPlan(
    WireKind Wire, int Port, TextAccess[] Texts, string Root, int Readers, double EditsPerSecond, double WarmUpSeconds, double Seconds,
    int ServerProcess, int Seed, bool HoldOpen = false);

/// <summary>What the load process saw; it is printed as JSON.</summary>
/// <param name="Due">Latency from when an edit was due to the parse at another client.</param>
/// <param name="Written">Latency from when the writer handed the edit to its client: to the socket, unless an earlier one is unanswered on <c>/live</c>.</param>
/// <param name="Lateness">How late the generator itself was: from due to handed over.</param>
/// <param name="Missing">Arrivals that never happened, over all edits and all other clients.</param>
/// <param name="Gaps">Runs that came before what they continue.</param>
/// <param name="Repeats">Characters that came to a client again.</param>
/// <param name="ServerCpuPercent">Of one core, in the measured seconds.</param>
sealed record LoadResult(
    int Connections, double OpenedSeconds, long Sent, long Arrivals, Latency Due, Latency Written, Latency Lateness,
    long Missing, long Gaps, long Repeats, double ServerCpuPercent, double LoadCpuPercent, string[] Faults, WriterResult[] Writers,
    TextContent[] Contents)
{
    /// <summary>Everything that was sent arrived everywhere, once, in order, and the server kept all connections.</summary>
    public bool IsComplete => Missing == 0 && Gaps == 0 && Repeats == 0 && Faults.Length == 0;
}

/// <param name="Sent">Characters handed to the socket.</param>
/// <param name="Acknowledged">Characters that the server said it has; 0 where the protocol has no such answer.</param>
/// <param name="Seen">Characters that at least one other client received.</param>
sealed record WriterResult(string Text, uint Client, int Sent, int Acknowledged, int Seen);

/// <summary>What a text already held when it was opened: how far each client's clock reaches.</summary>
sealed record TextContent(string Text, Dictionary<uint, uint> Clocks);
