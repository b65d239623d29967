using System.IO.Hashing;
using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

public enum OperationKind
{
    Read,
    Write,
    Clear,
}

/// <summary>One call of a storage: the first is number 1.</summary>
public sealed record Operation(int Number, OperationKind Kind, string Record);

/// <summary>What a storage that fails on purpose throws.</summary>
public sealed class StorageStoppedException(Operation operation) : Exception($"stopped at {operation}");

/// <summary>
/// One activation's way to a storage, in which anything can happen before and after each operation: it may fail (after it: a lost
/// acknowledgement), hang, or let others act in between.
/// </summary>
public sealed class FaultyStorage(IGrainStorage inner) : IGrainStorage
{
    public Func<Operation, Task>? Before { get; set; }

    public Func<Operation, Task>? After { get; set; }

    public List<Operation> Operations { get; } = [];

    public long BytesWritten { get; private set; }

    /// <summary>The arrays given to the storage, each with the hash of what was in it then.</summary>
    public List<(byte[] Bytes, ulong Hash)> Given { get; } = [];

    public int Writes => Operations.Count(operation => operation.Kind != OperationKind.Read);

    /// <summary>From this operation on nothing works any more; "after" lets the operation itself take effect, unacknowledged.</summary>
    public void StopAt(int number, bool after)
    {
        Before = operation => IsOver(operation.Number, number, after) ? throw new StorageStoppedException(operation) : Task.CompletedTask;
        After = operation => operation.Number >= number ? throw new StorageStoppedException(operation) : Task.CompletedTask;
    }

    /// <summary>Fails the next write, and only that, before or after it takes effect.</summary>
    public void FailNextWrite(bool after)
    {
        var failed = false;
        Task Fail(Operation operation)
        {
            if (failed || operation.Kind != OperationKind.Write) return Task.CompletedTask;
            failed = true;
            throw new StorageStoppedException(operation);
        }

        if (after) After = Fail;
        else Before = Fail;
    }

    /// <summary>
    /// Lets the next write (of a record with this in its name) wait, before it takes effect, until the gate is opened; tells when it has
    /// arrived there.
    /// </summary>
    public (Task Arrived, TaskCompletionSource Gate) HoldNextWrite(string record = "")
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Before = operation =>
        {
            var isMeant = operation.Kind == OperationKind.Write && operation.Record.Contains(record, StringComparison.Ordinal);
            if (!isMeant || !arrived.TrySetResult()) return Task.CompletedTask;
            return gate.Task;
        };
        return (arrived.Task, gate);
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(OperationKind.Read, stateName, () => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var given = ((JournalRecord)(object)grainState.State!).Bytes;
        BytesWritten += given.Length;
        Given.Add((given, XxHash3.HashToUInt64(given)));
        return RunAsync(OperationKind.Write, stateName, () => WriteLentAsync(stateName, grainId, (IGrainState<JournalRecord>)grainState));
    }

    // The storage gets a copy that is overwritten when it has said that the record is written: it has no business there any more.
    async Task WriteLentAsync(string stateName, GrainId grainId, IGrainState<JournalRecord> state)
    {
        var lent = new GrainState<JournalRecord>(new() { Bytes = [.. state.State!.Bytes] }, state.ETag) { RecordExists = state.RecordExists };
        await inner.WriteStateAsync(stateName, grainId, lent);
        lent.State!.Bytes.AsSpan().Fill(LentBytes.Poison);
        (state.ETag, state.RecordExists) = (lent.ETag, lent.RecordExists);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(OperationKind.Clear, stateName, () => inner.ClearStateAsync(stateName, grainId, grainState));

    static bool IsOver(int number, int stop, bool after) => after ? number > stop : number >= stop;

    async Task RunAsync(OperationKind kind, string record, Func<Task> run)
    {
        var operation = new Operation(Operations.Count + 1, kind, record);
        Operations.Add(operation);
        // As a real storage would: whoever calls goes on meanwhile, so that appends and a fold are under way together.
        await Task.Yield();
        if (Before is { } before) await before(operation);
        await run();
        if (After is { } after) await after(operation);
    }
}
