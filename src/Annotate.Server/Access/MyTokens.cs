using Annotate.Access;
using Annotate.Calls;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>A token of the caller's.</summary>
/// <param name="Id">For ending it.</param>
/// <param name="Kind">Null for one that was made before kinds were kept; so are the times and people then.</param>
/// <param name="Name">What its maker called it; for a session, what the browser called itself (User-Agent).</param>
/// <param name="By">The person who made it, or the operator.</param>
/// <param name="EndsWith">Id of the token that it was made with, and ends with; null when it lives its own time.</param>
/// <param name="Current">Whether this request came with it.</param>
public sealed record MyToken(
    string Id, TokenKind? Kind, string? Name, DateTimeOffset? Made, string? By, DateTimeOffset Expires, string? EndsWith, bool Current);

/// <param name="Tokens">The newest first: programs' tokens, sign-in links not used yet, and sessions of browsers.</param>
public sealed record MyTokensAnswer(IReadOnlyList<MyToken> Tokens);

/// <summary>What the caller can come in with: to be looked through, and ended.</summary>
static class MyTokens
{
    static readonly Problem IsOperators = Problem.Conflict("The operator's key is changed (POST /api/operator/key), not ended.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/me").WithCheckedAddress().WithTags("Access");
        tokens.MapGet("/tokens", ListAsync).Requires(Right.SignedIn)
            .WithSummary("The caller's tokens, links and sessions that are good.").Produces<MyTokensAnswer>();
        tokens.MapDelete("/tokens", EndAllAsync).Requires(Right.SignedIn)
            .WithSummary("Signs out everywhere: ends all of them, on open connections too; with others=true all but the one of this request.").Takes(("others", typeof(bool)));
        tokens.MapDelete("/tokens/{token}", EndAsync).Requires(Right.SignedIn)
            .WithSummary("Ends one of them, with those that were made with it.");
        tokens.MapPost("/notices/seen", SeeAsync).Requires(Right.SignedIn)
            .WithSummary("The notices of /api/me have been shown, those made after until left out: they are told no more.").Takes(("until", typeof(DateTimeOffset)));
    }

    static async Task<IResult> ListAsync(Standing who, Tokens tokens) => TypedResults.Ok(new MyTokensAnswer(
        who.IsOperator ? [] : [.. (await tokens.ListAsync(who)).Tokens.Select(token => new MyToken(
            token.Token, token.Kind, token.Name, token.Made, token.By, token.Expires, token.Parent, token.Token == who.Principal.Token))]));

    static async Task<IResult> EndAllAsync(Standing who, Tokens tokens, BrowserSessions browser, HttpContext context)
    {
        if (who.IsOperator) return IsOperators.Result();
        if (context.Taken<bool>("others") == true) await tokens.RevokeOthersAsync(who);
        else
        {
            await tokens.RevokeAllAsync(who.Coalition!, who.By.Person, who.By);
            DropFromBrowser(who, browser, context);
        }

        return TypedResults.NoContent();
    }

    static async Task<IResult> EndAsync(string token, Standing who, Tokens tokens, BrowserSessions browser, HttpContext context)
    {
        if (who.IsOperator) return IsOperators.Result();
        if (!await tokens.TryRevokeAsync(who, token)) return Problem.NotFound.Result();
        if (token == who.Principal.Token) DropFromBrowser(who, browser, context);
        return TypedResults.NoContent();
    }

    static async Task<IResult> SeeAsync(Standing who, Tokens tokens, HttpContext context)
    {
        if (!who.IsOperator) await tokens.SeeNoticesAsync(who, context.Taken<DateTimeOffset>("until"));
        return TypedResults.NoContent();
    }

    static void DropFromBrowser(Standing who, BrowserSessions browser, HttpContext context)
    {
        if (who.Principal.Kind == TokenKind.Session) browser.Drop(context, SentToken.Of(context));
    }
}
