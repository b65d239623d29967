using Annotate.Access;
using Annotate.Calls;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>
/// Stands before every endpoint: finds who calls, and whether they may. An endpoint that does not say what it asks for is refused, so
/// that forgetting it closes a door and never opens one.
/// </summary>
sealed partial class DoorMiddleware(
    RequestDelegate next, Doors doors, WrongTokens wrong, OpenSockets sockets, OwnOrigin origin, RefusedSockets refusals,
    IHostEnvironment environment, ILogger<DoorMiddleware> logger)
{
    static readonly Problem Unguarded = new("unguarded", 500, "This endpoint does not say what it asks of its caller (Requires).");

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            await Problems.WriteAsync(context, Problem.NotFound);
            return;
        }

        if (IsRoutingsOwnRefusal(endpoint))
        {
            await next(context);
            return;
        }

        if (endpoint.Metadata.GetMetadata<RequiredRight>() is not { } required)
        {
            LogUnguarded(endpoint.DisplayName);
            await Problems.WriteAsync(context, environment.IsDevelopment() ? Unguarded : Problem.NotFound);
            return;
        }

        if (await AdmitAsync(context, required.Right) is { } refused) await refusals.WriteAsync(context, refused);
        else if (CallerToken.IsSocketPath(context.Request.Path)) await sockets.KeepAsync(context, required.Right, next);
        else await next(context);
    }

    // Routing answers 405 and 415 by endpoints of its own, which carry nothing but a status.
    static bool IsRoutingsOwnRefusal(Endpoint endpoint) =>
        endpoint is not RouteEndpoint && endpoint.Metadata.Count == 0
        && endpoint.DisplayName is "405 HTTP Method Not Supported" or "415 HTTP Unsupported Media Type";

    async ValueTask<Problem?> AdmitAsync(HttpContext context, Right right)
    {
        if (right == Right.Anyone) return null;
        var place = CallerToken.Read(context, origin.IsHttps(context.Request), out var token);
        if (place == TokenPlace.None) return Problem.SignInNeeded;
        context.Features.Set(new SentToken(token));
        if (place is TokenPlace.Cookie or TokenPlace.OldCookie && OwnOrigin.IsNeeded(context) && !origin.Matches(context.Request)) return OwnOrigin.Foreign;
        if (await doors.FindAsync(token, CallerAddress.Of(context)) is not { } principal) return wrong.Count(context, token) ?? Problem.SignInNeeded;
        // Tokens of programs live far longer than sessions: whoever planted one under the old name could do so for a year.
        if (place == TokenPlace.OldCookie && principal.Kind != TokenKind.Session) return Problem.SignInNeeded;
        if (ActingAs.Check(context, principal) is { } changed) return changed;

        var named = CoalitionNamed(context);
        if (named is not null && !Slug.IsValid(named)) return Problem.NotFound;
        var standing = await doors.StandingAsync(principal, named);
        if (standing is not null && !standing.May(right)) standing = await doors.RenewedAsync(principal, named);
        // What is another coalition's looks like what does not exist; a token that opens nothing any more is no token.
        if (standing is null) return named is null || await doors.StandingAsync(principal, null) is null ? Problem.SignInNeeded : Problem.NotFound;
        if (!standing.May(right)) return Missing(right);
        if (place == TokenPlace.OldCookie) SessionCookie.Set(context.Response, token, principal.Expires, isHttps: true);
        context.Features.Set(standing);
        return null;
    }

    static string? CoalitionNamed(HttpContext context)
    {
        if (context.GetRouteValue("coalition") is string coalition) return coalition;
        return context.GetRouteValue("text") is string text ? text.Split('.', 2)[0] : null;
    }

    static Problem Missing(Right right) => right switch
    {
        Right.Operator => new Problem("operator-only", 403, "Only the operator of this server may do this."),
        Right.Steward => new Problem("stewards-only", 403, "Only the coalition's stewards may do this."),
        Right.Annotate => Problem.MandateMissing("The mandate to annotate is needed."),
        Right.Position => Problem.MandateMissing("The mandate to take positions is needed."),
        Right.Draft => Problem.MandateMissing("The mandate to draft is needed."),
        Right.SignOff => Problem.MandateMissing("The mandate to sign off is needed."),
        Right.Endorse => Problem.MandateMissing("The mandate to endorse is needed."),
        Right.Administer => Problem.MandateMissing("The mandate to administer is needed."),
        _ => Problem.NotFound,
    };

    [LoggerMessage(LogLevel.Error, "Endpoint {Endpoint} does not say what it asks of its caller (Requires), so it is refused")]
    partial void LogUnguarded(string? endpoint);
}
