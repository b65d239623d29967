using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>A grain storage whose failures are told in the journal's own exceptions, whichever provider it is.</summary>
sealed class ToldStorage(IGrainStorage storage) : IGrainStorage
{
    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await storage.ReadStateAsync(stateName, grainId, grainState).ConfigureAwait(false);
        }
        catch (Exception failure) when (StorageFaults.Told(failure) is var told && told != failure)
        {
            throw told;
        }
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await storage.WriteStateAsync(stateName, grainId, grainState).ConfigureAwait(false);
        }
        catch (Exception failure) when (StorageFaults.Told(failure) is var told && told != failure)
        {
            throw told;
        }
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await storage.ClearStateAsync(stateName, grainId, grainState).ConfigureAwait(false);
        }
        catch (Exception failure) when (StorageFaults.Told(failure) is var told && told != failure)
        {
            throw told;
        }
    }
}

/// <summary>Adds it to a silo.</summary>
static class ToldStorageHosting
{
    /// <summary>Gives the storage called <paramref name="provider"/> a second name, under which its failures are told.</summary>
    public static void AddToldStorage(this ISiloBuilder silo, string name, string provider) =>
        silo.Services.AddGrainStorage(name, (services, _) => new ToldStorage(services.GetRequiredKeyedService<IGrainStorage>(provider)));
}
