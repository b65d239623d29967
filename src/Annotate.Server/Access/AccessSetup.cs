namespace Annotate.Server.Access;

public static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services) => services.AddSingleton<Doors>();

    /// <summary>After routing, before anything that answers.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.UseMiddleware<DoorMiddleware>();
}
