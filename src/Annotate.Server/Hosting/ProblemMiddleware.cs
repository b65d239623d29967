using System.Text.Json;
using Annotate.Server.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Annotate.Server.Hosting;

/// <summary>Whatever goes wrong on the way to an answer becomes a problem (RFC 9457), and so does an answer that is only a status.</summary>
sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (IsBare(context.Response)) await Problems.WriteAsync(context, OfStatus(context.Response.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, OfException(exception, context));
        }
    }

    Problem OfException(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case RequestRefusedException refused:
                return refused.Problem;
            case BadHttpRequestException { InnerException: JsonException json }:
                return Problem.Invalid(RequestWords.OfBody(json, context.GetEndpoint()));
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest }:
                return Problem.Invalid(RequestWords.OfRequest(context.GetEndpoint()));
            case BadHttpRequestException bad:
                return OfStatus(bad.StatusCode);
            default:
                if (FaultProblems.Of(exception) is { } fault)
                {
                    logger.Fault(fault, $"{context.Request.Method} {context.Request.Path}", exception);
                    return fault;
                }

                LogUnexpected(exception, context.Request.Method, context.Request.Path);
                return new Problem("unexpected", 500, "Something went wrong on the server; nothing is known to be lost.");
        }
    }

    // Head requests have no body by nature, and 304 and the like are no errors.
    static bool IsBare(HttpResponse response) =>
        !response.HasStarted && response.StatusCode >= 400 && response.ContentType is null && response.ContentLength is null;

    static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Problem.SignInNeeded,
        StatusCodes.Status404NotFound => Problem.NotFound,
        StatusCodes.Status405MethodNotAllowed => new("method-not-allowed", status, "This cannot be done here; the header Allow says what can."),
        StatusCodes.Status413PayloadTooLarge => Problem.TooLarge($"A request has at most {Limits.RequestBodyBytesMax} bytes here."),
        StatusCodes.Status415UnsupportedMediaType => new("media-type", status, "The body is of a type that is not taken here."),
        StatusCodes.Status400BadRequest => Problem.Invalid("Something in the request is missing or malformed."),
        _ => new("status-" + status, status, ReasonPhrases.GetReasonPhrase(status)),
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    partial void LogUnexpected(Exception exception, string method, string path);
}
