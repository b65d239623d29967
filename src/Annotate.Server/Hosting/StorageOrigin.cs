using Annotate.Access;
using Annotate.Grains;
using Annotate.Journals;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Storage;
using Orleans.Storage;

namespace Annotate.Server.Hosting;

/// <summary>The storage is not the one in which this data folder's data was: it is empty, missing, or another one.</summary>
public sealed class ForeignStorageException(string message) : IOException(message);

/// <summary>
/// Ties a data folder to the storage that its data is in, so that a folder that once held data never starts empty by itself: the storage has
/// an id of its own, and the folder keeps a note of it.
/// </summary>
sealed class StorageOrigin(
    [FromKeyedServices(JournalledGrain<RevocationState>.StorageName)] IGrainStorage storage, Tokens tokens, Settings settings, TimeProvider clock)
    : IHostedService
{
    public const string FileName = "annotate.origin";

    const string WhatToDo = "Put the data back (deploy/README.md, \"Put a copy back\"); or, to go on with what is there now, start once with 'serve --accept-storage'.";

    /// <summary>Before a storage file is opened, which would make an empty one.</summary>
    /// <exception cref="ForeignStorageException">The folder held data, and its storage file has gone.</exception>
    public static void RequireFile(Settings settings, string file)
    {
        if (MayBeNew(settings) || HasContent(file) || HasContent(file + "-wal")) return;
        throw Foreign(settings, $"{file} is {(File.Exists(file) ? "empty" : "missing")}");
    }

    /// <summary>Whether a storage may be made: nothing in the folder says that there was one, or it is to be started anew.</summary>
    public static bool MayBeNew(Settings settings) =>
        settings.AcceptsStorage || (!File.Exists(PathIn(settings)) && !File.Exists(OperatorToken.PathIn(settings.DataFolder)));

    /// <param name="what">What is wrong, as the middle of a sentence.</param>
    public static ForeignStorageException Foreign(Settings settings, string what) => new($"The data folder {settings.DataFolder} held data, but {what}. {WhatToDo}");

    /// <summary>The silo has started by now, and nobody listens yet.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (noted, stored) = (await NotedAsync(cancellationToken), await StoredAsync());
        if (stored is null)
        {
            if (!settings.AcceptsStorage && !await IsKnownAsync(noted, cancellationToken)) throw Foreign(settings, "the storage there now is empty");
            // What another server of the cluster stored a moment ago counts.
            stored = await StoreAsync(noted ?? Guid.CreateVersion7(clock.GetUtcNow()));
        }

        if (noted == stored) return;
        if (noted is not null && !settings.AcceptsStorage) throw Foreign(settings, "the storage there now is another one");
        await OwnerOnly.WriteWholeAsync(PathIn(settings), stored.Value.ToString("D"), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    static string PathIn(Settings settings) => Path.Combine(settings.DataFolder, FileName);

    static bool HasContent(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    // A storage without an id is new, or older than ids are. An older one knows the operator's token that the folder keeps.
    async Task<bool> IsKnownAsync(Guid? noted, CancellationToken cancellation)
    {
        var path = OperatorToken.PathIn(settings.DataFolder);
        if (!File.Exists(path)) return noted is null;
        return await tokens.FindAsync((await File.ReadAllTextAsync(path, cancellation)).Trim()) is not null;
    }

    async Task<Guid?> NotedAsync(CancellationToken cancellation)
    {
        var path = PathIn(settings);
        OwnerOnly.CloseToOthers(path);
        if (!File.Exists(path)) return null;
        return Guid.TryParse((await File.ReadAllTextAsync(path, cancellation)).Trim(), out var noted)
            ? noted
            : throw new ForeignStorageException($"{path} does not hold the id of a storage. Remove it if the storage is the right one, and start again.");
    }

    async Task<Guid?> StoredAsync()
    {
        var state = new GrainState<JournalRecord>(new());
        await storage.ReadStateAsync(OriginRecord.Name, OriginRecord.Grain, state);
        // Of an emptied blob the provider says that there is none, and that it has an ETag.
        if (!state.RecordExists && state.ETag is null) return null;
        return OriginRecord.TryRead(state.State!.Bytes, out var id)
            ? id
            : throw new JournalDamagedException($"The storage's own id ({OriginRecord.Name} of {OriginRecord.Grain}) is not as it was written. {StartRefusal.PutBack}");
    }

    async Task<Guid> StoreAsync(Guid id)
    {
        try
        {
            await storage.WriteStateAsync(OriginRecord.Name, OriginRecord.Grain, new GrainState<JournalRecord>(new JournalRecord { Bytes = id.ToByteArray() }));
            return id;
        }
        catch (InconsistentStateException)
        {
            return await StoredAsync() ?? throw new StorageUnavailableException("The storage's own id could be neither written nor read.");
        }
    }
}
