using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Annotate.Bench.Load;

namespace Annotate.Bench;

/// <summary>
/// Passes each update on to the other clients of the same path, and that is all: no checks, no text, no disk. It speaks enough of the
/// y-websocket protocol for the generator, whose ceiling it shows. Everything read in one turn goes out in one write per client.
/// </summary>
sealed class Relay : IMessages, IDisposable
{
    const int ListenerKey = -1;
    const int RequestBytesMax = 8192;
    readonly Poller _poller = new();
    readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly List<Socket> _sockets = [];
    readonly List<(Channel Channel, List<Channel> Text)> _channels = [];
    readonly Dictionary<string, List<Channel>> _texts = [];
    readonly HashSet<Channel> _toFlush = [];
    byte[] _buffer = new byte[Limits.ReadBufferBytes];

    public Relay(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(1024);
        _poller.Watch((int)_listener.Handle, ListenerKey);
    }

    public void Run(CancellationToken ends)
    {
        while (!ends.IsCancellationRequested)
        {
            var count = _poller.Wait(1_000_000_000);
            for (var i = 0; i < count; i++)
            {
                var (key, what) = _poller.Event(i);
                if (key == ListenerKey) Accept();
                else Turn(key, what);
            }
            foreach (var channel in _toFlush) channel.Flush();
            _toFlush.Clear();
        }
    }

    public void Message(Channel channel, ReadOnlySpan<byte> payload)
    {
        if (payload is [0, 0, ..]) channel.Send(Frame.Binary, [0, 1, 2, .. YUpdate.Empty]);
        if (payload is not [0, 2, ..]) return;
        Span<byte> bytes = new byte[payload.Length + 14];
        var writer = new ByteWriter(bytes);
        Frame.Write(ref writer, Frame.Binary, payload, fromClient: false);
        foreach (var other in _channels[channel.Key].Text)
        {
            if (other == channel) continue;
            other.Queue(writer.Written);
            _toFlush.Add(other);
        }
    }

    public void Unreadable(Channel channel, string what) => Console.Error.WriteLine(what);

    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _listener.Dispose();
        _poller.Dispose();
    }

    void Turn(int key, uint what)
    {
        var (channel, text) = _channels[key];
        if ((what & Poller.Writable) != 0) channel.Flush();
        if ((what & ~Poller.Writable) != 0) channel.Receive(ref _buffer, this);
        if (channel.IsOpen) return;
        text.Remove(channel);
        _sockets[key].Dispose();
    }

    void Accept()
    {
        var socket = _listener.Accept();
        socket.NoDelay = true;
        var request = new byte[RequestBytesMax];
        var lines = Encoding.ASCII.GetString(request, 0, socket.Receive(request)).Split("\r\n"); // A request over loopback comes in one piece.
        var key = lines.FirstOrDefault(l => l.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))?[19..];
        if (key == null)
        {
            socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
            socket.Dispose();
            return;
        }
        socket.Send(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptOf(key)}\r\n\r\n"));
        Add(socket, lines[0].Split(' ')[1].Split('?')[0]);
    }

    void Add(Socket socket, string path)
    {
        if (!_texts.TryGetValue(path, out var text)) _texts[path] = text = [];
        var channel = new Channel(_poller, (int)socket.Handle, _channels.Count, isClient: false);
        text.Add(channel);
        _sockets.Add(socket);
        _channels.Add((channel, text));
        _poller.Watch(channel.Socket, channel.Key);
    }

#pragma warning disable CA5350 // RFC 6455 section 4.2.2 prescribes SHA-1 for this answer; nothing is kept secret by it.
    static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
