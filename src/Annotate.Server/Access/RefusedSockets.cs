using System.IO.Hashing;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>
/// Refuses whoever comes to <c>/yjs</c>. A browser shows its page nothing of an answer to the handshake, so a stock client is told by a frame: its
/// WebSocket is accepted and closed at once with the reason, for good. Those before y-websocket 3.1 do not know what that means: they come back at
/// once, and are refused in the handshake from then on, which costs little and makes them wait longer each time. Plain requests, and all other
/// doors, get the problem as it is.
/// </summary>
sealed class RefusedSockets(TimeProvider clock) : IDisposable
{
    const string Path = "/yjs";

    readonly SemaphoreSlim _room = new(Limits.RefusedSocketsMax);
    readonly Lately<ulong> _told = new(Limits.RefusalsRememberedMax, TimeSpan.FromSeconds(Limits.RefusalRememberedSeconds), clock);

    public async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase)
            || !IsFinal(problem.Status) || !_room.Wait(0))
        {
            await Problems.WriteAsync(context, problem);
            return;
        }

        try
        {
            // Only where there is room for the frame: who found none has been told nothing yet.
            if (_told.Add(NameOf(context, problem))) await TellAsync(context, problem);
            else await Problems.WriteAsync(context, problem);
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose() => _room.Dispose();

    // Others (rights that cannot be checked now) pass by themselves, so those clients shall come back.
    static bool IsFinal(int status) =>
        status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound or StatusCodes.Status409Conflict
            or StatusCodes.Status429TooManyRequests;

    // Whoever has the same name by chance is refused in the handshake: that does no harm, so a number will do.
    static ulong NameOf(HttpContext context, Problem problem) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(
        $"{CallerAddress.Of(context)} {SentToken.Of(context)} {context.Request.Path.Value?.ToUpperInvariant()} {problem.Code}".AsSpan()));

    async Task TellAsync(HttpContext context, Problem problem)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(CallerToken.ProtocolFor(context));
        await CloseAsync(socket, problem, context.RequestAborted);
    }

    async Task CloseAsync(WebSocket socket, Problem problem, CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Limits.CloseTimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            await socket.CloseOutputAsync(ClosingCode.Of(problem), problem.Code, either.Token);
            // Clients speak first. If what they said were left unread, the connection would be reset, and the closing frame with it.
            var unread = new byte[Limits.RefusedSocketBytesMax];
            var left = unread.Length;
            while (left > 0 && await socket.ReceiveAsync(unread.AsMemory(0, left), either.Token) is { MessageType: not WebSocketMessageType.Close } read)
                left -= read.Count;
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            // It went without waiting for our word, or does not answer it.
        }
    }
}
