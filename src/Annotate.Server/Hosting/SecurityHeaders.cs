using System.Globalization;
using Annotate.Server.Access;

namespace Annotate.Server.Hosting;

/// <summary>Headers on every answer: what pages may load, and that nobody may frame, sniff, or be told where a reader came from.</summary>
static class SecurityHeaders
{
    // Style attributes are allowed: editors place other people's cursors by them. Scripts and style sheets are our own files only.
    const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    static readonly string HttpsOnly = string.Create(CultureInfo.InvariantCulture, $"max-age={Limits.HttpsOnlySeconds}");

    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        var origin = app.ApplicationServices.GetRequiredService<OwnOrigin>();
        app.Use((context, next) =>
        {
            // At the end, because an answer that becomes a problem is cleared on the way: for the same reason the middleware of ASP.NET Core for
            // Strict-Transport-Security is of no use.
            context.Response.OnStarting(() => Add(context, origin));
            return next(context);
        });
    }

    static Task Add(HttpContext context, OwnOrigin origin)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Of this host alone: what else is under its domain is not ours to close. A browser that was told so of localhost would never open another
        // program's pages there.
        if (origin.IsHttps(context.Request) && !OwnOrigin.IsLoopback(context.Request.Host.Host))
            headers.StrictTransportSecurity = HttpsOnly;
        if (!headers.ContainsKey("Referrer-Policy")) headers["Referrer-Policy"] = "no-referrer";
        // What one person may see must not be given to another by a cache; an ETag makes asking again cheap.
        if (headers.CacheControl.Count == 0 && context.Request.Path.StartsWithSegments("/api")) headers.CacheControl = "private, no-cache";
        return Task.CompletedTask;
    }
}
