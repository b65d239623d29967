using System.Text;

namespace Annotate.Bench.Load;

/// <summary>
/// SignalR's MessagePack hub protocol as Annotate's <c>/live</c> speaks it, negotiation skipped. A client has one edit of a text in flight and
/// merges what is typed meanwhile into the next, as the provider does.
/// </summary>
sealed class HubWire : IWire
{
    const int Invocation = 1, Completion = 3, Ping = 6, Close = 7; // message types
    const int Failed = 1; // kind of a completion's result
    const string OpenCall = "0";
    const string EditCall = "1";
    const int CharactersPerEditMax = Limits.EditBytesMax / 2;

    readonly byte[] _message = new byte[Limits.EditBytesMax];
    readonly byte[] _update = new byte[Limits.EditBytesMax];
    string _root = "";

    public string Path(string text, string token) => $"/live?access_token={Uri.EscapeDataString(token)}";

    public void Open(Peer peer)
    {
        peer.Send(Frame.Binary, "{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8);
        Call(peer, OpenCall, "OpenText", []); // an empty state vector: nothing is here yet
    }

    public void Edit(Peer peer, string root)
    {
        _root = root;
        if (!peer.HasEditInFlight) SendTyped(peer);
    }

    public void Read(Peer peer, ReadOnlySpan<byte> message, Arrivals arrivals)
    {
        // Later messages may begin with the same byte: it is the length of one of 123 bytes.
        if (!peer.HasShakenHands) message = AfterHandshake(peer, message, arrivals);
        var reader = new ByteReader(message);
        while (!reader.AtEnd) ReadOne(peer, reader.VarBytes(), arrivals);
        if (reader.Failed) arrivals.Unreadable(peer, "a hub message that ends early");
    }

    static ReadOnlySpan<byte> AfterHandshake(Peer peer, ReadOnlySpan<byte> message, Arrivals arrivals)
    {
        peer.HasShakenHands = true;
        var end = message.IndexOf((byte)0x1e);
        if (!message[..Math.Max(end, 0)].SequenceEqual("{}"u8)) arrivals.Unreadable(peer, $"a refused handshake: {Encoding.UTF8.GetString(message)}");
        return message[(end + 1)..];
    }

    void ReadOne(Peer peer, ReadOnlySpan<byte> message, Arrivals arrivals)
    {
        var reader = new PackReader(message);
        reader.ArrayLength();
        switch (reader.Int())
        {
            case Invocation: ReadInvocation(peer, ref reader, arrivals); break;
            case Completion: ReadCompletion(peer, ref reader, arrivals); break;
            case Ping: peer.Send(Frame.Binary, [2, 0x91, Ping]); break; // A client that is silent for long is taken for gone.
            case Close: arrivals.Unreadable(peer, "a hub close message"); break;
        }
        if (reader.Failed) arrivals.Unreadable(peer, $"a hub message that cannot be read ({Convert.ToHexString(message[..Math.Min(message.Length, 64)])})");
    }

    static void ReadInvocation(Peer peer, ref PackReader reader, Arrivals arrivals)
    {
        reader.Skip(); // headers
        reader.Skip(); // invocation id: none, nobody waits for an answer
        var target = reader.Bytes();
        reader.ArrayLength();
        if (target.SequenceEqual("Text"u8))
        {
            reader.Skip(); // the text: a connection has one
            reader.Skip(); // version
            arrivals.Update(peer, reader.Bytes(), opens: false);
        }
        else if (target.SequenceEqual("Gone"u8)) arrivals.Unreadable(peer, "word that the text is gone");
    }

    void ReadCompletion(Peer peer, ref PackReader reader, Arrivals arrivals)
    {
        reader.Skip(); // headers
        var isOpening = reader.Bytes().SequenceEqual("0"u8);
        if (reader.Int() == Failed) arrivals.Unreadable(peer, $"a refusal: {Encoding.UTF8.GetString(reader.Bytes())}");
        else if (isOpening) arrivals.Update(peer, Member(ref reader, "update"u8), opens: true);
        else if (Member(ref reader, "status"u8) is var status && status.SequenceEqual("durable"u8)) Answered(peer);
        else arrivals.Unreadable(peer, $"an edit that is {Encoding.UTF8.GetString(status)}");
    }

    void Answered(Peer peer)
    {
        peer.HasEditInFlight = false;
        peer.Writer!.Acknowledged = peer.Handed;
        if (peer.Handed < peer.Writer.Sent) SendTyped(peer);
    }

    void SendTyped(Peer peer)
    {
        var count = Math.Min(peer.Writer!.Sent - peer.Handed, CharactersPerEditMax);
        var update = new ByteWriter(_update);
        YUpdate.WriteAppend(ref update, _root, peer.Writer.Client, (uint)peer.Handed, count);
        peer.Handed += count;
        peer.HasEditInFlight = true;
        Call(peer, EditCall, "Edit", update.Written);
    }

    /// <summary>Calls a hub method with the text's id and some bytes.</summary>
    void Call(Peer peer, string id, string method, ReadOnlySpan<byte> bytes)
    {
        var pack = new ByteWriter(_message);
        pack.Byte(0x95); // an array of five
        pack.Byte(Invocation);
        pack.Byte(0x80); // headers: none
        PackString(ref pack, id);
        PackString(ref pack, method);
        pack.Byte(0x92); // two arguments
        PackString(ref pack, peer.Text.Id);
        pack.Byte(0xc5); // bytes, their length in two
        pack.Byte((byte)(bytes.Length >> 8));
        pack.Byte((byte)bytes.Length);
        pack.Raw(bytes);
        var framed = new ByteWriter(new byte[pack.Written.Length + 5]);
        framed.VarBytes(pack.Written);
        peer.Send(Frame.Binary, framed.Written);
    }

    static void PackString(ref ByteWriter writer, string text)
    {
        writer.Byte(0xd9); // a string, its length in one byte
        writer.ShortString(text);
    }

    static ReadOnlySpan<byte> Member(ref PackReader reader, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> found = [];
        for (var left = reader.MapLength(); left > 0 && !reader.Failed; left--)
            if (reader.Bytes().SequenceEqual(name)) found = reader.Bytes();
            else reader.Skip();
        return found;
    }
}
