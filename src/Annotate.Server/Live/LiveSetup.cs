using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Server.Live;

static class LiveSetup
{
    /// <summary>SignalR's own log of calls: every refusal is an error there, with its stack.</summary>
    const string DispatcherLog = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    public static IServiceCollection AddLive(this IServiceCollection services, LiveSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<Quotas>();
        services.AddSingleton<LostSilos>();
        services.AddSingleton<LiveTopics>().AddHostedService(provider => provider.GetRequiredService<LiveTopics>());
        services.AddSingleton<LivePresence>().AddHostedService(provider => provider.GetRequiredService<LivePresence>());
        services.AddSingleton<LiveConnections>().AddHostedService(provider => provider.GetRequiredService<LiveConnections>());
        services.AddSingleton<LiveTexts>();
        services.AddSingleton<TopicDoors>();
        services.AddSingleton<RefusedSockets>();
        services.AddLogging(logging => logging.AddFilter(DispatcherLog, LogLevel.None));
        services.AddSingleton<HubCallLog>();
        services.AddSignalR(options =>
        {
            options.AddFilter<HubCallLog>();
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
        routes.MapHub<LiveHub>("/live", options => options.Transports = HttpTransportType.WebSockets).Requires(Right.SignedIn).Add(CountConnection);
    }

    // A request to the hub lasts as long as its connection.
    static void CountConnection(EndpointBuilder endpoint)
    {
        var serve = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            var quota = context.RequestServices.GetRequiredService<Quotas>().Of(context.Standing().Principal);
            if (!quota.TryConnect())
            {
                await Problems.WriteAsync(context, QuotaProblems.TooManyConnections.Later(context));
                return;
            }

            try
            {
                await serve(context);
            }
            finally
            {
                quota.Disconnect();
            }
        };
    }
}
