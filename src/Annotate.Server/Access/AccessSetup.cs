namespace Annotate.Server.Access;

public static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<SiloGrants>();
        services.AddSingleton<TokenKey>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenKey>());
        services.AddSingleton(provider => new Tokens(
            provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<TokenKey>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WrongTokens>();
        services.AddSingleton(provider => new Doors(
            provider.GetRequiredService<SiloGrants>(), provider.GetRequiredService<Tokens>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OpenSockets>();
        services.AddSingleton<OwnOrigin>();
        services.AddSingleton<SignInPage>();
        services.AddSingleton<BrowserSessions>();
        services.AddHostedService<GrantsRenewal>();
        return services;
    }

    /// <summary>After routing, before anything that answers.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.UseMiddleware<DoorMiddleware>();

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        Me.Map(routes);
        MakeToken.Map(routes);
        SignIn.Map(routes);
        SignOut.Map(routes);
        MyTokens.Map(routes);
        BrowserSessions.Map(routes);
        OperatorRoutes.Map(routes);
    }
}
