using Annotate.Statements;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Tests.Statements;

public sealed class PacedReadingTests : IDisposable
{
    static readonly TimeSpan Took = TimeSpan.FromSeconds(1);

    readonly FakeTimeProvider _clock = new();
    readonly List<TaskCompletionSource<int>> _readings = [];
    readonly SemaphoreSlim _begun = new(0);
    readonly PacedReading<int> _paced;

    public PacedReadingTests() => _paced = new(ReadAsync, _clock);

    public void Dispose() => _begun.Dispose();

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_who_ask_while_it_is_read_share_one_reading_after_that_and_after_as_long_a_rest()
    {
        var first = _paced.ReadAsync();
        await _begun.WaitAsync(Cancelled);
        Task<int>[] meanwhile = [.. Enumerable.Range(0, 100).Select(_ => _paced.ReadAsync())];
        _clock.Advance(Took);
        _readings[0].SetResult(1);
        Assert.Equal(1, await first);

        // Whoever asks during the rest has asked before the next began.
        var late = _paced.ReadAsync();
        Assert.False(await _begun.WaitAsync(TimeSpan.Zero, Cancelled));
        await AdvanceUntilBegunAsync();
        Assert.Equal(Took * 2, _clock.GetUtcNow() - _clock.Start);
        _readings[1].SetResult(2);
        Assert.All(await Task.WhenAll([.. meanwhile, late]), read => Assert.Equal(2, read));
        Assert.Equal(2, _readings.Count);
    }

    [Fact]
    public async Task A_reading_that_fails_is_the_failure_of_those_who_asked_for_it_and_of_nobody_after()
    {
        var first = _paced.ReadAsync();
        await _begun.WaitAsync(Cancelled);
        var next = _paced.ReadAsync();
        _readings[0].SetException(new InvalidDataException());
        await Assert.ThrowsAsync<InvalidDataException>(() => first);
        await _begun.WaitAsync(Cancelled);
        _readings[1].SetResult(2);
        Assert.Equal(2, await next);
    }

    Task<int> ReadAsync()
    {
        var reading = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _readings.Add(reading);
        _begun.Release();
        return reading.Task;
    }

    // The rest may begin a moment after the reading before it has ended.
    async Task AdvanceUntilBegunAsync()
    {
        var step = Took / 10;
        var end = _clock.GetUtcNow() + Took;
        while (!await _begun.WaitAsync(TimeSpan.FromMilliseconds(5), Cancelled))
            if (_clock.GetUtcNow() < end) _clock.Advance(step);
    }
}
