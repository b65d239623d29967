using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;

namespace Annotate.Journals;

/// <summary>The ordered, durable entries of one grain, and the only way in which a grain persists anything (DESIGN, section 6).</summary>
/// <remarks>
/// <para>Entries are numbered 1, 2, 3… What is appended in one synchronous step becomes durable together or not at all. While a write is
/// in flight, entries queue and share the next.</para>
/// <para>A journal is used by one thing at a time: opened and called in a grain, or on another scheduler that runs one task at a time
/// (<see cref="ConcurrentExclusiveSchedulerPair.ExclusiveScheduler"/>). It has no locks; called elsewhere it throws.</para>
/// <para>When a write fails or is in doubt, the journal takes and confirms no more, and <see cref="Failure"/> completes: the grain must
/// deactivate, and with it goes the state that was never durable.</para>
/// </remarks>
public sealed class Journal
{
    readonly RecordStore _store;
    readonly JournalLimits _limits;
    readonly IReplay _replay;
    readonly ILogger _logger;
    readonly TaskScheduler _scheduler = TaskScheduler.Current;
    readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TailRing _ring;
    readonly History _history;
    readonly SegmentBuffer _queue;
    readonly List<Run> _tail;
    long _tailBytes;
    Mark _durable;
    long _cut;
    Settlement _inFlight = new();
    Settlement _queued = new();
    JournalFailedException? _failed;
    Task _writing = Task.CompletedTask;
    Task _folding = Task.CompletedTask;
    bool _isClosed;

    Journal(RecordStore store, IReplay replay, JournalLimits limits, ILogger logger, LoadedJournal loaded)
    {
        (_store, _replay, _limits, _logger, _ring, _tail) = (store, replay, limits, logger, loaded.Ring, loaded.Tail);
        _history = new(store, limits, loaded);
        _queue = new(limits);
        _tailBytes = _tail.Sum(segment => (long)segment.Body.Length);
        _durable = _tail.Count > 0 ? _tail[^1].After : loaded.Head.Folded;
        Version = _cut = _durable.Version;
    }

    /// <summary>The number of the last entry appended, durable or not; 0 when there is none.</summary>
    public long Version { get; private set; }

    /// <summary>The number of the last entry that is durable; 0 when there is none.</summary>
    public long DurableVersion => _durable.Version;

    /// <summary>
    /// Called with the first and last version of each segment right after it became durable, in order, before any task of
    /// <see cref="WhenDurableAsync()"/> for it completes. An exception from it fails the journal.
    /// </summary>
    public Action<long, long>? Committed { get; set; }

    /// <summary>Completes, with the reason as its result, when the journal has failed: the grain deactivates.</summary>
    public Task<Exception> Failure => _failure.Task;

    /// <summary>Reads a journal and rebuilds its state. Writes nothing.</summary>
    /// <param name="storage">Any Orleans storage that compares ETags; it must store <see cref="JournalRecord"/>.</param>
    /// <param name="grain">Whose journal it is.</param>
    /// <param name="name">The prefix of the records' names: the grain's kind, such as "thread". Letters, digits, hyphens.</param>
    /// <param name="replay">The state, holding nothing yet.</param>
    /// <param name="limits">Other bounds than <see cref="JournalLimits.Default"/>.</param>
    /// <param name="logger">Told of states too large for a snapshot.</param>
    /// <exception cref="JournalDamagedException">A record is missing or garbled, or an entry cannot be decoded.</exception>
    /// <exception cref="JournalFailedException">Another activation is at work on this journal, and did not pause.</exception>
    public static async Task<Journal> OpenAsync(
        IGrainStorage storage, GrainId grain, string name, IReplay replay, JournalLimits? limits = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var isPlain = name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        if (!isPlain) throw new ArgumentException($"'{name}' cannot name a journal", nameof(name));
        if (TaskScheduler.Current == TaskScheduler.Default) throw OffScheduler();
        limits = (limits ?? JournalLimits.Default).Checked();
        var store = new RecordStore(storage, grain, name);
        var loaded = await new JournalLoading(store, limits).LoadAsync();
        Replay(store, loaded, replay);
        return new(store, replay, limits, logger ?? NullLogger.Instance, loaded);
    }

