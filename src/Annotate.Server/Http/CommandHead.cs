using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Annotate.Server.Http;

/// <summary>What the headers of a request say about its command.</summary>
/// <param name="Id">From <c>Idempotency-Key</c>, bare or quoted; made here when the sender does not mind doing it twice.</param>
/// <param name="IfVersion">From <c>If-Match</c>; null when it is missing or <c>*</c>.</param>
public sealed record CommandHead(Guid Id, long? IfVersion)
{
    const string IdHeader = "Idempotency-Key";

    /// <exception cref="RequestRefusedException">A header cannot be read.</exception>
    public static CommandHead Of(HttpContext context)
    {
        var headers = context.Request.Headers;
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        return new CommandHead(IdOf(headers[IdHeader], clock), VersionOf(headers.IfMatch));
    }

    /// <summary>For handlers, which take it as a parameter.</summary>
    /// <exception cref="RequestRefusedException">A header cannot be read.</exception>
    public static ValueTask<CommandHead?> BindAsync(HttpContext context) => ValueTask.FromResult<CommandHead?>(Of(context));

    static Guid IdOf(StringValues header, TimeProvider clock)
    {
        if (header.Count == 0) return Guid.CreateVersion7(clock.GetUtcNow());
        return header is [{ } text] && Guid.TryParseExact(text.Trim().Trim('"'), "D", out var id)
            ? id
            : throw new RequestRefusedException(Problem.CommandMalformed.With($"{IdHeader} is not a UUID."));
    }

    static long? VersionOf(StringValues header)
    {
        if (header.Count == 0 || header is ["*"]) return null;
        return header is [{ } text] && EntityTagHeaderValue.TryParse(text, out var tag) && ETags.TryParse(tag, out var version)
            ? version
            : throw new RequestRefusedException(Problem.Invalid("If-Match names one version, as ETag gave it."));
    }
}

/// <summary>Versions as entity tags.</summary>
static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    public static bool TryParse(EntityTagHeaderValue tag, out long version) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out version);
}
