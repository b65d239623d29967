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
    readonly string _path;
    // Monitor, not Lock: the writing thread waits on it.
    readonly object _gate = new();
    readonly SqliteWriter _writer;
    readonly Thread _thread;
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentBag<SqliteReader> _idleReaders = [];
    readonly SemaphoreSlim _freeReaders = new(Limits.StorageReadersMax);

    List<QueuedWrite> _queue = [];
    List<QueuedWrite> _batch = [];
    long _queuedBytes;
    bool _isClosed;
    bool _areReadersGone;
    Task? _closing;
    bool _isWriterWaiting;
    int _lastBatch;
    TaskCompletionSource? _room;

    SqliteStore(string path, SqliteWriter writer)
    {
        _path = path;
        _writer = writer;
        _thread = new Thread(WriteUntilClosed) { IsBackground = true, Name = "annotate-storage" };
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
        store._thread.Start();
        return store;
    }

    /// <summary>How many writes wait for the storage thread.</summary>
    public int Queued
    {
        get
        {
            lock (_gate) return _queue.Count;
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
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!HasRoom)
            {
                untilRoom = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return false;
            }

            _queue.Add(write);
            _queuedBytes += write.Bytes;
            if (_isWriterWaiting) Monitor.Pulse(_gate);
            return true;
        }
    }

    // What comes is let in whole: a large record that had to wait for a queue with room for it would wait for ever beside many small ones.
    bool HasRoom => _queue.Count < Limits.StorageQueueRecordsMax && _queuedBytes < Limits.StorageQueueBytesMax;

    void WriteUntilClosed()
    {
        try
        {
            while (TakeBatch())
            {
                _writer.WriteBatch(_batch);
                _batch.Clear();
            }

            AwaitReadersEnd();
            _writer.Close();
            _ended.SetResult();
        }
        catch (Exception unexpected)
        {
            // Whatever it was, whoever waits must hear of it: those queued now, those to come, and the one who closes.
            FailQueued(unexpected);
            _ended.SetException(unexpected);
        }
    }

    // False when the store is closed and everything that was queued before is written.
    bool TakeBatch()
    {
        TaskCompletionSource? made;
        lock (_gate)
        {
            while (_queue.Count == 0 && !_isClosed)
            {
                _isWriterWaiting = true;
                Monitor.Wait(_gate);
            }

            _isWriterWaiting = false;
            for (var waits = 0; waits < Limits.StorageGatherWaitsMax && MayGather; waits++) Monitor.Wait(_gate, 1);
            _lastBatch = _queue.Count;
            (_queue, _batch) = (_batch, _queue);
            _queuedBytes = 0;
            (made, _room) = (_room, null);
        }

        made?.SetResult();
        return _batch.Count > 0;
    }

    // The connection that closes last moves the log into the file, and only if no other has it open. Two that close at the same moment each find
    // the other one there, and the newest writes stay in the log.
    void AwaitReadersEnd()
    {
        lock (_gate)
        {
            while (!_areReadersGone) Monitor.Wait(_gate);
        }
    }

    // Work that waits for a thread may bring more writes; if none does, this is over in a few milliseconds.
    bool MayGather =>
        _lastBatch >= Limits.StorageGatherWritesMin && _queue.Count < Limits.StorageGatherWritesMax && HasRoom && !_isClosed
        && ThreadPool.PendingWorkItemCount > 0;

    void FailQueued(Exception why)
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var write in _batch.Concat(_queue)) write.TrySetException(why);
            _queue.Clear();
            _room?.TrySetResult();
        }
    }

    /// <summary>Reads on a thread of the pool, never on the caller's. Sees every write whose task has ended.</summary>
    public Task<T> Read<T>(Func<SqliteTables, T> read) => Task.Run(async () =>
    {
        await _freeReaders.WaitAsync().ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), this);
            if (!_idleReaders.TryTake(out var reader)) reader = SqliteReader.Open(_path);
            try
            {
                return read(reader.Tables);
            }
            finally
            {
                _idleReaders.Add(reader);
            }
        }
        finally
        {
            _freeReaders.Release();
        }
    });

    /// <summary>
    /// Takes no more writes, writes those it took, waits for the reads under way, moves the log into the file and closes it: a copy of the file
    /// alone then holds everything. Whoever calls it again waits for the same.
    /// </summary>
    /// <exception cref="SqliteException">The log could not be moved; it is kept, and read at the next start.</exception>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
            return new ValueTask(_closing ??= CloseAsync());
        }
    }

    async Task CloseAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        for (var reader = 0; reader < Limits.StorageReadersMax; reader++) await _freeReaders.WaitAsync().ConfigureAwait(false);
        while (_idleReaders.TryTake(out var idle)) idle.Dispose();
        _freeReaders.Release(Limits.StorageReadersMax);
        lock (_gate)
        {
            _areReadersGone = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task.ConfigureAwait(false);
    }
}
