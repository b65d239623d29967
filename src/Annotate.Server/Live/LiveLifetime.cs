using Annotate.Server.Access;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Server.Live;

/// <summary>
/// SignalR's own lifetime manager, which also hands each new connection to its <see cref="HubOutlet"/>: only there can a message be
/// written to one connection in a form that was serialized once for many.
/// </summary>
sealed class LiveLifetime(
    LiveConnections connections, Quotas quotas, TimeProvider clock, ILogger<LiveLifetime> logger, ILogger<DefaultHubLifetimeManager<LiveHub>> baseLogger)
    : DefaultHubLifetimeManager<LiveHub>(baseLogger)
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        // The door has checked who connects before the connection could be made.
        if (connection.GetHttpContext()?.Standing().Principal is { } principal)
            connections.Add(new HubOutlet(connection, principal, quotas.Of(principal), clock, logger) { Origin = LiveConnections.NewOrigin() });
        return base.OnConnectedAsync(connection);
    }

    // The hub is told of no end of a connection that it could not begin; here every one comes by.
    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.Remove(connection.ConnectionId);
        return base.OnDisconnectedAsync(connection);
    }
}
