namespace Annotate.Server.Http;

/// <summary>What the log says of a failure inside that was answered with a problem: a line, since the problem says the rest.</summary>
static partial class FaultLog
{
    /// <param name="where">What was asked for.</param>
    public static void Fault(this ILogger logger, Problem problem, string where, Exception failure)
    {
        var reason = FaultProblems.Reason(failure);
        // Each its own line: lines that are alike are folded into one.
        if (problem == Problem.Damaged) Damaged(logger, where, reason);
        else if (problem == Problem.StorageFull) Full(logger, where, reason);
        else Away(logger, problem.Code, where, reason);
    }

    [LoggerMessage(LogLevel.Error, "Damaged, {Where}: {Reason} All that is damaged is named by 'annotate verify'")]
    static partial void Damaged(ILogger logger, string where, string reason);

    [LoggerMessage(LogLevel.Error, "The storage is full, {Where}: {Reason} Make room; it goes on by itself")]
    static partial void Full(ILogger logger, string where, string reason);

    [LoggerMessage(LogLevel.Warning, "{Code}, {Where}: {Reason}")]
    static partial void Away(ILogger logger, string code, string where, string reason);
}
