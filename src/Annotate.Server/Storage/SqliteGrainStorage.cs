using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>
/// Grain storage in one SQLite file, for a server that stands alone. A write's task ends when the write is on disk (WAL,
/// <c>synchronous=FULL</c>); the writes of many grains share a commit. An ETag is compared and swapped per record, and names
/// one write of one record for ever.
/// </summary>
/// <remarks>
/// Failures: <see cref="InconsistentStateException"/> where the ETag is outdated, for that write alone; anything else fails every write of the
/// same commit, which are then in doubt; <see cref="InvalidDataException"/> for a record that is not as it was written.
/// </remarks>
public sealed class SqliteGrainStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    readonly string _name;
    readonly SqliteStorageOptions _options;
    SqliteStore? _store;

    /// <summary>A provider that opens its file when its silo starts, or when <see cref="Open"/> is called.</summary>
    public SqliteGrainStorage(string name, SqliteStorageOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.Path);
        _name = name;
        _options = options;
    }

    /// <summary>Tests put another around it.</summary>
    internal IGrainStorageSerializer Serializer { get; init; } = new JournalRecordSerializer();

    internal SqliteStore Store => _store ?? throw new InvalidOperationException($"The storage '{_name}' ({_options.Path}) is not open yet.");

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        // Before anything of ours starts, and, stages being left in reverse, closed after all grains are gone.
        lifecycle.Subscribe(
            $"{nameof(SqliteGrainStorage)} {_name}",
            ServiceLifecycleStage.RuntimeStorageServices,
            stopping => Task.Run(Open, stopping),
            _ => DisposeAsync().AsTask());
    }

    /// <summary>Opens the file; it and its folder are created where missing.</summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It cannot be opened, is no storage file, or is damaged.</exception>
    public void Open() => _store ??= SqliteStore.Open(_options.Path);

    /// <summary>Writes what is queued and closes the file.</summary>
    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = await Store.Read(tables => tables.Read(grainId, stateName)).ConfigureAwait(false);
        grainState.State = Serializer.Deserialize<T>(new BinaryData(record?.Bytes ?? []))!;
        grainState.ETag = record?.Tag.ToString();
        grainState.RecordExists = record is not null;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = Serializer.Serialize(grainState.State).ToMemory();
        if (bytes.Length > Limits.StorageRecordBytesMax)
            throw new ArgumentException($"'{stateName}' of {grainId} has {bytes.Length} bytes; storage takes {Limits.StorageRecordBytesMax} at most.");
        return Store.Write(new RecordWrite<T>(stateName, grainId, grainState, SeenBy(grainState, stateName, grainId), bytes));
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var nothing = Serializer.Deserialize<T>(new BinaryData(Array.Empty<byte>()))!;
        return Store.Write(new RecordErasure<T>(stateName, grainId, grainState, SeenBy(grainState, stateName, grainId), nothing));
    }

    // An ETag that this provider did not give for this very record matches no row, and so ends as any outdated one does.
    static RecordTag? SeenBy<T>(IGrainState<T> state, string name, GrainId grain)
    {
        if (string.IsNullOrEmpty(state.ETag)) return null;
        var isOfThisRecord = RecordTag.TryParse(state.ETag, out var tag) && tag.Key == RecordTag.KeyOf(grain, name);
        return isOfThisRecord ? tag : default(RecordTag);
    }
}
