namespace Annotate.Server.Storage;

/// <summary>
/// Orleans' reminders in the storage file, so that they survive the process. Orleans asks for an upsert without a condition, and for a removal
/// only where the ETag is the one last given; each upsert gets an ETag that was never given before.
/// </summary>
public sealed class SqliteReminderTable : IReminderTable
{
    readonly SqliteGrainStorage _storage;

    /// <summary>A table in the file of <paramref name="storage"/>, which opens and closes it.</summary>
    public SqliteReminderTable(SqliteGrainStorage storage) => _storage = storage;

    /// <summary>Nothing to do: the grain storage has opened the file in an earlier stage.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(GrainId grainId) =>
        new(await _storage.Store.Read(tables => tables.RemindersOf(grainId)).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        new(await _storage.Store.Read(tables => tables.RemindersBetween(begin, end)).ConfigureAwait(false));

    /// <summary>One reminder, or null where there is none.</summary>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var all = await _storage.Store.Read(tables => tables.RemindersOf(grainId)).ConfigureAwait(false);
        return all.Find(reminder => reminder.ReminderName == reminderName);
    }

    /// <inheritdoc/>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var write = new ReminderUpsert(entry);
        await _storage.Store.Write(write).ConfigureAwait(false);
        return write.ETag;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var write = new ReminderRemoval(grainId, reminderName, eTag);
        await _storage.Store.Write(write).ConfigureAwait(false);
        return write.IsRemoved;
    }

    /// <inheritdoc/>
    public Task TestOnlyClearTable() => _storage.Store.Write(new ReminderClearance());

    sealed class ReminderUpsert(ReminderEntry entry) : QueuedWrite(0)
    {
        public string ETag { get; private set; } = "";

        public override void Apply(SqliteTables tables) => ETag = tables.Upsert(entry);

        public override void Complete() => TrySetResult();
    }

    sealed class ReminderRemoval(GrainId grain, string name, string etag) : QueuedWrite(0)
    {
        public bool IsRemoved { get; private set; }

        public override void Apply(SqliteTables tables) => IsRemoved = tables.Remove(grain, name, etag);

        public override void Complete() => TrySetResult();
    }

    sealed class ReminderClearance() : QueuedWrite(0)
    {
        public override void Apply(SqliteTables tables) => tables.RemoveAllReminders();

        public override void Complete() => TrySetResult();
    }
}
