using System.Net.WebSockets;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>A stock Yjs client that only reads, and comes back whenever the server does: then it asks for what it lacks.</summary>
sealed class YjsFollower : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly TextState _held = new();
    readonly Lock _lock = new();
    readonly Uri _address;
    readonly Func<Task> _whenUp;
    readonly Tally _tally;
    readonly List<(Func<YjsFollower, bool> Holds, TaskCompletionSource Done)> _waits = [];
    readonly Task _following;
    string? _fault;

    public YjsFollower(Uri server, string text, string token, Func<Task> whenUp, Tally tally)
    {
        _address = new Uri($"ws://{server.Authority}/yjs/{text}?token={token}");
        (_whenUp, _tally) = (whenUp, tally);
        _following = FollowAsync();
    }

    /// <summary>How often it was connected.</summary>
    public int Connections { get; private set; }

    public long Holds(uint client)
    {
        lock (_lock) return ClientClocks.Of(_held.StateVector, client);
    }

    public async Task WaitAsync(Func<YjsFollower, bool> holds)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waits.Add((holds, done));
        Look();
        await done.Task.WaitAsync(YjsSocket.Patience);
        Assert.Null(_fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }

    async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new ClientWebSocket();
                await socket.ConnectAsync(_address, _stop.Token);
                Connections++;
                byte[] held;
                lock (_lock) held = _held.EncodeStateVector();
                await socket.SendAsync(Messages.Write(MessageKind.SyncStep1, held), WebSocketMessageType.Binary, true, _stop.Token);
                await ReadAsync(socket);
            }
            catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
            {
                await _whenUp().WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4 << 20];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close) return;
            Take(buffer.AsSpan(0, length).ToArray());
        }
    }

    void Take(byte[] frame)
    {
        if (!Messages.TryRead(frame, out var message) || message.Kind is not (MessageKind.SyncStep2 or MessageKind.Update)) return;
        lock (_lock)
        {
            if (!Update.TryRead(message.Payload.ToArray(), out var update, out var wrong)) _fault ??= $"An update cannot be read: {wrong}.";
            else if (_held.Check(update, out var fresh) == Verdict.Missing) _fault ??= "An update builds on something that never came.";
            else if (fresh is not null) _held.Add(fresh);
        }

        _tally.Add();
        Look();
    }

    void Look()
    {
        lock (_lock)
        {
            foreach (var (holds, done) in _waits.ToArray())
                if (_fault is not null || holds(this)) done.TrySetResult();
            _waits.RemoveAll(wait => wait.Done.Task.IsCompleted);
        }
    }
}
