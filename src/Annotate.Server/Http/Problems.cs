using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace Annotate.Server.Http;

/// <summary>Problems over HTTP: RFC 9457, with the extra member <c>code</c>.</summary>
public static class Problems
{
    /// <summary>Beginning of a problem's type URI; the code follows.</summary>
    public const string TypePrefix = "urn:annotate:problem:";

    public static IResult Result(this Problem problem) => new ProblemResult(problem);

    /// <summary>Answers a request with a problem. Nothing of the answer may have been sent.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var (allow, retryAfter) = (context.Response.Headers.Allow, context.Response.Headers.RetryAfter);
        context.Response.Clear();
        (context.Response.Headers.Allow, context.Response.Headers.RetryAfter) = (allow, retryAfter);
        if (problem.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        return Result(problem).ExecuteAsync(context);
    }

    /// <summary>For the hub, whose errors are words: the same members as JSON.</summary>
    public static string Json(this Problem problem) =>
        JsonSerializer.Serialize(new { code = problem.Code, status = problem.Status, title = problem.Title, detail = problem.Detail });

    // Of what passes by itself, how long it may take: how long a client should wait before it asks again.
    static int? RetryAfterSeconds(Problem problem) => problem.Status switch
    {
        StatusCodes.Status503ServiceUnavailable => Limits.RetryAfterSeconds,
        StatusCodes.Status507InsufficientStorage => Limits.RetryWhenFullSeconds,
        _ => null,
    };

    sealed class ProblemResult(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            if (headers.RetryAfter.Count == 0 && RetryAfterSeconds(problem) is { } seconds) headers.RetryAfter = $"{seconds}";
            return TypedResults.Problem(Details(problem)).ExecuteAsync(httpContext);
        }
    }

    static ProblemDetails Details(Problem problem) => new()
    {
        Type = TypePrefix + problem.Code,
        Title = problem.Title,
        Status = problem.Status,
        Detail = problem.Detail,
        Extensions = { ["code"] = problem.Code },
    };
}
