using Annotate.Server.Access;
using Annotate.Server.Live;

namespace Annotate.Server.Hosting;

/// <summary>The rooms of the house: each adds its services here, and its routes.</summary>
static class Parts
{
    public static void AddParts(this IServiceCollection services, Settings settings)
    {
        services.AddLive(TimeSpan.FromSeconds(settings.FollowRenewSeconds));
    }

    public static void MapParts(this IEndpointRouteBuilder routes)
    {
        routes.MapAccess();
        routes.MapLive();
    }
}
