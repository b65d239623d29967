using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Client;

/// <summary>The server refused something; <see cref="Problem"/> says why.</summary>
public sealed class LiveException(LiveProblem problem, Exception? inner = null) : Exception($"{problem.Title} {problem.Detail}".TrimEnd(), inner)
{
    /// <summary>What was refused, and why.</summary>
    public LiveProblem Problem => problem;

    /// <summary>The server could not do it just now, perhaps because one of its cluster went: the same may be asked again.</summary>
    public bool IsPassing => IsPassingProblem(problem);

    const string Failed = "failed";

    /// <summary>The one list of what passes: too late, too much at once, and whatever fails inside the server. All else is final.</summary>
    internal static bool IsPassingProblem(LiveProblem problem) => problem.Status is 408 or 429 or >= 500;

    /// <param name="problem">As JSON.</param>
    internal static LiveException Of(string problem) => Of(new HubException(problem));

    internal static LiveException Of(HubException exception)
    {
        // SignalR puts words of its own before ours.
        var at = exception.Message.IndexOf('{');
        try
        {
            if (at >= 0 && JsonSerializer.Deserialize<LiveProblem>(exception.Message.AsSpan(at), JsonSerializerOptions.Web) is { } problem)
                return new LiveException(problem, exception);
        }
        catch (JsonException)
        {
            // Not one of ours: an error inside the server, which it does not explain.
        }

        return new LiveException(new LiveProblem(Failed, 500, "The server could not do it.", exception.Message), exception);
    }
}
