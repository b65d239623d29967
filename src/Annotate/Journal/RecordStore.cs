using System.Collections.Concurrent;
using Orleans.Storage;

namespace Annotate.Journals;

/// <summary>What a storage holds under one name: null when there is no record, no bytes when it was emptied or cleared and left an ETag.</summary>
readonly record struct StoredRecord(byte[]? Bytes, string? ETag);

/// <summary>One journal's records in Orleans' grain storage, by name.</summary>
/// <remarks>Names avoid what ADO.NET storage parses in a type name: comma, backtick, bracket, plus.</remarks>
sealed class RecordStore(IGrainStorage storage, GrainId grain, string name)
{
    // A name is needed for every write, and there are few kinds of journals.
    static readonly ConcurrentDictionary<string, string[]> TailNames = [];

    readonly string[] _tails = TailNames.GetOrAdd(
        name, static name => [.. Enumerable.Range(0, JournalLimits.TailSlots).Select(slot => $"{name}.tail.{slot:00}")]);

    /// <summary>Goes into every checksum; see <see cref="RecordCodec"/>.</summary>
    public long Seed { get; } = RecordCodec.Seed(grain, name);

    public string Head { get; } = $"{name}.head";

    public string Tail(long segment) => _tails[segment % JournalLimits.TailSlots];

    public string Chunk(long chunk) => $"{name}.chunk.{chunk:000000000000}";

    public string Snapshot(long segment) => $"{name}.snapshot.{segment:000000000000}";

    public async Task<StoredRecord> ReadAsync(string record)
    {
        var state = new GrainState<JournalRecord>(new());
        await storage.ReadStateAsync(record, grain, state);
        // Blob storage says of an emptied record that there is none, and still has an ETag: that is damage, not a place to begin anew.
        return new(state.RecordExists || state.ETag is not null ? state.State?.Bytes ?? [] : null, state.ETag);
    }

    /// <summary>Writes a record where the storage still has this ETag (null: has none), and returns its new ETag.</summary>
    /// <exception cref="InconsistentStateException">The storage has another one.</exception>
    public async Task<string?> WriteAsync(string record, byte[] bytes, string? etag)
    {
        var state = new GrainState<JournalRecord>(new() { Bytes = bytes }, etag) { RecordExists = etag is not null };
        await WriteAsync(record, state);
        return state.ETag;
    }

    /// <summary>Writes a record where the storage still has the ETag in <paramref name="state"/>, which then holds the new one.</summary>
    /// <exception cref="InconsistentStateException">The storage has another one.</exception>
    public Task WriteAsync(string record, GrainState<JournalRecord> state) => storage.WriteStateAsync(record, grain, state);

    public Task ClearAsync(string record, string? etag) =>
        storage.ClearStateAsync(record, grain, new GrainState<JournalRecord>(new(), etag) { RecordExists = true });

    public override string ToString() => $"{grain}/{name}";
}
