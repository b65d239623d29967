using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>Orleans' AdoNet grain storage outside a silo: its services and its start, and nothing else.</summary>
sealed class AdoNetProvider : IAsyncDisposable
{
    readonly ServiceProvider services;

    AdoNetProvider(ServiceProvider services) => this.services = services;

    public IGrainStorage Storage => services.GetRequiredKeyedService<IGrainStorage>("test");

    public static async Task<AdoNetProvider> Start(Action<AdoNetGrainStorageOptions> configure)
    {
        var collection = new ServiceCollection().AddLogging().AddSerializer();
        collection.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "annotate"));
        collection.AddAdoNetGrainStorage("test", configure);
        var provider = new AdoNetProvider(collection.BuildServiceProvider());
        var lifecycle = ActivatorUtilities.CreateInstance<SiloLifecycleSubject>(provider.services);
        ((ILifecycleParticipant<ISiloLifecycle>)provider.Storage).Participate(lifecycle);
        await lifecycle.OnStart();
        return provider;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
