using System.Net.WebSockets;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>A y-websocket client without a document: it sends what it is told, and keeps what it receives as updates.</summary>
sealed class YjsSocket : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly ClientWebSocket _socket = new();
    readonly TextState _held = new();
    readonly List<(Func<YjsSocket, bool> Holds, TaskCompletionSource Done)> _waits = [];
    readonly Lock _lock = new();
    Task _reading = Task.CompletedTask;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public string? SubProtocol => _socket.SubProtocol;

    /// <summary>State vectors that the server asked with.</summary>
    public List<byte[]> Asked { get; } = [];

    public List<byte[]> Received { get; } = [];

    public List<AwarenessEntry> Awareness { get; } = [];

    /// <summary>All that was received, as it came.</summary>
    public List<byte[]> Frames { get; } = [];

    public bool IsClosed { get; private set; }

    public static async Task<YjsSocket> OpenAsync(Uri server, string text, string? token, params string[] subProtocols)
    {
        var client = new YjsSocket();
        foreach (var protocol in subProtocols) client._socket.Options.AddSubProtocol(protocol);
        var query = token is null ? "" : $"?token={token}";
        await client._socket.ConnectAsync(new Uri($"ws://{server.Authority}/yjs/{text}{query}"), CancellationToken.None).WaitAsync(Patience);
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Opens, and waits for the server's answer to step 1.</summary>
    public static async Task<YjsSocket> SyncedAsync(Uri server, string text, string token)
    {
        var client = await OpenAsync(server, text, token);
        await client.SendAsync(MessageKind.SyncStep1, [0]);
        await client.WaitAsync(it => it.Received.Count > 0);
        return client;
    }

    public long Holds(uint client) => ClientClocks.Of(_held.StateVector, client);

    public Task SendAsync(MessageKind kind, byte[] payload)
    {
        // What it typed itself is not sent back to it.
        if (kind == MessageKind.Update && Update.TryRead(payload, out var update, out _))
            lock (_lock) _held.Add(update);
        return SendAsync(Messages.Write(kind, payload));
    }

    public Task SendAsync(byte[] frame, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        _socket.SendAsync(frame, type, true, CancellationToken.None);

    public Task WaitForAsync(YjsTypist typist) => WaitAsync(it => it.Holds(typist.Client) >= typist.Clock);

    public async Task WaitAsync(Func<YjsSocket, bool> holds)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (holds(this)) return;
            _waits.Add((holds, done));
        }

        await done.Task.WaitAsync(Patience);
    }

    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    async Task ReadAsync()
    {
        var buffer = new byte[4 << 20];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
                    received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close) break;
                Take(buffer.AsSpan(0, length).ToArray());
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended by either side.
        }

        lock (_lock) IsClosed = true;
        Look();
    }

    void Take(byte[] frame)
    {
        Assert.True(Messages.TryRead(frame, out var message));
        lock (_lock)
        {
            Frames.Add(frame);
            switch (message.Kind)
            {
                case MessageKind.SyncStep1:
                    Asked.Add(message.Payload.ToArray());
                    break;
                case MessageKind.SyncStep2 or MessageKind.Update:
                    Keep(message.Payload.ToArray());
                    break;
                case MessageKind.Awareness:
                    Assert.True(AwarenessUpdate.TryRead(message.Payload, out var entries, out _));
                    Awareness.AddRange(entries);
                    break;
            }
        }

        Look();
    }

    void Keep(byte[] update)
    {
        Received.Add(update);
        Assert.True(Update.TryRead(update, out var read, out var fault), $"{fault}");
        var verdict = _held.Check(read, out var fresh);
        Assert.NotEqual(Verdict.Missing, verdict);
        if (verdict == Verdict.New) _held.Add(fresh!);
    }

    void Look()
    {
        lock (_lock)
        {
            foreach (var (holds, done) in _waits.ToArray())
                if (holds(this)) done.TrySetResult();
            _waits.RemoveAll(wait => wait.Done.Task.IsCompleted);
        }
    }
}
