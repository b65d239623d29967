using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Annotate.Calls;
using Annotate.Server.Access;

namespace Annotate.Server.Live;

/// <summary>
/// The open connections of this silo. When rights change they are looked at again, so that a revocation ends a connection that is open;
/// one whose client takes nothing for too long is ended as well.
/// </summary>
sealed class LiveConnections(
    Doors doors, Quotas quotas, IHostApplicationLifetime lifetime, ILogger<LiveConnections> logger, TimeProvider clock) : BackgroundService
{
    readonly ConcurrentDictionary<long, YjsConnection> _yjs = [];
    readonly ConcurrentDictionary<string, HubOutlet> _hub = [];

    /// <summary>Unique over all silos, by chance: 63 bits.</summary>
    public static long NewOrigin() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    public async Task ServeAsync(WebSocket socket, LiveText text, Principal principal)
    {
        using var connection = new YjsConnection(socket, text, principal, quotas.Of(principal), doors, clock, logger) { Origin = NewOrigin() };
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

    /// <summary>How many there are, of both doors.</summary>
    public int Count => _yjs.Count + _hub.Count;

    public void Add(HubOutlet outlet) => _hub[outlet.ConnectionId] = outlet;

    public HubOutlet? Find(string connectionId) => _hub.GetValueOrDefault(connectionId);

    public void Remove(string connectionId) => _hub.TryRemove(connectionId, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        doors.Changed += LookAgain;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Limits.SendTimeoutSeconds), clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                EndStuck();
                quotas.Forget();
            }
        }
        finally
        {
            doors.Changed -= LookAgain;
        }
    }

    IEnumerable<Outlet> All => _yjs.Values.Cast<Outlet>().Concat(_hub.Values);

    void EndStuck()
    {
        foreach (var outlet in All)
            if (outlet.IsStuck) outlet.Abort();
    }

    // All at the same time: they share what must be asked of a grain, and one that takes no goodbye delays nobody else's end.
    async void LookAgain(string coalition)
    {
        var faults = await Task.WhenAll(All.Select(outlet => LookAgainAsync(outlet, coalition)));
        var failed = faults.OfType<Exception>().ToArray();
        if (failed.Length > 0)
            logger.LogError(failed[0], "{Count} open connections could not be checked after rights changed; they are ended", failed.Length);
    }

    async Task<Exception?> LookAgainAsync(Outlet outlet, string coalition)
    {
        try
        {
            await outlet.LookAgainAsync(coalition, StandingAsync);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            outlet.Abort();
            return exception;
        }
    }

    // Null when they may not read any more.
    async Task<Standing?> StandingAsync(Principal principal, string coalition) =>
        await doors.StandingAsync(principal, coalition) is { } standing && standing.May(Right.Read) ? standing : null;
}
