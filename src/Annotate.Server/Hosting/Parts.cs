using Annotate.Server.Access;

namespace Annotate.Server.Hosting;

/// <summary>The rooms of the house: each adds its services here, and its routes.</summary>
static class Parts
{
    public static void AddParts(this IServiceCollection services, Settings settings)
    {
        _ = services;
        _ = settings;
    }

    public static void MapParts(this IEndpointRouteBuilder routes)
    {
        routes.MapAccess();
    }
}
