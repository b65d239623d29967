namespace Annotate.Bench.Load;

/// <summary>
/// One WebSocket connection on a poller, after its upgrade: frames in, frames out, nothing waits. What the socket does not take is kept, in order.
/// </summary>
class Channel(Poller poller, int socket, int key, bool isClient)
{
    byte[] _partial = [];
    byte[] _fragments = [];
    byte[] _outbox = [];
    int _outboxStart, _outboxEnd;
    bool _waitsForWrite;

    public bool IsOpen { get; private set; } = true;

    public int Socket => socket;

    public int Key => key;

    /// <summary>The code of the close frame that the other side sent, 0 without one.</summary>
    public int CloseCode { get; private set; }

    public void Send(byte opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> buffer = payload.Length <= 1024 ? stackalloc byte[payload.Length + 14] : new byte[payload.Length + 14];
        var writer = new ByteWriter(buffer);
        Frame.Write(ref writer, opcode, payload, isClient);
        SendRaw(writer.Written);
    }

    /// <summary>Sends bytes that are frames already.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        Queue(_outboxEnd == _outboxStart && IsOpen ? bytes[Taken(bytes)..] : bytes);
        WatchWrites();
    }

    /// <summary>Keeps bytes for the next <see cref="Flush"/>.</summary>
    public void Queue(ReadOnlySpan<byte> bytes)
    {
        if (!IsOpen || bytes.IsEmpty) return;
        if (_outbox.Length - _outboxEnd < bytes.Length) MakeRoom(bytes.Length);
        bytes.CopyTo(_outbox.AsSpan(_outboxEnd));
        _outboxEnd += bytes.Length;
    }

    public void Flush()
    {
        if (IsOpen && _outboxEnd > _outboxStart) _outboxStart += Taken(_outbox.AsSpan(_outboxStart, _outboxEnd - _outboxStart));
        if (_outboxStart == _outboxEnd) _outboxStart = _outboxEnd = 0;
        WatchWrites();
    }

    /// <summary>Takes bytes that came before the channel was on its poller, as with an upgrade's answer.</summary>
    public void Preload(ReadOnlySpan<byte> bytes) => _partial = bytes.ToArray();

    /// <summary>Reads what is there and hands over each data frame's payload.</summary>
    public void Receive<TMessages>(ref byte[] buffer, TMessages messages) where TMessages : IMessages
    {
        if (!IsOpen) return;
        if (_partial.Length * 2 > buffer.Length) buffer = new byte[buffer.Length * 4];
        _partial.CopyTo(buffer, 0);
        var count = Poller.Receive(socket, buffer.AsSpan(_partial.Length));
        if (count == 0) Close();
        var read = buffer.AsSpan(0, _partial.Length + Math.Max(count, 0));
        while (IsOpen && Frame.TryRead(read, out var frame))
        {
            Handle(frame, read, messages);
            read = read[frame.End..];
        }
        _partial = read.IsEmpty ? [] : read.ToArray();
    }

    void Handle<TMessages>(Frame frame, Span<byte> read, TMessages messages) where TMessages : IMessages
    {
        var payload = read.Slice(frame.PayloadStart, frame.PayloadLength);
        switch (frame.Opcode)
        {
            case Frame.Binary or Frame.Text or Frame.Continuation: HandleData(frame, payload, messages); break;
            case Frame.Ping: Send(Frame.Pong, payload); break;
            case Frame.Pong: break;
            case Frame.Close:
                CloseCode = payload.Length >= 2 ? payload[0] << 8 | payload[1] : 1005;
                Close();
                break;
            default: messages.Unreadable(this, $"a frame with opcode {frame.Opcode}"); break;
        }
    }

    void HandleData<TMessages>(Frame frame, ReadOnlySpan<byte> payload, TMessages messages) where TMessages : IMessages
    {
        if (frame.Final && _fragments.Length == 0)
        {
            messages.Message(this, payload);
            return;
        }
        byte[] message = [.. _fragments, .. payload];
        _fragments = frame.Final ? [] : message;
        if (frame.Final) messages.Message(this, message);
    }

    int Taken(ReadOnlySpan<byte> bytes)
    {
        var taken = Poller.Send(socket, bytes);
        if (taken < 0) Close();
        return Math.Max(taken, 0);
    }

    void WatchWrites()
    {
        var waits = IsOpen && _outboxEnd > _outboxStart;
        if (waits == _waitsForWrite) return;
        _waitsForWrite = waits;
        if (IsOpen) poller.WatchWrites(socket, key, waits);
    }

    void MakeRoom(int bytes)
    {
        var kept = _outboxEnd - _outboxStart;
        var room = kept + bytes > _outbox.Length ? new byte[Math.Max(4096, (kept + bytes) * 2)] : _outbox;
        Buffer.BlockCopy(_outbox, _outboxStart, room, 0, kept);
        (_outbox, _outboxStart, _outboxEnd) = (room, 0, kept);
    }

    void Close()
    {
        IsOpen = false;
        poller.Forget(socket);
    }
}

/// <summary>What becomes of a channel's messages.</summary>
interface IMessages
{
    void Message(Channel channel, ReadOnlySpan<byte> payload);

    void Unreadable(Channel channel, string what);
}
