namespace Annotate.Bench.Load;

/// <summary>The y-websocket protocol; <paramref name="prefixed"/> in the manner of Hocuspocus.</summary>
sealed class YjsWire(bool prefixed) : IWire
{
    const byte Sync = 0, Authentication = 2, SyncReply = 4, SyncStatus = 8; // message types
    const byte Step1 = 0, Step2 = 1, Update = 2; // of Sync
    const byte Token = 0, Authenticated = 2; // of Authentication

    readonly byte[] _message = new byte[Limits.EditBytesMax];
    readonly byte[] _update = new byte[Limits.EditBytesMax];

    public string Path(string text, string token) => prefixed ? "/" : $"/yjs/{text}?token={Uri.EscapeDataString(token)}";

    public void Open(Peer peer)
    {
        if (prefixed) SendToken(peer);
        else SendSync(peer, Step1, [0]); // an empty state vector: nothing is here yet
    }

    public void Edit(Peer peer, string root)
    {
        var update = new ByteWriter(_update);
        YUpdate.WriteAppend(ref update, root, peer.Writer!.Client, (uint)peer.Handed++, 1);
        SendSync(peer, Update, update.Written);
    }

    public void Read(Peer peer, ReadOnlySpan<byte> message, Arrivals arrivals)
    {
        var reader = new ByteReader(message);
        if (prefixed) reader.VarBytes();
        switch (reader.VarUint())
        {
            case Sync or SyncReply: ReadSync(peer, ref reader, arrivals); break;
            case SyncStatus when reader.VarUint() == 1: peer.CountAnswer(); break;
            case SyncStatus: arrivals.Unreadable(peer, "an update that was refused"); break;
            case Authentication when reader.VarUint() == Authenticated: SendSync(peer, Step1, [0]); break;
            case Authentication: arrivals.Unreadable(peer, "a refusal of the token"); break;
        }
        if (reader.Failed) arrivals.Unreadable(peer, "a message that ends early");
    }

    void ReadSync(Peer peer, ref ByteReader reader, Arrivals arrivals)
    {
        var step = reader.VarUint();
        var body = reader.VarBytes();
        if (step == Step1)
        {
            peer.StatesUnanswered++;
            SendSync(peer, Step2, YUpdate.Empty);
        }
        else arrivals.Update(peer, body, opens: step == Step2);
    }

    void SendToken(Peer peer)
    {
        var writer = new ByteWriter(_message);
        writer.VarString(peer.Text.Id);
        writer.VarUint(Authentication);
        writer.VarUint(Token);
        writer.VarString(peer.Token);
        peer.Send(Frame.Binary, writer.Written);
    }

    void SendSync(Peer peer, byte step, ReadOnlySpan<byte> body)
    {
        var writer = new ByteWriter(_message);
        if (prefixed) writer.VarString(peer.Text.Id);
        writer.VarUint(Sync);
        writer.VarUint(step);
        writer.VarBytes(body);
        peer.Send(Frame.Binary, writer.Written);
    }
}
