using Microsoft.Extensions.Primitives;

namespace Annotate.Server.Access;

/// <summary>Where a request carries its token.</summary>
enum TokenPlace
{
    None,
    Header,
    Query,
    SubProtocol,
    Cookie,

    /// <summary>A cookie under the name that it had before: see <see cref="SessionCookie"/>.</summary>
    OldCookie,
}

/// <summary>The token that a request came with, good or not, for whoever tells one caller from another.</summary>
sealed class SentToken(string token)
{
    /// <summary>Empty when it came without.</summary>
    public static string Of(HttpContext context) => context.Features.Get<SentToken>()?.Token ?? "";

    string Token => token;
}

/// <summary>Reads the token of a request, and takes it out of the query so that nothing behind the door can log it.</summary>
static class CallerToken
{
    /// <summary>The WebSocket sub-protocol of <c>/yjs</c>; a token may stand beside it, and is never selected.</summary>
    public const string SubProtocol = "annotate";

    static readonly string[] QueryNames = ["token", "access_token"];
    static readonly string[] SocketPaths = ["/live", "/yjs", "/events"];

    /// <summary>Whether the path is one of those that stay open, in any case, as routing takes it; browsers cannot send a header there, so the query may carry the token.</summary>
    public static bool IsSocketPath(PathString path) =>
        Array.Exists(SocketPaths, socket => path.StartsWithSegments(socket, StringComparison.OrdinalIgnoreCase));

    /// <summary>The sub-protocol to select; null when none was asked for.</summary>
    public static string? ProtocolFor(HttpContext context) =>
        context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol) ? SubProtocol : null;

    public static TokenPlace Read(HttpContext context, bool isHttps, out string token)
    {
        var request = context.Request;
        token = "";
        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            token = authorization["Bearer ".Length..].Trim();
            return TokenPlace.Header;
        }

        if (IsSocketPath(request.Path) && TryTakeFromQuery(request, ref token)) return TokenPlace.Query;
        if (context.WebSockets.IsWebSocketRequest && TryFindSubProtocol(context.WebSockets.WebSocketRequestedProtocols, ref token))
            return TokenPlace.SubProtocol;
        // Of the sessions that a browser holds one is selected, or none.
        if (HeldSessions.Parse(SessionCookie.Read(request, isHttps, out var isOld)) is not { Selected: { Length: > 0 } selected }) return TokenPlace.None;
        token = selected;
        return isOld ? TokenPlace.OldCookie : TokenPlace.Cookie;
    }

    static bool TryTakeFromQuery(HttpRequest request, ref string token)
    {
        var found = "";
        foreach (var name in QueryNames)
            if (request.Query.TryGetValue(name, out var values) && !StringValues.IsNullOrEmpty(values)) found = values[^1]!;
        if (found.Length == 0) return false;
        request.QueryString = QueryString.Create(request.Query.Where(pair => !QueryNames.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)));
        token = found;
        return true;
    }

    static bool TryFindSubProtocol(IList<string> protocols, ref string token)
    {
        if (!protocols.Contains(SubProtocol)) return false;
        foreach (var protocol in protocols)
        {
            if (!protocol.StartsWith(Secrets.Prefix, StringComparison.Ordinal)) continue;
            token = protocol;
            return true;
        }

        return false;
    }
}
