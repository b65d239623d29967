using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>Ends the token a request came with, wherever else it is used.</summary>
static class SignOut
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/api/tokens/current", EndAsync).WithCheckedAddress().Requires(Right.SignedIn)
            .WithSummary("Signs out: revokes the token this request is sent with.").WithTags("Access");
        routes.MapPost("/sign-out", EndAndLeaveAsync).Requires(Right.SignedIn).ExcludeFromDescription();
    }

    static async Task<IResult> EndAsync(Standing who, Tokens tokens, OwnOrigin origin, HttpContext context)
    {
        await tokens.RevokeAsync(who.Principal, who.By);
        SessionCookie.Delete(context.Response, origin.IsHttps(context.Request));
        return TypedResults.NoContent();
    }

    static async Task<IResult> EndAndLeaveAsync(Standing who, Tokens tokens, OwnOrigin origin, HttpContext context)
    {
        await EndAsync(who, tokens, origin, context);
        return SeeOther("/sign-in");
    }

    /// <summary>After a form: the browser loads another page, by GET.</summary>
    internal static IResult SeeOther(string path) => new Redirection(path);

    // Results.Redirect has 302 and 307 only, which leave the method to the browser or keep it.
    sealed class Redirection(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
