using Annotate.Server.Access;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Server.Live;

static class LiveSetup
{
    /// <param name="followRenew">How often this silo renews what it follows.</param>
    public static IServiceCollection AddLive(this IServiceCollection services, TimeSpan followRenew)
    {
        services.AddSingleton(new LiveSettings(followRenew));
        services.AddSingleton<LiveTopics>().AddHostedService(provider => provider.GetRequiredService<LiveTopics>());
        services.AddSingleton<LivePresence>().AddHostedService(provider => provider.GetRequiredService<LivePresence>());
        services.AddSingleton<LiveConnections>().AddHostedService(provider => provider.GetRequiredService<LiveConnections>());
        services.AddSingleton<LiveTexts>();
        services.AddSingleton<TopicDoors>();
        services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = Limits.HubMessageBytesMax;
            // An edit is answered when it is durable; meanwhile its connection may ask for other things.
            options.MaximumParallelInvocationsPerClient = Limits.InvocationsPerConnectionMax;
            options.KeepAliveInterval = TimeSpan.FromSeconds(Limits.HubPingSeconds);
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(Limits.HubClientTimeoutSeconds);
        }).AddMessagePackProtocol();
        services.AddSingleton<HubLifetimeManager<LiveHub>, LiveLifetime>();
        return services;
    }

    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapYjs();
        routes.MapTexts();
        // Only WebSockets: other transports need sticky sessions.
        routes.MapHub<LiveHub>("/live", options => options.Transports = HttpTransportType.WebSockets).Requires(Right.SignedIn);
    }
}
