using Annotate.Server.Hosting;

namespace Annotate.Server.Access;

/// <summary>
/// Whether a request that a browser authenticated by itself (a cookie) comes from our own pages. Browsers send <c>Origin</c> on every
/// WebSocket and on every method that changes something; SameSite=Lax alone would let sibling sites of the same domain in.
/// </summary>
public sealed class OwnOrigin(Settings settings)
{
    readonly string? _public = settings.PublicUrl?.GetLeftPart(UriPartial.Authority);

    public static readonly Problem Foreign =
        new("foreign-origin", StatusCodes.Status403Forbidden, "A page of another site asked for this in your name, so it was not done.");

    /// <summary>The address people use, without a slash at the end.</summary>
    public string Of(HttpRequest request) => _public ?? $"{request.Scheme}://{request.Host}";

    public bool IsHttps(HttpRequest request) => request.IsHttps || _public?.StartsWith("https:", StringComparison.Ordinal) == true;

    /// <summary>Whether the request says that it comes from us.</summary>
    public bool Matches(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && (string.Equals(origin, _public, StringComparison.OrdinalIgnoreCase)
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));

    public static bool IsNeeded(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
}
