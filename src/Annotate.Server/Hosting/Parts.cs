using Annotate.Server.Access;
using Annotate.Server.Coalitions;
using Annotate.Server.Configuring;
using Annotate.Server.Feeds;
using Annotate.Server.Instruments;
using Annotate.Server.Live;
using Annotate.Server.Positions;
using Annotate.Server.Statements;
using Annotate.Server.Threads;

namespace Annotate.Server.Hosting;

/// <summary>The rooms of the house: each adds its services here, and its routes.</summary>
static class Parts
{
    public static void AddParts(this IServiceCollection services, Settings settings)
    {
        services.AddLive(new LiveSettings(
            TimeSpan.FromSeconds(settings.FollowRenewSeconds), settings.ConnectionsPerPerson, settings.EditsPerPersonPerSecond));
    }

    public static void MapParts(this IEndpointRouteBuilder routes)
    {
        routes.MapAccess();
        routes.MapCoalitions();
        routes.MapThreads();
        routes.MapPositions();
        routes.MapStatements();
        routes.MapFeeds();
        routes.MapLive();
        routes.MapInstruments();
    }
}
