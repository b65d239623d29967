using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Annotate.Server.Access;

namespace Annotate.Server.Live;

/// <summary>
/// The open connections of this silo. When rights change they are looked at again, so that a revocation ends a connection that is open;
/// one whose client takes nothing for too long is ended as well.
/// </summary>
sealed class LiveConnections(Doors doors, IHostApplicationLifetime lifetime, ILogger<LiveConnections> logger, TimeProvider clock) : BackgroundService
{
    readonly ConcurrentDictionary<long, YjsConnection> _yjs = [];
    readonly ConcurrentDictionary<string, HubOutlet> _hub = [];

    /// <summary>Unique over all silos, by chance: 63 bits.</summary>
    public static long NewOrigin() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    public async Task ServeAsync(WebSocket socket, LiveText text, Principal principal)
    {
        using var connection = new YjsConnection(socket, text, principal, doors, clock, logger) { Origin = NewOrigin() };
        _yjs[connection.Origin] = connection;
        try
        {
            await connection.ServeAsync(lifetime.ApplicationStopping);
        }
        finally
        {
            _yjs.TryRemove(connection.Origin, out _);
        }
    }

    public void Add(HubOutlet outlet) => _hub[outlet.ConnectionId] = outlet;

    public HubOutlet? Find(string connectionId) => _hub.GetValueOrDefault(connectionId);

    public void Remove(string connectionId) => _hub.TryRemove(connectionId, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        doors.Changed += LookAgain;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Limits.SendTimeoutSeconds), clock);
            while (await timer.WaitForNextTickAsync(stoppingToken)) EndStuck();
        }
        finally
        {
            doors.Changed -= LookAgain;
        }
    }

    void EndStuck()
    {
        foreach (var outlet in _yjs.Values.Cast<Outlet>().Concat(_hub.Values))
            if (outlet.IsStuck) outlet.Abort();
    }

    async void LookAgain(string coalition)
    {
        try
        {
            foreach (var connection in _yjs.Values.Where(connection => connection.Coalition == coalition))
                if (await StandingAsync(connection.Principal, coalition) is null) connection.Refuse(Problem.NotFound);
            foreach (var outlet in _hub.Values) await outlet.LookAgainAsync(coalition, StandingAsync);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            logger.LogError(exception, "Open connections could not be checked after rights changed; all of them are ended");
            foreach (var outlet in _yjs.Values.Cast<Outlet>().Concat(_hub.Values)) outlet.Abort();
        }
    }

    // Null when they may not read any more.
    async Task<Standing?> StandingAsync(Principal principal, string coalition) =>
        await doors.StandingAsync(principal, coalition) is { } standing && standing.May(Right.Read) ? standing : null;
}
