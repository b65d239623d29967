using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

/// <summary>A storage in memory that compares ETags, as Orleans asks of one. The bytes are copied in, and lent out.</summary>
/// <param name="leavesTombstones">
/// A cleared record stays, empty and with an ETag, as in ADO.NET storage; otherwise nothing is left, as with blobs.
/// </param>
public sealed class MemoryRecords(bool leavesTombstones) : IGrainStorage
{
    static readonly LentBytes s_serializer = new(new JournalRecordSerializer());

    readonly Dictionary<(GrainId Grain, string Record), (byte[]? Bytes, string ETag)> _records = [];
    int _etags;

    /// <summary>The bytes of every record there is, by its name.</summary>
    public IReadOnlyDictionary<string, byte[]> RecordsOf(GrainId grain) => _records
        .Where(record => record.Key.Grain == grain && record.Value.Bytes is not null)
        .ToDictionary(record => record.Key.Record, record => record.Value.Bytes!);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var found = _records.GetValueOrDefault((grainId, stateName));
        grainState.State = s_serializer.Deserialize<T>(new BinaryData(found.Bytes ?? []))!;
        grainState.ETag = found.ETag;
        grainState.RecordExists = found.ETag is not null;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Compare(stateName, grainId, grainState.ETag);
        var bytes = s_serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = $"{++_etags}";
        grainState.RecordExists = true;
        _records[(grainId, stateName)] = (bytes, grainState.ETag);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Compare(stateName, grainId, grainState.ETag);
        grainState.ETag = leavesTombstones ? $"{++_etags}" : null!;
        grainState.RecordExists = false;
        if (leavesTombstones) _records[(grainId, stateName)] = (null, grainState.ETag);
        else _records.Remove((grainId, stateName));
        return Task.CompletedTask;
    }

    void Compare(string stateName, GrainId grainId, string? etag)
    {
        var stored = _records.GetValueOrDefault((grainId, stateName)).ETag;
        if (stored != etag) throw new InconsistentStateException($"{stateName} was written by another", stored, etag);
    }
}
