using Annotate.Server.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Annotate.Server.Access;

/// <summary>
/// The addresses of our own pages: for links, and to tell whether a request that a browser authenticated by itself (a cookie) comes from
/// them. Browsers send <c>Origin</c> on every WebSocket and on every method that changes something; SameSite=Lax alone would let sibling
/// sites of the same domain in.
/// </summary>
public sealed class OwnOrigin(Settings settings, IServer server)
{
    readonly string? _public = settings.PublicUrl?.GetLeftPart(UriPartial.Authority);

    public static readonly Problem Foreign =
        new("foreign-origin", StatusCodes.Status403Forbidden, "A page of another site asked for this in your name, so it was not done.");

    /// <summary>The address people use, without a slash at the end.</summary>
    public string Of(HttpRequest request)
    {
        // A verb on the private socket names no host that anybody could open.
        var isPrivate = request.HttpContext.Connection.RemoteIpAddress is null;
        return _public ?? (isPrivate ? Listening : OriginOf(request));
    }

    /// <summary>The first address this server listens on, as a browser on this machine would write it.</summary>
    public string Listening
    {
        get
        {
            var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            var address = BindingAddress.Parse(addresses.FirstOrDefault(url => !url.Contains("://unix:", StringComparison.Ordinal)) ?? settings.Urls[0]);
            var host = address.Host is "*" or "+" or "[::]" or "0.0.0.0" ? "localhost" : address.Host;
            return _public ?? $"{address.Scheme}://{host}:{address.Port}";
        }
    }

    public bool IsHttps(HttpRequest request) => request.IsHttps || _public?.StartsWith("https:", StringComparison.Ordinal) == true;

    /// <summary>Whether the request says that it comes from us.</summary>
    public bool Matches(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && (string.Equals(origin, _public, StringComparison.OrdinalIgnoreCase)
            || string.Equals(origin, OriginOf(request), StringComparison.OrdinalIgnoreCase));

    public static bool IsNeeded(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));

    static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
