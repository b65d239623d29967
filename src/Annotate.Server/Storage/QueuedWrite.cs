namespace Annotate.Server.Storage;

/// <summary>
/// One change that waits for the storage thread, and the promise of its outcome. Its continuations never run on the storage thread, which
/// has the next batch to write.
/// </summary>
abstract class QueuedWrite(int bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What it adds to the queue's bound in bytes.</summary>
    public int Bytes { get; } = bytes;

    /// <summary>Makes the change, inside the transaction of its batch. An exception fails the whole batch; a conflict is only remembered.</summary>
    public abstract void Apply(SqliteTables tables);

    /// <summary>Tells the outcome, once the batch is durable.</summary>
    public abstract void Complete();
}
