using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Annotate.Server.Storage;

/// <summary>
/// The storage file, open: one thread that writes, a few connections that read. The writing thread takes everything that is queued, makes it
/// one transaction, and tells all outcomes after the commit; while that one goes to disk the next batch gathers. Under load a commit so serves
/// hundreds of writes, and without load a write waits for nothing. A commit costs as much as dozens of writes (decision 4 has figures): when
/// the processor is what there is too little of, those who are about to write go first.
/// </summary>
sealed class SqliteStore : IAsyncDisposable
{
    readonly string path;
    // Monitor, not Lock: the writing thread waits on it.
    readonly object gate = new();
    readonly SqliteWriter writer;
    readonly Thread thread;
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentBag<SqliteReader> idleReaders = [];
    readonly SemaphoreSlim freeReaders = new(Limits.StorageReadersMax);

    List<QueuedWrite> queue = [];
    List<QueuedWrite> batch = [];
    long queuedBytes;
    bool isClosed;
    bool areReadersGone;
    Task? closing;
    bool isWriterWaiting;
    int lastBatch;
    TaskCompletionSource? room;

    SqliteStore(string path, SqliteWriter writer)
    {
        this.path = path;
        this.writer = writer;
        thread = new Thread(WriteUntilClosed) { IsBackground = true, Name = "annotate-storage" };
    }

    /// <summary>Opens the file, creates it where it is missing, closes it to other accounts, and starts writing to it.</summary>
    /// <exception cref="SqliteException">It cannot be opened, is damaged, or cannot be written.</exception>
    public static SqliteStore Open(string path)
    {
        var full = Path.GetFullPath(path);
        OwnerOnly.MakeFolder(Path.GetDirectoryName(full)!);
        // SQLite gives its log the mode of the file; a log that is there already keeps the one it has.
        OwnerOnly.Ensure(full);
        foreach (var beside in (string[])["-wal", "-shm"]) OwnerOnly.CloseToOthers(full + beside);
        var store = new SqliteStore(full, SqliteWriter.Open(full));
        store.thread.Start();
        return store;
    }

    /// <summary>How many writes wait for the storage thread.</summary>
    public int Queued
    {
        get
        {
            lock (gate) return queue.Count;
        }
    }

    /// <summary>Queues a write. The task ends when it is durable, or fails with what went wrong.</summary>
    public Task Write(QueuedWrite write) => TryQueue(write, out var untilRoom) ? write.Task : WriteWhenThereIsRoom(write, untilRoom);

    // The callers that wait here hold their own bytes, as they did before they called: nothing of ours grows with them.
    async Task WriteWhenThereIsRoom(QueuedWrite write, Task untilRoom)
    {
        await untilRoom.ConfigureAwait(false);
        while (!TryQueue(write, out untilRoom)) await untilRoom.ConfigureAwait(false);
        await write.Task.ConfigureAwait(false);
    }

    bool TryQueue(QueuedWrite write, out Task untilRoom)
    {
        untilRoom = Task.CompletedTask;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            if (!HasRoom)
            {
                untilRoom = (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return false;
            }

            queue.Add(write);
            queuedBytes += write.Bytes;
            if (isWriterWaiting) Monitor.Pulse(gate);
            return true;
        }
    }

    // What comes is let in whole: a large record that had to wait for a queue with room for it would wait for ever beside many small ones.
    bool HasRoom => queue.Count < Limits.StorageQueueRecordsMax && queuedBytes < Limits.StorageQueueBytesMax;

    void WriteUntilClosed()
    {
        try
        {
            while (TakeBatch())
            {
                writer.WriteBatch(batch);
                batch.Clear();
            }

            AwaitReadersEnd();
            writer.Close();
            ended.SetResult();
        }
        catch (Exception unexpected)
        {
            // Whatever it was, whoever waits must hear of it: those queued now, those to come, and the one who closes.
            FailQueued(unexpected);
            ended.SetException(unexpected);
        }
    }

    // False when the store is closed and everything that was queued before is written.
    bool TakeBatch()
    {
        TaskCompletionSource? made;
        lock (gate)
        {
            while (queue.Count == 0 && !isClosed)
            {
                isWriterWaiting = true;
                Monitor.Wait(gate);
            }

            isWriterWaiting = false;
            for (var waits = 0; waits < Limits.StorageGatherWaitsMax && MayGather; waits++) Monitor.Wait(gate, 1);
            lastBatch = queue.Count;
            (queue, batch) = (batch, queue);
            queuedBytes = 0;
            (made, room) = (room, null);
        }

        made?.SetResult();
        return batch.Count > 0;
    }

    // The connection that closes last moves the log into the file, and only if no other has it open. Two that close at the same moment each find
    // the other one there, and the newest writes stay in the log.
    void AwaitReadersEnd()
    {
        lock (gate)
        {
            while (!areReadersGone) Monitor.Wait(gate);
        }
    }

    // Work that waits for a thread may bring more writes; if none does, this is over in a few milliseconds.
    bool MayGather =>
        lastBatch >= Limits.StorageGatherWritesMin && queue.Count < Limits.StorageGatherWritesMax && HasRoom && !isClosed
        && ThreadPool.PendingWorkItemCount > 0;

    void FailQueued(Exception why)
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var write in batch.Concat(queue)) write.TrySetException(why);
            queue.Clear();
            room?.TrySetResult();
        }
    }

    /// <summary>Reads on a thread of the pool, never on the caller's. Sees every write whose task has ended.</summary>
    public Task<T> Read<T>(Func<SqliteTables, T> read) => Task.Run(async () =>
    {
        await freeReaders.WaitAsync().ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref isClosed), this);
            if (!idleReaders.TryTake(out var reader)) reader = SqliteReader.Open(path);
            try
            {
                return read(reader.Tables);
            }
            finally
            {
                idleReaders.Add(reader);
            }
        }
        finally
        {
            freeReaders.Release();
        }
    });

    /// <summary>
    /// Takes no more writes, writes those it took, waits for the reads under way, moves the log into the file and closes it: a copy of the file
    /// alone then holds everything. Whoever calls it again waits for the same.
    /// </summary>
    /// <exception cref="SqliteException">The log could not be moved; it is kept, and read at the next start.</exception>
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.Pulse(gate);
            return new ValueTask(closing ??= CloseAsync());
        }
    }

    async Task CloseAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        for (var reader = 0; reader < Limits.StorageReadersMax; reader++) await freeReaders.WaitAsync().ConfigureAwait(false);
        while (idleReaders.TryTake(out var idle)) idle.Dispose();
        freeReaders.Release(Limits.StorageReadersMax);
        lock (gate)
        {
            areReadersGone = true;
            Monitor.Pulse(gate);
        }

        await ended.Task.ConfigureAwait(false);
    }
}
