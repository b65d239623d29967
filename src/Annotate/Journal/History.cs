using Orleans.Storage;

namespace Annotate.Journals;

/// <summary>The folded part of a journal: its chunks, its snapshot, and the head that names them.</summary>
sealed class History
{
    readonly RecordStore _store;
    readonly JournalLimits _limits;

    // The version before each chunk that was met so far. It makes finding a version cheaper with every search.
    readonly Dictionary<long, long> _starts = [];
    string? _headETag;
    string? _snapshotETag;
    long _snapshotBytes;
    long _weightBytes;

    public History(RecordStore store, JournalLimits limits, LoadedJournal loaded)
    {
        (_store, _limits, Head, _headETag, _snapshotETag) = (store, limits, loaded.Head, loaded.HeadETag, loaded.SnapshotETag);
        _snapshotBytes = loaded.Snapshot?.State.Length ?? 0;
        _weightBytes = loaded.Chunks.Sum(chunk => Weight(chunk.Body.Length));
        var first = loaded.Snapshot?.Chunks ?? 0;
        for (var i = 0; i < loaded.Chunks.Count; i++) _starts[first + i] = loaded.Chunks[i].Before.Version;
    }

    public HeadRecord Head { get; private set; }

    /// <summary>True when, with this fold, the entries since the last snapshot outweigh it: then the cost per entry stays constant.</summary>
    public bool IsSnapshotDue(long foldBytes) =>
        _weightBytes + Weight(foldBytes) >= Math.Max(_snapshotBytes, _limits.SnapshotWeightBytesMin);

    /// <summary>Notes a state too large to be stored, so that it is encoded again only when as much has been appended once more.</summary>
    public void SkipSnapshot(long bytes) => (_snapshotBytes, _weightBytes) = (bytes, 0);

    /// <summary>Turns the whole tail into chunks, stores the state after it if given, and moves the head. Throws when stale or in doubt.</summary>
    public async Task FoldAsync(Run[] tail, ReadOnlyMemory<byte>? state)
    {
        var chunks = Head.Chunks;
        for (var folded = 0; folded < tail.Length; chunks++)
        {
            var chunk = await StoreChunkAsync(chunks, tail, folded);
            folded += (int)(chunk.After.Segment - chunk.Before.Segment);
            _starts[chunks] = chunk.Before.Version;
            _weightBytes += Weight(chunk.Body.Length);
        }

        var at = tail[^1].After;
        var (old, oldETag) = (Head.Snapshot, _snapshotETag);
        if (state is { } body) await StoreSnapshotAsync(chunks, at, body);
        var head = new HeadRecord(state is null ? old : at.Segment, chunks, at);
        _headETag = await _store.WriteAsync(_store.Head, head.Write(_store.Seed), _headETag);
        Head = head;
        // Only now: until the head has moved, the old snapshot is the one that loading needs.
        if (old != 0 && head.Snapshot != old) await _store.ClearAsync(_store.Snapshot(old), oldETag);
    }

    /// <summary>Reads the chunk that holds a version, which must be folded already.</summary>
    public async Task<Run> ReadChunkOfAsync(long version)
    {
        var (low, high) = (0L, Head.Chunks - 1);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (await StartOfAsync(middle) < version) low = middle;
            else high = middle - 1;
        }

        var chunk = await JournalLoading.ReadChunkAsync(_store, low);
        return chunk.Before.Version < version && version <= chunk.After.Version
            ? chunk
            : throw new JournalDamagedException($"{_store}: {_store.Chunk(low)} does not hold version {version}");
    }

    async ValueTask<long> StartOfAsync(long chunk) =>
        _starts.TryGetValue(chunk, out var start)
            ? start
            : _starts[chunk] = (await JournalLoading.ReadChunkAsync(_store, chunk)).Before.Version;

    async Task<Run> StoreChunkAsync(long chunk, Run[] tail, int from)
    {
        var segments = new ArraySegment<Run>(tail, from, CountOfChunk(tail, from));
        var (record, run) = ChunkRecord.Write(chunk, segments, _store.Seed);
        try
        {
            await _store.WriteAsync(_store.Chunk(chunk), record, etag: null);
            return run;
        }
        catch (InconsistentStateException)
        {
            return await AdoptChunkAsync(chunk, tail, from);
        }
    }

    // A crash after the chunk and before the head leaves a chunk that no head counts. It was made of durable segments, so it holds what
    // this one would hold, perhaps less; the chain proves it. It is never overwritten: a stale activation may just have counted on it.
    async Task<Run> AdoptChunkAsync(long chunk, Run[] tail, int from)
    {
        var found = await JournalLoading.ReadChunkAsync(_store, chunk);
        if (found.After.Segment > tail[^1].After.Segment)
        {
            throw new JournalFailedException($"{_store}: {_store.Chunk(chunk)} reaches further than this activation knows");
        }

        return found.Before == tail[from].Before && Array.Exists(tail, segment => segment.After == found.After)
            ? found
            : throw new JournalDamagedException($"{_store}: {_store.Chunk(chunk)} holds something else than the tail");
    }

    async Task StoreSnapshotAsync(long chunks, Mark at, ReadOnlyMemory<byte> state)
    {
        var name = _store.Snapshot(at.Segment);
        try
        {
            _snapshotETag = await _store.WriteAsync(name, SnapshotRecord.Write(chunks, at, state.Span, _store.Seed), etag: null);
        }
        catch (InconsistentStateException)
        {
            var stored = await _store.ReadAsync(name);
            // Cleared already; some storages keep an empty record then.
            if (stored.Bytes is null or []) throw new JournalFailedException($"{_store}: {name} is already outdated");
            var found = SnapshotRecord.TryRead(stored.Bytes, _store.Seed);
            if (found?.At != at || found.Chunks != chunks) throw new JournalDamagedException($"{_store}: {name} is of another state");
            _snapshotETag = stored.ETag;
        }

        (_snapshotBytes, _weightBytes) = (state.Length, 0);
    }

    int CountOfChunk(Run[] tail, int from)
    {
        var (count, bytes) = (0, 0L);
        foreach (var segment in tail.AsSpan(from))
        {
            bytes += segment.Body.Length;
            if (count > 0 && bytes > _limits.ChunkBytesMax) break;
            count++;
        }

        return count;
    }

    long Weight(long bytes) => Math.Max(bytes, _limits.ChunkWeightBytesMin);
}
