namespace Annotate.Server.Access;

/// <summary>
/// Stands before every endpoint: finds who calls, and whether they may. An endpoint that does not say what it asks for is refused, so
/// that forgetting it closes a door and never opens one.
/// </summary>
public sealed partial class DoorMiddleware(RequestDelegate next, Doors doors, IHostEnvironment environment, ILogger<DoorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            await Problems.WriteAsync(context, Problem.NotFound);
            return;
        }

        if (endpoint.Metadata.GetMetadata<RequiredRight>() is not { } required)
        {
            LogUnguarded(endpoint.DisplayName);
            var problem = environment.IsDevelopment() ? Unguarded : Problem.NotFound;
            await Problems.WriteAsync(context, problem);
            return;
        }

        var refused = await AdmitAsync(context, required.Right);
        await (refused is null ? next(context) : Problems.WriteAsync(context, refused));
    }

    static readonly Problem Unguarded = new("unguarded", 500, "This endpoint does not say what it asks of its caller (Requires).");

    Task<Problem?> AdmitAsync(HttpContext context, Right right)
    {
        return Task.FromResult(right == Right.Anyone ? null : Problem.SignInNeeded);
    }

    [LoggerMessage(LogLevel.Error, "Endpoint {Endpoint} does not say what it asks of its caller (Requires), so it is refused")]
    partial void LogUnguarded(string? endpoint);
}
