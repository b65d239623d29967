namespace Annotate.Journals;

/// <summary>Everything that opening needs, read from one state of the storage and found to fit together.</summary>
sealed record LoadedJournal(HeadRecord Head, string? HeadETag, TailRing Ring)
{
    public SnapshotRecord? Snapshot { get; set; }

    public string? SnapshotETag { get; set; }

    /// <summary>The chunks after the snapshot, in order.</summary>
    public List<Run> Chunks { get; } = [];

    /// <summary>The segments not yet folded, in order.</summary>
    public List<Run> Tail { get; } = [];
}

/// <summary>Reads a journal's records until they fit together under a head that did not change meanwhile. Writes nothing.</summary>
sealed class JournalLoading(RecordStore store, JournalLimits limits)
{
    /// <exception cref="JournalDamagedException">The records contradict each other, and the head stands still.</exception>
    /// <exception cref="JournalFailedException">Another activation kept folding through every attempt.</exception>
    public async Task<LoadedJournal> LoadAsync()
    {
        JournalDamagedException? damage = null;
        for (var attempt = 0; attempt < limits.LoadAttemptsMax; attempt++)
        {
            var head = await store.ReadAsync(store.Head);
            var loaded = new LoadedJournal(ReadHead(head), head.ETag, new(store, limits));
            damage = await TryReadRestAsync(loaded);
            // Only records read under one and the same head belong together. A snapshot named by an older head may be gone by now, and a
            // head that is outdated from the start would make this activation's first fold fail.
            var unchanged = (await store.ReadAsync(store.Head)).ETag == head.ETag;
            if (unchanged && damage is null) return loaded;
            if (!unchanged) damage = null;
        }

        throw damage is null ? new JournalFailedException($"{store}: another activation keeps folding") : damage;
    }

    HeadRecord ReadHead(StoredRecord stored) => stored.Bytes is null
        ? HeadRecord.None
        : HeadRecord.TryRead(stored.Bytes, store.Seed) ?? throw new JournalDamagedException($"{store}: {store.Head} is not whole");

    // What does not fit together is damage or another activation at work; which of the two, only the head can tell. Appends alone do not
    // move the head, so damage is believed only after the last attempt.
    async Task<JournalDamagedException?> TryReadRestAsync(LoadedJournal loaded)
    {
        try
        {
            await ReadSnapshotAsync(loaded);
            await ReadChunksAsync(loaded);
            await ReadTailAsync(loaded);
            return null;
        }
        catch (JournalDamagedException damage)
        {
            return damage;
        }
    }

    async Task ReadSnapshotAsync(LoadedJournal loaded)
    {
        if (loaded.Head.Snapshot == 0) return;
        var name = store.Snapshot(loaded.Head.Snapshot);
        var stored = await store.ReadAsync(name);
        if (stored.Bytes is null) throw Damage($"{name} is missing");
        var snapshot = SnapshotRecord.TryRead(stored.Bytes, store.Seed);
        if (snapshot is null || snapshot.At.Segment != loaded.Head.Snapshot || snapshot.Chunks > loaded.Head.Chunks)
        {
            throw Damage($"{name} is not whole");
        }

        loaded.Snapshot = snapshot;
        loaded.SnapshotETag = stored.ETag;
    }

    async Task ReadChunksAsync(LoadedJournal loaded)
    {
        var mark = loaded.Snapshot?.At ?? default;
        var end = loaded.Head.Chunks;
        for (var chunk = loaded.Snapshot?.Chunks ?? 0; chunk < end; chunk += limits.ReadAheadRecords)
        {
            var count = (int)Math.Min(limits.ReadAheadRecords, end - chunk);
            foreach (var run in await Task.WhenAll(Enumerable.Range(0, count).Select(i => ReadChunkAsync(store, chunk + i))))
            {
                if (run.Before != mark) throw Damage($"the chunk after segment {mark.Segment} does not follow on it");
                loaded.Chunks.Add(run);
                mark = run.After;
            }
        }

        if (mark != loaded.Head.Folded) throw Damage($"the chunks end at segment {mark.Segment}, not where the head says");
    }

    /// <summary>Reads a chunk that the head counts.</summary>
    public static async Task<Run> ReadChunkAsync(RecordStore store, long chunk)
    {
        var name = store.Chunk(chunk);
        var stored = await store.ReadAsync(name);
        if (stored.Bytes is null) throw new JournalDamagedException($"{store}: {name} is missing");
        return ChunkRecord.TryRead(stored.Bytes, chunk, store.Seed) ?? throw new JournalDamagedException($"{store}: {name} is not whole");
    }

    // Reads ring slots while their numbers follow on, and always at least one slot further: a later segment there means that one between
    // is lost, or that another activation wrote both since.
    async Task ReadTailAsync(LoadedJournal loaded)
    {
        var mark = loaded.Head.Folded;
        var last = mark.Segment + JournalLimits.TailSlots;
        var end = last + 1;
        for (var segment = mark.Segment + 1; segment <= Math.Min(end + 1, last); segment += limits.ReadAheadRecords)
        {
            var runs = await loaded.Ring.ReadAsync(segment, (int)Math.Min(limits.ReadAheadRecords, last - segment + 1));
            for (var i = 0; i < runs.Length; i++)
            {
                var (run, expected) = (runs[i], segment + i);
                if (expected < end && run?.Before == mark)
                {
                    loaded.Tail.Add(run);
                    mark = run.After;
                }
                else if (TailRing.IsRoundBefore(run, expected))
                {
                    end = Math.Min(end, expected);
                }
                else
                {
                    throw Damage($"{store.Tail(expected)} does not follow on segment {mark.Segment}");
                }
            }
        }
    }

    JournalDamagedException Damage(string what) => new($"{store}: {what}");
}
