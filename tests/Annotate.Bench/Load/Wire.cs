namespace Annotate.Bench.Load;

/// <summary>How the load speaks with a kind of server.</summary>
interface IWire
{
    /// <summary>The path and query of a text's WebSocket.</summary>
    string Path(string text, string token);

    /// <summary>Asks for the text, right after the upgrade.</summary>
    void Open(Peer peer);

    /// <summary>Sends what the peer's own writer has typed and the wire has not sent yet, now or when the protocol allows.</summary>
    void Edit(Peer peer, string root);

    void Read(Peer peer, ReadOnlySpan<byte> message, Arrivals arrivals);
}
