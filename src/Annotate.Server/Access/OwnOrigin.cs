using System.Diagnostics.CodeAnalysis;
using System.Net;
using Annotate.Server.Configuring;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Annotate.Server.Access;

/// <summary>
/// The addresses of our own pages: for links, and to tell whether a request that a browser authenticated by itself (a cookie) comes from
/// them. Browsers send <c>Origin</c> on every WebSocket and on every method that changes something; SameSite=Lax alone would let sibling
/// sites of the same domain in.
/// </summary>
public sealed partial class OwnOrigin(Settings settings, IServer server, ILogger<OwnOrigin> logger)
{
    readonly string? _public = settings.PublicUrl?.GetLeftPart(UriPartial.Authority);

    public static readonly Problem Foreign =
        new("foreign-origin", StatusCodes.Status403Forbidden, "A page of another site asked for this in your name, so it was not done.");

    /// <summary>
    /// The address people use, without a slash at the end: for links that carry secrets. Anybody can send any Host, so without the setting
    /// PublicUrl the request's own is used only where it leads to this server for certain.
    /// </summary>
    public string Of(HttpRequest request)
    {
        if (_public is not null) return _public;
        // A verb on the private socket names no host that anybody could open.
        if (request.HttpContext.Connection.RemoteIpAddress is null) return Listening;
        if (IsOurs(request)) return OriginOf(request);
        LogUnknownHost(Listening, request.Host.Value);
        return Listening;
    }

    /// <summary>Whether other machines reach this server, as far as is known, at an address that it was not told.</summary>
    public bool IsPublicUrlMissing =>
        _public is null && (settings.Proxies.Length > 0 || settings.Urls.Any(url => !IsLoopback(BindingAddress.Parse(url).Host)));

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

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (TryAddress(host, out var address) && IPAddress.IsLoopback(address));

    // What has come to an address came to it by that address; a name is ours when we were told to listen on it.
    bool IsOurs(HttpRequest request)
    {
        var (host, connection) = (request.Host.Host, request.HttpContext.Connection);
        if (IsLoopback(host)) return true;
        if ((request.Host.Port ?? (request.IsHttps ? 443 : 80)) != connection.LocalPort) return false;
        return TryAddress(host, out var address)
            ? connection.LocalIpAddress is { } local && (local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local).Equals(address)
            : settings.Urls.Any(url => BindingAddress.Parse(url).Host.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    static bool TryAddress(string host, [NotNullWhen(true)] out IPAddress? address) => IPAddress.TryParse(host.Trim('[', ']'), out address);

    [LoggerMessage(LogLevel.Warning, "A link begins with {Listening}, because it was asked for under '{Host}', which this server does not know as its own; the setting PublicUrl is the address that people use")]
    partial void LogUnknownHost(string listening, string? host);

    static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
