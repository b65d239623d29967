using Annotate.Access;
using Microsoft.AspNetCore.Http.Features;

namespace Annotate.Server.Access;

/// <summary>
/// Turns a link into a signed-in browser. Opening the link only shows a button: mail scanners open links, and would use it up. A program
/// that sends the form, such as the pages' own script, gets problems in place of pages.
/// </summary>
static class SignIn
{
    public const string Path = "/sign-in";

    static readonly Problem Malformed = Problem.Invalid("This is not a whole sign-in link.");

    /// <summary>The address to open.</summary>
    public static string LinkOf(string origin, string token) => $"{origin}{Path}?token={token}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync).Requires(Right.Anyone).ExcludeFromDescription();
        routes.MapPost(Path, RedeemAsync).Requires(Right.Anyone).ExcludeFromDescription();
    }

    static async Task<IResult> ShowAsync(HttpContext context, string? token, Tokens tokens, Doors doors, SignInPage page)
    {
        if (string.IsNullOrEmpty(token)) return page.Paste();
        if (!tokens.IsWhole(token)) return page.Malformed();
        return await WhomAsync(token, context, tokens, doors) is not null ? page.Ask(token) : page.Spent();
    }

    static async Task<IResult> RedeemAsync(HttpContext context, Tokens tokens, Doors doors, WrongTokens wrong, OwnOrigin origin, SignInPage page)
    {
        var isPerson = context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
        // Another site must not sign somebody in as somebody else.
        if (context.Request.Headers.Origin.Count > 0 && !origin.Matches(context.Request)) return isPerson ? page.Foreign() : OwnOrigin.Foreign.Result();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.SignInFormBytesMax;
        if (!context.Request.HasFormContentType)
            return new Problem("form-wanted", StatusCodes.Status415UnsupportedMediaType, "This takes the form of the sign-in page.").Result();

        var form = await context.Request.ReadFormAsync();
        var link = TokenIn(form["token"].ToString());
        if (await WhomAsync(link, context, tokens, doors) is not { } found || await tokens.RedeemAsync(found.Principal, found.By) is not { } session)
        {
            var isWhole = tokens.IsWhole(link);
            if (isPerson) return isWhole ? page.Spent() : page.Malformed();
            return (wrong.Count(context, link) ?? (isWhole ? RedeemLink.Spent : Malformed)).Result();
        }

        SessionCookie.Set(context.Response, session.Token, session.Expires, origin.IsHttps(context.Request));
        return SignOut.SeeOther("/");
    }

    // A link is a token as well: when the person's tokens were revoked, or they have left, it signs nobody in. Nor does one that somebody else
    // made, once it is not the last any more.
    static async Task<Standing?> WhomAsync(string link, HttpContext context, Tokens tokens, Doors doors) =>
        await tokens.FindLinkAsync(link, CallerAddress.Of(context)) is { } found && await doors.RenewedAsync(found, null) is { } who
        && (found.Invitation is null || doors.InvitationOf(who) == found.Invitation)
            ? who
            : null;

    // People paste the whole link as often as the token in it.
    static string TokenIn(string pasted)
    {
        var at = pasted.LastIndexOf(Secrets.Prefix, StringComparison.Ordinal);
        return at < 0 ? pasted : pasted[at..].Trim();
    }
}
