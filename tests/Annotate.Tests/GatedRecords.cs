using System.Collections.Concurrent;
using Annotate.Tests.Journals;
using Orleans.Storage;

namespace Annotate.Tests;

/// <summary>A storage in memory whose writes complete when the test says so, grain by grain.</summary>
sealed class GatedRecords : IGrainStorage
{
    readonly MemoryRecords _records = new(leavesTombstones: false);
    readonly Lock _lock = new();
    readonly ConcurrentDictionary<GrainId, Gate> _gates = [];

    /// <summary>From now on the grain's writes wait, until the gate is opened.</summary>
    public Gate Close(GrainId grain) => _gates[grain] = new Gate();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock) return _records.ReadStateAsync(stateName, grainId, grainState);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fails = _gates.TryGetValue(grainId, out var gate) && await gate.PassAsync();
        if (fails && !gate!.Lands) throw new IOException("The test lets this write fail.");
        lock (_lock) _records.WriteStateAsync(stateName, grainId, grainState).GetAwaiter().GetResult();
        if (fails) throw new IOException("The test lets the answer to this write be lost.");
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock) return _records.ClearStateAsync(stateName, grainId, grainState);
    }
}

/// <summary>Holds the writes of one grain back.</summary>
sealed class Gate
{
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _failures;

    /// <summary>Completes when a write waits at the gate.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Completes when a write was let through.</summary>
    public Task Passed => _passed.Task;

    public void Open() => _open.TrySetResult();

    /// <summary>Whether writes that fail are on disk all the same.</summary>
    public bool Lands { get; private set; }

    /// <summary>Opens, and lets so many writes fail.</summary>
    /// <param name="landing">They are on disk all the same, and only the answer is lost.</param>
    public void Fail(int writes, bool landing = false)
    {
        (_failures, Lands) = (writes, landing);
        Open();
    }

    /// <returns>Whether the write is to fail.</returns>
    internal async Task<bool> PassAsync()
    {
        _reached.TrySetResult();
        await _open.Task;
        if (Interlocked.Decrement(ref _failures) >= 0) return true;
        _passed.TrySetResult();
        return false;
    }
}
