using Orleans.Serialization.Invocation;

namespace Annotate.Server.Hosting;

/// <summary>
/// Calls a grain again when the call met a server that has just gone: the grain is opened elsewhere in a moment, and whoever asked need
/// not know. Every call to a grain of ours may be made twice: commands carry an id, edits and deliveries that are there already are left
/// out, and all else only asks (G11).
/// </summary>
sealed class PassingFailures(TimeProvider clock, IHostApplicationLifetime lifetime) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.TargetId.IsSystemTarget() || context.TargetId.IsClient() ? context.Invoke() : InvokeAsync(context);

    async Task InvokeAsync(IOutgoingGrainCallContext context)
    {
        var arguments = ArgumentsOf(context.Request);
        var began = clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException) when (MayPass(began) && IsIntact(context.Request, arguments))
            {
                await Task.Delay(WaitBefore(tries), clock);
            }
        }
    }

    // A server that stops itself finds its own grains no more.
    bool MayPass(long began) =>
        !lifetime.ApplicationStopping.IsCancellationRequested && clock.GetElapsedTime(began).TotalMilliseconds < Limits.PassingFailureMilliseconds;

    static TimeSpan WaitBefore(int tries) =>
        TimeSpan.FromMilliseconds(Math.Min(Limits.CallAgainMillisecondsMax, Limits.CallAgainMilliseconds << Math.Min(tries, 10)));

    static object?[] ArgumentsOf(IInvokable request)
    {
        var count = request.GetArgumentCount();
        if (count == 0) return [];
        var arguments = new object?[count];
        for (var i = 0; i < count; i++) arguments[i] = request.GetArgument(i);
        return arguments;
    }

    // A call that was run in this process has lost its arguments by now: what failed then was one that the grain made, and tried again itself.
    static bool IsIntact(IInvokable request, object?[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
            if (!Equals(request.GetArgument(i), arguments[i])) return false;
        return true;
    }
}