    /// <summary>True when <see cref="Append"/> would take this many more entries of so many bytes together.</summary>
    public bool HasRoomFor(int entries, long bytes) => _queue.HasRoomFor(entries, bytes);

    /// <summary>
    /// Numbers an entry and queues it to be written; the caller applies it to its state in the same synchronous step. The bytes are copied.
    /// </summary>
    /// <returns>The entry's version.</returns>
    /// <exception cref="ArgumentException">The entry is larger than <see cref="JournalLimits.EntryBytesMax"/>.</exception>
    /// <exception cref="JournalBusyException">Too much is queued. Nothing was recorded.</exception>
    /// <exception cref="JournalFailedException">The journal has failed or was closed. Nothing was recorded.</exception>
    public long Append(ReadOnlyMemory<byte> entry)
    {
        if (TaskScheduler.Current != _scheduler) throw OffScheduler();
        if (_failed is not null) throw _failed;
        if (_isClosed) throw new JournalFailedException($"{_store} is closed");
        if (entry.Length > _limits.EntryBytesMax)
        {
            throw new ArgumentException($"an entry has {entry.Length} bytes; at most {_limits.EntryBytesMax} are taken", nameof(entry));
        }

        if (!HasRoomFor(1, entry.Length)) throw new JournalBusyException($"{_store}: {_queue.Count} entries wait already");
        _queue.Add(entry.Span);
        if (_writing.IsCompleted) _writing = WriteAsync();
        return ++Version;
    }

    /// <summary>Completes when everything appended so far is durable; faults with <see cref="JournalFailedException"/> when that failed.</summary>
    /// <remarks>A read waits for this, too. After a failure it faults even if all is durable: another activation may be ahead of this one.</remarks>
    public Task WhenDurableAsync() => _failed is null ? WhenDurableAsync(Version) : Task.FromException(_failed);

