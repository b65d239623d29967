using Annotate.Server.Access;
using Annotate.Server.Http;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Server.Live;

/// <summary>
/// What the log says of calls to the hub, in place of SignalR's own words: a refusal is its caller's affair, and whoever is refused on
/// purpose must not fill the disk; a fault is ours.
/// </summary>
sealed partial class HubCallLog(ILogger<LiveHub> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext call, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(call);
        }
        catch (HubException refusal)
        {
            LogRefused(call.HubMethodName, refusal.Message);
            throw;
        }
        catch (OperationCanceledException) when (call.Context.ConnectionAborted.IsCancellationRequested)
        {
            // Whoever called has gone.
            throw;
        }
        catch (Exception failure) when (FaultProblems.Of(failure) is { } problem)
        {
            // Whoever renews the grants has said so already, once.
            if (problem == GrantsUnreachableException.Problem) LogRefused(call.HubMethodName, problem.Code);
            else logger.Fault(problem, call.HubMethodName, failure);
            throw new HubException(problem.Json());
        }
        catch (Exception fault)
        {
            LogFault(fault, call.HubMethodName);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Method} was refused: {Problem}")]
    partial void LogRefused(string method, string problem);

    [LoggerMessage(LogLevel.Error, "{Method} failed")]
    partial void LogFault(Exception fault, string method);
}
