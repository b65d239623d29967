using Annotate.Access;
using Annotate.Calls;
using Annotate.Server.Http;
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

    static async Task<IResult> ShowAsync(HttpContext context, string? token, Tokens tokens, Doors doors, BrowserSessions browser, SignInPage page)
    {
        if (string.IsNullOrEmpty(token)) return page.Paste(await browser.DescribeAllAsync(context));
        if (!tokens.IsWhole(token)) return page.Malformed();
        if (await WhomAsync(token, context, tokens, doors) is not { } who) return page.Spent();
        return page.Ask(token, await browser.DescribeAsync(who, isSelected: false), await browser.DescribeAllAsync(context));
    }

    static async Task<IResult> RedeemAsync(
        HttpContext context, Tokens tokens, Doors doors, WrongTokens wrong, OwnOrigin origin, BrowserSessions browser, SignInPage page)
    {
        var isPerson = IsPerson(context);
        // Another site must not sign somebody in as somebody else.
        if (context.Request.Headers.Origin.Count > 0 && !origin.Matches(context.Request)) return isPerson ? page.Foreign() : OwnOrigin.Foreign.Result();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.SignInFormBytesMax;
        if (!context.Request.HasFormContentType)
            return new Problem("form-wanted", StatusCodes.Status415UnsupportedMediaType, "This takes the form of the sign-in page.").Result();

        var form = await context.Request.ReadFormAsync();
        if (form["session"] is [{ } session]) return await ChangeAsync(context, session, browser, page, isPerson);
        var link = TokenIn(form["token"].ToString());
        if (await WhomAsync(link, context, tokens, doors) is not { } found) return Refuse(context, link, tokens, wrong, page, isPerson);
        var held = await browser.FindAsync(context);
        if (BrowserSessions.CheckRoom(held, found) is { } full) return isPerson ? page.Full(full) : full.Result();
        if (await tokens.RedeemAsync(found.Principal, found.By, BrowserOf(context)) is not { } made) return Refuse(context, link, tokens, wrong, page, isPerson);

        // What ended all of the person's tokens since the link was looked at ended those made before it: not this session.
        if (await doors.RenewedAsync(found.Principal, null) is null)
        {
            await tokens.RevokeAsync(made, found);
            return Refuse(context, link, tokens, wrong, page, isPerson);
        }

        // The same person's earlier session in this browser would be held by nobody any more.
        foreach (var same in held.Where(each => BrowserSessions.IsSame(each.Who, found))) await tokens.RevokeAsync(same.Who.Principal, found.By);
        browser.Keep(context, held.Where(each => !BrowserSessions.IsSame(each.Who, found)), made.Token);
        return SignOut.SeeOther("/");
    }

    static async Task<IResult> ChangeAsync(HttpContext context, string session, BrowserSessions browser, SignInPage page, bool isPerson) =>
        await browser.TrySelectAsync(context, session) ? SignOut.SeeOther("/") : isPerson ? page.Spent() : Problem.NotFound.Result();

    static IResult Refuse(HttpContext context, string link, Tokens tokens, WrongTokens wrong, SignInPage page, bool isPerson)
    {
        var isWhole = tokens.IsWhole(link);
        if (isPerson) return isWhole ? page.Spent() : page.Malformed();
        return (wrong.Count(context, link) ?? (isWhole ? RedeemLink.Spent : Malformed)).Result();
    }

    /// <summary>Whether a person's browser asks, and not a program: it gets pages.</summary>
    internal static bool IsPerson(HttpContext context) => context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");

    // Anything may stand there. What a name could not hold is left out.
    static string? BrowserOf(HttpContext context)
    {
        var said = context.Request.Headers.UserAgent.ToString();
        var kept = new string([.. said.Where(char.IsAscii).Where(character => !char.IsControl(character)).Take(Limits.TokenNameCharactersMax)]).Trim();
        return kept.Length > 0 ? kept : null;
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