    /// <summary>Completes when the entry of this version is durable; faults with <see cref="JournalFailedException"/> when that failed.</summary>
    public Task WhenDurableAsync(long version)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, Version);
        if (version <= DurableVersion) return Task.CompletedTask;
        if (_failed is not null) return Task.FromException(_failed);
        return (version <= _cut ? _inFlight : _queued).Task;
    }

    /// <summary>Reads the history, durable entries only, from the one after this version.</summary>
    /// <param name="after">The last version the reader has; 0 for the beginning.</param>
    /// <param name="countMax">No more entries than this.</param>
    /// <param name="bytesMax">No more bytes than this, but at least one entry where there is one.</param>
    /// <returns>Entries in order without a gap; none when the reader has all.</returns>
    /// <exception cref="JournalDamagedException">A chunk is missing or garbled.</exception>
    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(long after, int countMax, int bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        var page = new Page(after, countMax, bytesMax);
        while (!page.IsFull && page.Next <= DurableVersion)
        {
            // A fold may move the tail into a chunk during any wait, so each round looks anew.
            page.Take(page.Next <= _history.Head.Folded.Version
                ? await _history.ReadChunkOfAsync(page.Next)
                : _tail.Find(segment => page.Next <= segment.After.Version)!);
        }

        return page.Entries;
    }

    /// <summary>Takes no more entries, and completes when what was appended is durable or has failed (see <see cref="Failure"/>).</summary>
    public async Task CloseAsync()
    {
        _isClosed = true;
        await _writing;
        await _folding;
    }

    static void Replay(RecordStore store, LoadedJournal loaded, IReplay replay)
    {
        if (loaded.Snapshot is { } snapshot && !replay.TryRestore(snapshot.State))
        {
            throw new JournalDamagedException($"{store}: the snapshot of version {snapshot.At.Version} cannot be decoded");
        }

        foreach (var run in loaded.Chunks.Concat(loaded.Tail))
        {
            var body = run.Body;
            for (var version = run.Before.Version + 1; version <= run.After.Version; version++)
            {
                if (replay.TryApply(version, Entries.Take(ref body))) continue;
                throw new JournalDamagedException($"{store}: the entry of version {version} cannot be decoded");
            }
        }
    }

    async Task WriteAsync()
    {
        // Lets the step that appended end first: all its entries, and what they did to the state, belong to one segment.
        await Task.Yield();
        try
        {
            while (_queue.Count > 0 && _failed is null) await WriteSegmentAsync();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    async Task WriteSegmentAsync()
    {
        if (_tail.Count == JournalLimits.TailSlots) await MakeRoomAsync();
        var (record, segment) = TailRecord.Write(_durable, _queue.Count, _queue.Bytes, _store.Seed);
        _queue.Clear();
        (_inFlight, _queued, _cut) = (_queued, new(), Version);
        var isFoldDue = _folding.IsCompleted && IsFoldDueWith(segment);
        // The queue was taken whole, so the state is now exactly the one after this segment. It will not be later.
        var state = isFoldDue ? EncodeStateIfDue(segment) : null;

        await _ring.WriteAsync(record, segment.After.Segment);
        // A fold that failed meanwhile has told everybody; what comes back from the disk now is for the next activation.
        if (_failed is not null) throw _failed;
        _tail.Add(segment);
        _tailBytes += segment.Body.Length;
        _durable = segment.After;
        Committed?.Invoke(segment.Before.Version + 1, segment.After.Version);
        _inFlight.Complete();
        // Beside the writes that follow: a fold is two or three writes in a row, which nobody's edit should have to wait for.
        if (isFoldDue) _folding = FoldAsync(state);
    }

    bool IsFoldDueWith(Run segment) =>
        _tail.Count + 1 >= _limits.FoldSegmentsMin || _tailBytes + segment.Body.Length >= _limits.FoldBytesMin;

    // The slot that comes next still holds a segment that is in no chunk.
    async Task MakeRoomAsync()
    {
        if (_folding.IsCompleted) _folding = FoldAsync(state: null);
        await _folding;
        if (_failed is not null) throw _failed;
    }

    ReadOnlyMemory<byte>? EncodeStateIfDue(Run segment)
    {
        if (!_history.IsSnapshotDue(_tailBytes + segment.Body.Length)) return null;
        var state = new ArrayBufferWriter<byte>();
        _replay.WriteSnapshot(state);
        if (state.WrittenCount <= _limits.SnapshotBytesMax) return state.WrittenMemory;
        _logger.LogWarning("{Journal}: a snapshot would have {Bytes} bytes and is not written", _store, state.WrittenCount);
        _history.SkipSnapshot(state.WrittenCount);
        return null;
    }

    // Never throws: a fold that fails, fails the journal.
    async Task FoldAsync(ReadOnlyMemory<byte>? state)
    {
        try
        {
            var folded = _tail.ToArray();
            await _history.FoldAsync(folded, state);
            _tail.RemoveRange(0, folded.Length);
            foreach (var segment in folded) _tailBytes -= segment.Body.Length;
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    void Fail(Exception exception)
    {
        if (_failed is not null) return;
        _failed = new JournalFailedException($"{_store}: a write failed or is in doubt: {exception.Message}", exception);
        _inFlight.Fail(_failed);
        _queued.Fail(_failed);
        _failure.SetResult(exception);
    }

    static InvalidOperationException OffScheduler() =>
        new("A journal is used inside its grain, or on a scheduler that runs one task at a time, and only on the one it was opened on.");

    /// <summary>The outcome that all waiters of one segment share; costs nothing while nobody waits.</summary>
    sealed class Settlement
    {
        TaskCompletionSource? _source;

        public Task Task => (_source ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Complete() => _source?.TrySetResult();

        public void Fail(Exception exception) => _source?.TrySetException(exception);
    }
}
