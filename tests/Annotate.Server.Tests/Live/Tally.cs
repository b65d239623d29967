namespace Annotate.Server.Tests.Live;

/// <summary>Counts what happens; whoever happens to reach a number that was asked for does what was asked, right then.</summary>
sealed class Tally
{
    readonly Lock _lock = new();
    long _count;
    long _at = long.MaxValue;
    Action _then = () => { };
    TaskCompletionSource _reached = new();

    public long Count => Volatile.Read(ref _count);

    public void Add()
    {
        lock (_lock)
        {
            if (++_count != _at) return;
            _at = long.MaxValue;
        }

        _then();
        _reached.SetResult();
    }

    /// <summary>Completed when so many more were counted and <paramref name="then"/> is done.</summary>
    public Task AfterAsync(int more, Action then)
    {
        lock (_lock)
        {
            _then = then;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _at = _count + more;
            return _reached.Task;
        }
    }
}
