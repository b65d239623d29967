using Annotate.Journals;

namespace Annotate.Server.Storage;

/// <summary>One thing that is wrong in a storage.</summary>
/// <param name="Grain">Whose record; null where it is the storage itself.</param>
sealed record StorageFault(GrainId? Grain, string Record, string What)
{
    public override string ToString() => Grain is { } grain ? $"{grain}: the record {Record} {What}" : $"{Record}: {What}";
}

/// <summary>Checks every record of a storage, and every journal that they make up.</summary>
sealed class StorageCheck(Func<ReadOnlyMemory<byte>, bool> canRead, Action<StorageFault> tell)
{
    (GrainId Grain, string Name) _key;
    JournalCheck? _journal;

    public long Records { get; private set; }

    public long Journals { get; private set; }

    public long Faults { get; private set; }

    /// <summary>Reads it all.</summary>
    /// <param name="progress">Called after each record.</param>
    public async Task RunAsync(StoredRecords stored, Action progress, CancellationToken cancellation)
    {
        foreach (var fault in stored.OwnFaults()) Tell(new StorageFault(null, "storage", fault));
        try
        {
            await foreach (var record in stored.ReadAsync(cancellation))
            {
                Take(record);
                Records++;
                progress();
            }
        }
        catch (Microsoft.Data.Sqlite.SqliteException unreadable)
        {
            Tell(new StorageFault(null, "storage", $"the list of records ends here, and the rest was not checked: {unreadable.Message}"));
        }

        FinishJournal();
    }

    void Take(FoundRecord record)
    {
        if (record.Grain == OriginRecord.Grain)
        {
            var what = record.Damage ?? (OriginRecord.TryRead(record.Bytes, out _) ? null : "is not as it was written");
            if (what is not null) Tell(new StorageFault(record.Grain, record.Name, what));
            return;
        }

        var key = (record.Grain, NameOf(record.Name));
        if (_journal is null || key != _key) Begin(key);
        if (record.Damage is { } damage) _journal!.TakeDamaged(record.Name, damage);
        else _journal!.Take(record.Name, record.Bytes);
    }

    void Begin((GrainId Grain, string Name) key)
    {
        FinishJournal();
        _key = key;
        _journal = new JournalCheck(key.Grain, key.Name, canRead);
    }

    void FinishJournal()
    {
        if (_journal is null) return;
        Journals++;
        foreach (var (record, what) in _journal.Finish()) Tell(new StorageFault(_key.Grain, record, what));
        _journal = null;
    }

    void Tell(StorageFault fault)
    {
        Faults++;
        tell(fault);
    }

    // A journal's name has no dot in it.
    static string NameOf(string record) => record.IndexOf('.') is var dot and >= 0 ? record[..dot] : record;
}
