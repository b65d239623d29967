namespace Annotate.Statements;

/// <summary>
/// Reads something that takes long to read: one reading at a time, for all who asked before it began, and at most half of the time, so that
/// neither many who read nor many changes make it more work.
/// </summary>
public sealed class PacedReading<T>(Func<Task<T>> read, TimeProvider clock)
{
    readonly Lock _lock = new();
    Task<T>? _next;
    Task _last = Task.CompletedTask;
    long _ended;
    TimeSpan _took;

    /// <summary>What was there when it was asked, or more. Reading runs where the first who asked for it does.</summary>
    public Task<T> ReadAsync()
    {
        lock (_lock)
        {
            if (_next is { } next) return next;
            _next = next = ReadAfterAsync(_last);
            _last = EndOfAsync(next);
            return next;
        }
    }

    async Task<T> ReadAfterAsync(Task last)
    {
        await last.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_took - clock.GetElapsedTime(_ended) is var rest && rest > TimeSpan.Zero) await Task.Delay(rest, clock);
        lock (_lock) _next = null;
        var began = clock.GetTimestamp();
        try
        {
            return await read();
        }
        finally
        {
            _ended = clock.GetTimestamp();
            _took = clock.GetElapsedTime(began, _ended);
        }
    }

    // Not the reading itself, which would keep what it gave.
    static async Task EndOfAsync(Task reading) => await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
