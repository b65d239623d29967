using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http.Features;

namespace Annotate.Server.Access;

/// <summary>
/// Turns a link into a signed-in browser. Opening the link only shows a button: mail scanners open links, and would use it up.
/// The pages need no script.
/// </summary>
static class SignIn
{
    public const string Path = "/sign-in";

    /// <summary>The address to open.</summary>
    public static string LinkOf(string origin, string token) => $"{origin}{Path}?token={token}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (string? token, HttpResponse response) => Page(response, StatusCodes.Status200OK, Ask(token)))
            .Requires(Right.Anyone).ExcludeFromDescription();
        routes.MapPost(Path, RedeemAsync).Requires(Right.Anyone).ExcludeFromDescription();
    }

    static async Task<IResult> RedeemAsync(HttpContext context, Tokens tokens, Doors doors, WrongTokens wrong, OwnOrigin origin)
    {
        // Another site must not sign somebody in as somebody else.
        if (context.Request.Headers.Origin.Count > 0 && !origin.Matches(context.Request)) return OwnOrigin.Foreign.Result();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.SignInFormBytesMax;
        if (!context.Request.HasFormContentType)
            return new Problem("form-wanted", StatusCodes.Status415UnsupportedMediaType, "This takes the form of the sign-in page.").Result();

        var form = await context.Request.ReadFormAsync();
        if (wrong.Check(context) is { } wait) return wait.Result();
        if (await SessionOfAsync(TokenIn(form["token"].ToString()), tokens, doors) is not { } session)
            return wrong.Count(context)?.Result() ?? Page(context.Response, StatusCodes.Status410Gone, Spent);
        context.Response.Cookies.Append(CallerToken.CookieName, session.Token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = origin.IsHttps(context.Request),
            Path = "/",
            Expires = session.Expires,
            IsEssential = true,
        });
        return SignOut.SeeOther("/");
    }

    // A link is a token as well: when the person's tokens were revoked, or they have left, it signs nobody in.
    static async Task<MadeToken?> SessionOfAsync(string link, Tokens tokens, Doors doors) =>
        await tokens.FindLinkAsync(link) is { } found && await doors.RenewedAsync(found, null) is not null ? await tokens.RedeemAsync(found) : null;

    // People paste the whole link as often as the token in it.
    static string TokenIn(string pasted)
    {
        var at = pasted.LastIndexOf(Secrets.Prefix, StringComparison.Ordinal);
        return at < 0 ? pasted : pasted[at..].Trim();
    }

    static IResult Page(HttpResponse response, int status, string content)
    {
        response.Headers.CacheControl = "no-store";
        // With no-referrer, browsers say "Origin: null" on forms, and our own could not be told from others'.
        response.Headers["Referrer-Policy"] = "strict-origin";
        return TypedResults.Text(Frame(content), "text/html; charset=utf-8", statusCode: status);
    }

    static string Ask(string? token) => Secrets.IsWellFormed(token)
        ? $"""
              <p>This link signs you in on this browser. It works once.</p>
              <form method="post" action="{Path}">
                <input type="hidden" name="token" value="{HtmlEncoder.Default.Encode(token!)}">
                <button type="submit">Sign in</button>
              </form>
          """
        : $"""
              <p>Paste the link that a steward of your coalition, or the operator of this server, has given you.</p>
              <form method="post" action="{Path}">
                <label for="token">Sign-in link</label>
                <input id="token" name="token" type="text" autocomplete="off" spellcheck="false" required>
                <button type="submit">Sign in</button>
              </form>
          """;

    static string Spent => $"""
              <p role="alert">This link has been used, or its time is over. Ask for another one.</p>
              <p><a href="{Path}">Use another link</a></p>
          """;

    static string Frame(string content) => $"""
        <!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>Sign in - Annotate</title>
          </head>
          <body>
            <main>
              <h1>Sign in to Annotate</h1>
        {content}
            </main>
          </body>
        </html>

        """;
}
