using System.Collections.Concurrent;
using Annotate.Calls;

namespace Annotate.Server.Access;

/// <summary>
/// The requests that stay open (WebSockets, event streams), so that a right that goes takes them along within a second. Live is told
/// first and says goodbye in its own way; what is still open a moment later is cut.
/// </summary>
sealed partial class OpenSockets
{
    readonly ConcurrentDictionary<Socket, byte> _open = new();
    readonly Doors _doors;
    readonly TimeProvider _clock;
    readonly ILogger<OpenSockets> _logger;

    public OpenSockets(Doors doors, TimeProvider clock, ILogger<OpenSockets> logger)
    {
        (_doors, _clock, _logger) = (doors, clock, logger);
        doors.Revoked += CheckAll;
        doors.Changed += CheckThoseOf;
    }

    /// <summary>Runs a request and watches over it while it lasts.</summary>
    public async Task KeepAsync(HttpContext context, Right right, RequestDelegate next)
    {
        var socket = new Socket(context, right, context.Standing());
        _open[socket] = 0;
        try
        {
            await next(context);
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }

    /// <summary>Looks at every open socket: mandates and tokens also run out by time, of which nobody tells.</summary>
    public void CheckAll() => CheckThoseOf(null);

    /// <summary>Ends those that were opened with a token: the browser that holds it acts as somebody else from now on.</summary>
    /// <param name="token">Its hash.</param>
    public void EndOf(string token)
    {
        foreach (var (socket, _) in _open)
            if (socket.Standing.Principal.Token == token && !socket.IsLeaving) CutSoon(socket);
    }

    void CheckThoseOf(string? coalition)
    {
        HashSet<string>? changed = null;
        foreach (var (socket, _) in _open)
        {
            if (coalition is not null && socket.Standing.Coalition != coalition) continue;
            if (HasChanged(socket) && coalition is null && socket.Standing.Coalition is { } its) (changed ??= []).Add(its);
        }

        // Not for the coalition we were just told of: Live hears of it from the same event.
        foreach (var its in changed ?? []) _doors.Tell(its);
    }

    /// <returns>Whether its rights are others than before.</returns>
    bool HasChanged(Socket socket)
    {
        if (socket.IsLeaving) return false;
        var before = socket.Standing;
        if (!_doors.TryStanding(before.Principal, before.Coalition, out var now))
        {
            if (_doors.AreGrantsLost(before.Principal)) CutSoon(socket);
            return false;
        }

        if (now is null || !now.May(socket.Right))
        {
            CutSoon(socket);
            return true;
        }

        if (now.Rights == before.Rights && now.By == before.By) return false;
        socket.Standing = now;
        return true;
    }

    void CutSoon(Socket socket)
    {
        socket.IsLeaving = true;
        LogRightGone(socket.Standing.Coalition, socket.Standing.By.Person);
        _ = CutAsync(socket);
    }

    async Task CutAsync(Socket socket)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Limits.SocketGraceMilliseconds), _clock);
        if (_open.ContainsKey(socket)) socket.Context.Abort();
    }

    [LoggerMessage(LogLevel.Information, "A connection of {Person} in {Coalition} ends: the right to it is gone")]
    partial void LogRightGone(string? coalition, string person);

    // A class, so that two requests are never equal.
    sealed class Socket(HttpContext context, Right right, Standing standing)
    {
        public HttpContext Context => context;

        public Right Right => right;

        public Standing Standing { get; set; } = standing;

        public volatile bool IsLeaving;
    }
}
