using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>
/// A grain storage whose keys are the whole of a grain's id. Orleans' AdoNet storage leaves out the grain's type, and takes a key that looks like
/// a number for that number: the coalitions "cafe", "CAFE" and "0cafe" would share one record. A key that starts with the type and a
/// slash is neither ambiguous nor a number.
/// </summary>
sealed class WholeKeyStorage(IGrainStorage storage) : IGrainStorage
{
    static readonly GrainType Any = GrainType.Create("grain");

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ReadStateAsync(stateName, Whole(grainId), grainState);

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.WriteStateAsync(stateName, Whole(grainId), grainState);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ClearStateAsync(stateName, Whole(grainId), grainState);

    static GrainId Whole(GrainId grain) => GrainId.Create(Any, grain.ToString());
}
