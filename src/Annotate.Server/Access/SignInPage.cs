using System.Text.Encodings.Web;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>The pages of signing in: they need no script, and look like the others where those were built.</summary>
sealed class SignInPage(BuiltPages pages)
{
    const string HowToPaste = "Paste the link that a steward of your coalition, or the operator of this server, has given you. It works once.";

    /// <summary>For whoever opened a link that is good: whom it signs in, and one button.</summary>
    public IResult Ask(string token, BrowserSession who, IReadOnlyList<BrowserSession> held) => Page(StatusCodes.Status200OK, "Sign in to Annotate", $"""
              <p class="lead">This link signs you in on this browser as <strong>{Text(who.Name)}</strong>, {Behind(who)}, in the coalition <strong>{Text(who.CoalitionName)}</strong>.</p>
              <p>If that is not you, do not use it: tell whoever gave it to you.</p>
              <p>It works once. You stay signed in for {Limits.SessionDays} days, or until you sign out; on a computer that others use, sign out when you leave.</p>
              <form method="post" action="{SignIn.Path}">
                <input type="hidden" name="token" value="{Text(token)}">
                <button type="submit" class="button primary" autofocus>Sign in as {Text(who.Name)}</button>
              </form>
        {Held(held, "This browser is signed in already. It stays so, and you can change back:")}
        """);

    /// <summary>For whoever came without a link.</summary>
    public IResult Paste(IReadOnlyList<BrowserSession> held) => Page(StatusCodes.Status200OK, "Sign in to Annotate", $"""
        {Held(held, "This browser is signed in:")}
              <p id="about">{HowToPaste}</p>
        {Form()}
        """);

    /// <summary>For a browser that holds as many sessions as it can.</summary>
    public IResult Full(Problem problem) => Page(problem.Status, "You were not signed in", $"""
              <p id="about" class="problem">{Text(problem.Title)} {Text(problem.Detail ?? "")}</p>
              <p><a href="/">Open Annotate</a></p>
        """);

    /// <summary>For whoever signs out with the last that they could come in with.</summary>
    public IResult AskToSignOut(Problem problem) => Page(problem.Status, "Sign out of Annotate?", $"""
              <p id="about" class="problem">{Text(problem.Title)} {Text(problem.Detail ?? "")}</p>
              <form method="post" action="/sign-out">
                <input type="hidden" name="confirm" value="true">
                <div class="row"><a class="button primary" href="/">Stay signed in</a> <button type="submit" class="button">Sign out all the same</button></div>
              </form>
        """);

    /// <summary>For a link that is none, or not whole.</summary>
    public IResult Malformed() => Page(StatusCodes.Status400BadRequest, "This is not a whole sign-in link", $"""
              <p id="about" class="problem">A part of it seems to be missing or changed: mail programs sometimes cut long links in two.</p>
              <p>Copy all of the link, to its last letter, and paste it here.</p>
        {Form()}
        """);

    /// <summary>For a link that opens nothing any more.</summary>
    public IResult Spent() => Page(StatusCodes.Status410Gone, "This link no longer works", $"""
              <p id="about" class="problem">It has been used already, or its time is over. Each link signs in one browser, once.</p>
              <p>If it was you who used it in this browser, <a href="/">open Annotate</a>: you are signed in.</p>
              <p>If not, ask whoever gave you the link for another one, and tell them if you think that somebody else used it. Paste the new link here, or open it.</p>
        {Form()}
        """);

    /// <summary>For a form that another site sent, or that came over an address which this server does not know as its own.</summary>
    public IResult Foreign() => Page(StatusCodes.Status403Forbidden, "You were not signed in", $"""
              <p id="about" class="problem">The form was sent by a page of another address than this server's, so nothing was done. Your link still works.</p>
              <p>Open the link by itself, in a new tab. If this comes again, tell the operator of this server that its setting PublicUrl is not the address you see above.</p>
              <p><a href="{SignIn.Path}">Use another link</a></p>
        """);

    static string Held(IReadOnlyList<BrowserSession> held, string words)
    {
        if (held.Count == 0) return "";
        var buttons = held.Select(each => $"""
                  <li><form method="post" action="{SignIn.Path}">
                    <input type="hidden" name="session" value="{Text(each.Id)}">
                    <button type="submit" class="button">{(each.Selected ? "Go on" : "Change to")}: {Text(each.Name)}, {Behind(each)}, in {Text(each.CoalitionName)}</button>
                  </form></li>
            """);
        return $"""
                  <p>{words}</p>
                  <ul class="held">
            {string.Join('\n', buttons)}
                  </ul>
            """;
    }

    static string Behind(BrowserSession who) => who.OrganisationName is { } organisation ? $"of <strong>{Text(organisation)}</strong>" : "of no organisation";

    static string Text(string text) => HtmlEncoder.Default.Encode(text);

    static string Form() => $"""
              <form class="command" method="post" action="{SignIn.Path}">
                <label class="field"><span class="field-label">Sign-in link</span>
                  <input name="token" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="about" required autofocus>
                </label>
                <div class="row"><button type="submit" class="button primary">Sign in</button></div>
              </form>
        """;

    IResult Page(int status, string heading, string content) => new Answer(TypedResults.Text(Frame(heading, content), "text/html; charset=utf-8", statusCode: status));

    string Frame(string heading, string content)
    {
        var title = heading.EndsWith("Annotate", StringComparison.Ordinal) ? heading : heading + " - Annotate";
        var look = pages.StyleSheet is { } sheet
            ? $"<link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"{HtmlEncoder.Default.Encode(sheet)}\">"
            : "";
        return $"""
            <!doctype html>
            <html lang="en">
              <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta name="robots" content="noindex">
                <title>{title}</title>
                {look}
              </head>
              <body>
                <main class="alone">
                  <h1>{heading}</h1>
            {content}
                </main>
              </body>
            </html>

            """;
    }

    sealed class Answer(IResult page) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            // The page holds a token.
            httpContext.Response.Headers.CacheControl = "no-store";
            // With no-referrer, browsers say "Origin: null" on forms, and our own could not be told from others'.
            httpContext.Response.Headers["Referrer-Policy"] = "strict-origin";
            return page.ExecuteAsync(httpContext);
        }
    }
}
