namespace Annotate.Server.Hosting;

/// <summary>Headers on every answer: what pages may load, and that nobody may frame, sniff, or be told where a reader came from.</summary>
static class SecurityHeaders
{
    // Style attributes are allowed: editors place other people's cursors by them. Scripts and style sheets are our own files only.
    const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // At the end, because an answer that becomes a problem is cleared on the way.
        context.Response.OnStarting(static state => Add((HttpContext)state), context);
        return next(context);
    });

    static Task Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!headers.ContainsKey("Referrer-Policy")) headers["Referrer-Policy"] = "no-referrer";
        // What one person may see must not be given to another by a cache; an ETag makes asking again cheap.
        if (headers.CacheControl.Count == 0 && context.Request.Path.StartsWithSegments("/api")) headers.CacheControl = "private, no-cache";
        return Task.CompletedTask;
    }
}
