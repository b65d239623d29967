using Annotate.Calls;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>What only the operator does with tokens: a new key, and an end to all of everybody's.</summary>
static class OperatorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var mine = routes.MapGroup("/api/operator").WithCheckedAddress().WithTags("Access");
        mine.MapPost("/key", RotateAsync).Requires(Right.Operator)
            .WithSummary("Makes a new operator's key, in this server's operator.token too, and ends all others.").Produces<TokenAnswer>();
        mine.MapDelete("/tokens", EndAllAsync).Requires(Right.Operator)
            .WithSummary("Ends every token, link and session of everybody in every coalition, on open connections too: after a backup was put back, which holds some that were ended since.");
    }

    static async Task<IResult> RotateAsync(OperatorToken key, HttpContext context, CancellationToken stop)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new TokenAnswer(await key.RotateAsync(stop), null, DateTimeOffset.MaxValue));
    }

    static async Task<IResult> EndAllAsync(Tokens tokens)
    {
        await tokens.RevokeEverybodysAsync();
        return TypedResults.NoContent();
    }
}
