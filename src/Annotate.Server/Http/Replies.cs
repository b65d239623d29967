using Annotate.Deciding;
using Microsoft.Net.Http.Headers;

namespace Annotate.Server.Http;

/// <summary>A command was carried out, now or when it was first sent.</summary>
/// <param name="Version">Of the entry that records it; when nothing had to change, the version that already held.</param>
/// <param name="Id">Of what it made or changed.</param>
public sealed record Done(long Version, string Id);

/// <summary>The answers that all rooms give in the same way.</summary>
static class Replies
{
    /// <summary>The answer to a command, with the version as its ETag.</summary>
    public static IResult Of(HttpContext context, Answer answer, string id)
    {
        if (answer.Problem is { } problem) return problem.Result();
        context.Response.Headers.ETag = ETags.Of(answer.Version);
        return TypedResults.Ok(new Done(answer.Version, id));
    }

    /// <summary>What was asked for, with its version as its ETag; 304 when the caller has that version, 404 when there is nothing.</summary>
    public static IResult Of<T>(HttpContext context, T? view, Func<T, long> version) where T : class
    {
        if (view is null) return Problem.NotFound.Result();
        return IsKnown(context, version(view)) ? NotModified : TypedResults.Ok(view);
    }

    /// <summary>The caller has it already.</summary>
    public static IResult NotModified => TypedResults.StatusCode(StatusCodes.Status304NotModified);

    /// <summary>Sets the version as the answer's ETag.</summary>
    /// <returns>Whether the caller has it already.</returns>
    public static bool IsKnown(HttpContext context, long version)
    {
        var tag = new EntityTagHeaderValue(ETags.Of(version));
        var headers = context.Response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = "private, no-cache";
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(each => each.Compare(tag, useStrongComparison: false) || each == EntityTagHeaderValue.Any);
    }
}
