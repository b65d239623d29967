using Annotate.Access;
using Annotate.Calls;
using Annotate.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Annotate.Server.Access;

/// <summary>Ends the token a request came with, wherever else it is used.</summary>
static class SignOut
{
    static readonly Problem LastSession = new(
        "last-session", StatusCodes.Status409Conflict, "Signing out here locks you out.",
        "You are signed in nowhere else and have no link or token left. Make a link for another device first, or sign out all the same (confirm=true): "
        + "then an administrator of your organisation, or the operator, has to let you in again.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/api/tokens/current", EndAsync).WithCheckedAddress().Requires(Right.SignedIn)
            .WithSummary("Signs out: ends the token this request is sent with. A browser's session that is the last way in is ended with confirm=true only.").WithTags("Access");
        routes.MapPost("/sign-out", EndAndLeaveAsync).Requires(Right.SignedIn).ExcludeFromDescription();
    }

    static async Task<IResult> EndAsync(bool? confirm, Standing who, Tokens tokens, BrowserSessions browser, HttpContext context)
    {
        if (confirm != true && await IsLastAsync(who, tokens)) return LastSession.Result();
        await RevokeAsync(who, tokens, browser, context);
        return TypedResults.NoContent();
    }

    static async Task<IResult> EndAndLeaveAsync(Standing who, Tokens tokens, BrowserSessions browser, SignInPage page, HttpContext context)
    {
        if (!await IsConfirmedAsync(context) && await IsLastAsync(who, tokens)) return SignIn.IsPerson(context) ? page.AskToSignOut(LastSession) : LastSession.Result();
        await RevokeAsync(who, tokens, browser, context);
        return SeeOther("/sign-in");
    }

    static async Task RevokeAsync(Standing who, Tokens tokens, BrowserSessions browser, HttpContext context)
    {
        await tokens.RevokeAsync(who.Principal, who.By);
        browser.Drop(context, SentToken.Of(context));
    }

    // A program that ends its token knows what it does.
    static async Task<bool> IsLastAsync(Standing who, Tokens tokens) => who.Principal.Kind == TokenKind.Session && await tokens.IsLastAsync(who);

    static async Task<bool> IsConfirmedAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.SignInFormBytesMax;
        return context.Request.HasFormContentType && (await context.Request.ReadFormAsync())["confirm"] == "true";
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
