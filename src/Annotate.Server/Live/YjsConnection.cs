using System.Net.WebSockets;
using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Statements;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>A stock Yjs client on a WebSocket: the y-websocket protocol, one message a frame.</summary>
sealed class YjsConnection(
    WebSocket socket, LiveText text, Principal principal, Quota quota, Doors doors, TimeProvider clock, ILogger logger)
    : Outlet(clock), IEditor, IDisposable
{
    const int ReadBufferBytes = 1 << 10;

    public static Problem DraftMandateMissing { get; } = Problem.MandateMissing("To write in a section you need the mandate to draft.");

    readonly SemaphoreSlim _sending = new(1);
    readonly SemaphoreSlim _room = new(Limits.EditsInFlightPerConnectionMax);
    readonly CancellationTokenSource _ended = new();
    YjsSubscription? _subscription;
    readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _endLock = new();
    Task _goodbye = Task.CompletedTask;
    bool _isEnding;
    bool _lacks;

    public override Principal Principal => principal;

    string Coalition => text.Id.Coalition;

    public override void Abort()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already: whoever looks over all connections, or sends to one, may hold one that is just going.
        }
    }

    /// <summary>
    /// Ends the connection with the reason in the closing frame: for good, or, where the problem is the server's own (4500 and above), to come back.
    /// </summary>
    public void Refuse(Problem problem) => End(ClosingCode.Of(problem), problem.Code, HoldFor(problem));

    // Stock clients are back a tenth of a second after a connection that was open: what will not have passed by then is told later.
    static TimeSpan HoldFor(Problem problem) => problem == Problem.StorageFull || problem == Problem.Damaged
        ? TimeSpan.FromMilliseconds(Limits.LastingFaultHoldMilliseconds)
        : TimeSpan.Zero;

    void RefuseFor(Exception failure, Problem problem)
    {
        logger.Fault(problem, $"a connection to {text.Id}", failure);
        Refuse(problem);
    }

    public override async Task LookAgainAsync(string coalition, Func<Principal, string, Task<Standing?>> standingOf)
    {
        if (coalition == Coalition && await standingOf(principal, coalition) is null) Refuse(Problem.NotFound);
    }

    /// <summary>Serves until the client goes, the server stops, or the client is refused.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        // What is being received ends then, as it would if it had the token itself.
        using var abort = _ended.Token.UnsafeRegister(static ended => ((WebSocket)ended!).Abort(), socket);
        using var stop = stopping.Register(() => End(WebSocketCloseStatus.EndpointUnavailable, "stopping"));
        Standing? standing = null;
        try
        {
            standing = await StandingAsync(_ended.Token);
            // A reader is not asked for what the server lacks: it has nothing that the server would take.
            if (standing is null) Refuse(Problem.NotFound);
            else if (standing.May(Right.Draft)) await SendAsync(MessageKind.SyncStep1, await text.StateVectorAsync());
            await ReadAsync(_ended.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            // The client is gone, or was sent away: either is an end like any other.
        }
        catch (Exception failure) when (FaultProblems.Of(failure) is { } problem)
        {
            RefuseFor(failure, problem);
        }
        finally
        {
            if (_subscription is not null) text.Remove(_subscription);
            if (standing is not null) text.Leave(standing.By, Origin);
            _left.SetResult();
            End(WebSocketCloseStatus.NormalClosure, null);
            await _goodbye;
        }
    }

    public void Answer(EditOutcome outcome)
    {
        if (!TryMakeRoom()) return;
        if (outcome.Status == EditStatus.Refused) Refuse(outcome.Problem!);
        else if (outcome.Status == EditStatus.Missing) AskForMissing(outcome.StateVector!);
    }

    public void Fail(Exception exception)
    {
        // It is in doubt; the client still has the edit and sends it again when it comes back.
        TryMakeRoom();
        if (FaultProblems.Of(exception) is { } problem)
        {
            RefuseFor(exception, problem);
            return;
        }

        logger.LogWarning(exception, "An edit of {Text} is in doubt", text.Id);
        Abort();
    }

    public void Dispose()
    {
        _sending.Dispose();
        _room.Dispose();
        _ended.Dispose();
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        if (Volatile.Read(ref _isEnding)) return;
        await _sending.WaitAsync(_ended.Token);
        try
        {
            // No token: with one, the socket would register with it, take a lock and wait, for each of the many messages.
            await socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    protected override void Report(Exception exception)
    {
        if (exception is not (OperationCanceledException or WebSocketException or IOException or ObjectDisposedException))
            logger.LogWarning(exception, "A connection to {Text} could not be served", text.Id);
    }

    /// <returns>False when the client went while its edit was under way, so that there is nobody to tell.</returns>
    bool TryMakeRoom()
    {
        try
        {
            _room.Release();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    async Task ReadAsync(CancellationToken ended)
    {
        var buffer = new byte[ReadBufferBytes];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) return;
                length += received.Count;
                if (length > Limits.MessageBytesMax)
                {
                    Refuse(Problem.TooLarge($"A message has more than {Limits.MessageBytesMax} bytes."));
                    length = 0;
                }
            }
            while (!received.EndOfMessage);

            // Whoever is being sent away is read only until they say goodbye.
            if (!Volatile.Read(ref _isEnding)) await TakeAsync(received, buffer.AsMemory(0, length), ended);
            // One large message must not hold its memory for the life of the connection.
            if (buffer.Length > Limits.ReadBufferKeptBytesMax) buffer = new byte[ReadBufferBytes];
        }
    }

    ValueTask TakeAsync(ValueWebSocketReceiveResult received, ReadOnlyMemory<byte> frame, CancellationToken ended)
    {
        if (received.MessageType == WebSocketMessageType.Binary && Messages.TryRead(frame, out var message)) return TakeAsync(message, ended);
        Refuse(Problem.Invalid("A frame is one binary message of the y-websocket protocol."));
        return ValueTask.CompletedTask;
    }

    ValueTask TakeAsync(Message message, CancellationToken ended) => message.Kind switch
    {
        MessageKind.SyncStep1 => OpenAsync(message.Payload.ToArray()),
        MessageKind.SyncStep2 or MessageKind.Update => EditAsync(message.Payload, ended),
        MessageKind.Awareness => AwareAsync(message.Payload, ended),
        MessageKind.QueryAwareness => TellAwarenessAsync(),
        _ => ValueTask.CompletedTask,
    };

    async ValueTask OpenAsync(byte[] stateVector)
    {
        if (!ClientClocks.TryRead(stateVector, out _, out var fault))
        {
            Refuse(Problem.Invalid($"The state vector cannot be read: {fault}."));
            return;
        }

        var opening = await text.OpenAsync(stateVector);
        await SendAsync(MessageKind.SyncStep2, opening.Update);
        if (_subscription is not null) return;
        _subscription = new YjsSubscription(text, this);
        _subscription.StartAt(opening.Version);
        text.Add(_subscription);
    }

    async ValueTask EditAsync(ReadOnlyMemory<byte> update, CancellationToken ended)
    {
        if (IsEmpty(update)) return;
        // Whoever writes too fast is read no further for a while. To send them away would be for good, with what they could not yet send.
        if (quota.Edits.Spend(update.Length) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, Clock, ended);
        if (!doors.TryStanding(principal, Coalition, out var standing)) standing = await StandingAsync(ended);
        if (standing is null) Refuse(Problem.NotFound);
        else if (!standing.May(Right.Draft)) Refuse(DraftMandateMissing);
        else
        {
            await _room.WaitAsync(ended);
            text.Edit(new Edit(update.ToArray(), standing.By, Origin), this);
        }
    }

    // While rights cannot be checked nothing is allowed, but nobody is sent away for it: the client is read no further until they can be, or
    // until they have been unknown for so long that open sockets are cut.
    async ValueTask<Standing?> StandingAsync(CancellationToken ended)
    {
        var began = Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await doors.StandingAsync(principal, Coalition);
            }
            catch (GrantsUnreachableException) when (Clock.GetElapsedTime(began).TotalMilliseconds < Annotate.Server.Limits.GrantsLostMilliseconds)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Annotate.Server.Limits.GrantsRenewMilliseconds), Clock, ended);
            }
        }
    }

    // A client that has nothing to add answers step 1 with the update that says nothing.
    static bool IsEmpty(ReadOnlyMemory<byte> update) => update.Span is [0, 0];

    async ValueTask AwareAsync(ReadOnlyMemory<byte> update, CancellationToken ended)
    {
        if (update.Length > Limits.AwarenessBytesMax)
        {
            Refuse(Problem.TooLarge($"An awareness update has more than {Limits.AwarenessBytesMax} bytes."));
            return;
        }

        // The last word counts, and clients repeat theirs every few seconds: what is too much may be left out.
        if (!quota.Awareness.TrySpend(update.Length)) return;
        if (await StandingAsync(ended) is not { } standing) Refuse(Problem.NotFound);
        // Stock clients leave a server that says nothing for half a minute, so whoever is shown to nobody hears their own word.
        else if (!await text.AwareAsync(update, standing, Origin) && text.Awareness.OwnOf(update) is { } own) await SendAsync(MessageKind.Awareness, own);
    }

    ValueTask TellAwarenessAsync() => text.Awareness.After(0, principal.Person, out _) is { } all ? SendAsync(MessageKind.Awareness, all) : ValueTask.CompletedTask;

    ValueTask SendAsync(MessageKind kind, ReadOnlySpan<byte> payload) => SendAsync(Messages.Write(kind, payload));

    // While one question is on its way, the edits that follow it miss the same.
    async void AskForMissing(byte[] stateVector)
    {
        if (Interlocked.Exchange(ref _lacks, true)) return;
        try
        {
            await SendAsync(MessageKind.SyncStep1, stateVector);
            Volatile.Write(ref _lacks, false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Report(exception);
            Abort();
        }
    }

    void End(WebSocketCloseStatus status, string? reason, TimeSpan hold = default)
    {
        // One lock for both: whoever finds that it is ending finds the goodbye to wait for.
        lock (_endLock)
        {
            if (_isEnding) return;
            Volatile.Write(ref _isEnding, true);
            _goodbye = SayGoodbyeAsync(status, reason, hold);
        }
    }

    // The closing frame goes first; only a client that does not answer it is cut off, or it would never learn why.
    async Task SayGoodbyeAsync(WebSocketCloseStatus status, string? reason, TimeSpan hold)
    {
        if (hold > TimeSpan.Zero) await Task.Delay(hold, Clock, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Annotate.Server.Limits.CloseTimeoutSeconds), Clock);
        try
        {
            await _sending.WaitAsync(limit.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(status, reason, limit.Token);
            await _left.Task.WaitAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // It went without waiting for our word.
        }

        await _ended.CancelAsync();
    }
}

sealed class YjsSubscription(LiveText text, YjsConnection connection) : TextSubscription(text, connection)
{
    protected override ValueTask SendAsync(TextFrame frame) => connection.SendAsync(frame.YjsMessage);

    protected override ValueTask SendAwarenessAsync(byte[] awareness) => connection.SendAsync(Messages.Write(MessageKind.Awareness, awareness));
}
