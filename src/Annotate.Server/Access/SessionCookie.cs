namespace Annotate.Server.Access;

/// <summary>
/// The cookie of a signed-in browser. Over HTTPS its name begins with <c>__Host-</c>: browsers take such a one from this very host alone, over
/// HTTPS alone, so that no other site of the same domain can plant one of its own here. Plain HTTP, on one's own machine, cannot have that name.
/// </summary>
static class SessionCookie
{
    public const string PlainName = "annotate_session";
    public const string SecureName = "__Host-" + PlainName;

    /// <summary>The token in the cookie; null without one.</summary>
    /// <param name="isOld">Whether it came under the plain name over HTTPS: <see cref="Set"/> it again then.</param>
    public static string? Read(HttpRequest request, bool isHttps, out bool isOld)
    {
        isOld = false;
        if (Of(request, isHttps ? SecureName : PlainName) is { } token) return token;
        // Browsers that were signed in before there was the other name stay so. Their tokens have no check and are sessions, the last of which
        // ends within Limits.SessionDays: from then on nothing that was planted under the plain name opens anything.
        if (!isHttps || Of(request, PlainName) is not { } old || !Secrets.IsUnchecked(old)) return null;
        isOld = true;
        return old;
    }

    public static void Set(HttpResponse response, string token, DateTimeOffset expires, bool isHttps)
    {
        var options = Options(isHttps);
        options.Expires = expires;
        response.Cookies.Append(isHttps ? SecureName : PlainName, token, options);
        if (isHttps) response.Cookies.Delete(PlainName, options);
    }

    public static void Delete(HttpResponse response, bool isHttps)
    {
        response.Cookies.Delete(PlainName, Options(isHttps));
        if (isHttps) response.Cookies.Delete(SecureName, Options(isHttps));
    }

    static string? Of(HttpRequest request, string name) => request.Cookies.TryGetValue(name, out var token) && token.Length > 0 ? token : null;

    static CookieOptions Options(bool isHttps) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = isHttps, Path = "/", IsEssential = true };
}
