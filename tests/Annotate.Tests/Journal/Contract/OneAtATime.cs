using System.Collections.Concurrent;

namespace Annotate.Tests.Journals;

/// <summary>Runs a test as a grain runs its turns: asynchronous, but never two things at once.</summary>
/// <remarks>
/// One thread of its own takes turn after turn. An exclusive scheduler over the thread pool does the same, but on a busy machine each of a
/// test's many turns then waits for a thread to wake up.
/// </remarks>
public sealed class OneAtATime : TaskScheduler
{
    const int TestSecondsMax = 120;

    readonly BlockingCollection<Task> _turns = [];
    readonly Thread _thread;
    readonly Task _test;

    OneAtATime(Func<Task> test)
    {
        _test = Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();
        // Wakes the thread for the last time.
        _test.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, this);
        _thread = new(TakeTurns) { IsBackground = true };
    }

    public static Task RunAsync(Func<Task> test)
    {
        var turns = new OneAtATime(test);
        turns._thread.Start();
        return turns._test.WaitAsync(TimeSpan.FromSeconds(TestSecondsMax));
    }

    protected override void QueueTask(Task task) => _turns.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        Thread.CurrentThread == _thread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _turns;

    void TakeTurns()
    {
        while (!_test.IsCompleted) TryExecuteTask(_turns.Take());
    }
}
