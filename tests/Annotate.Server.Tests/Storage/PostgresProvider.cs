using Annotate.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>The PostgreSQL storage outside a silo: its services and its start, and nothing else.</summary>
sealed class PostgresProvider : IAsyncDisposable
{
    readonly ServiceProvider services;

    PostgresProvider(ServiceProvider services) => this.services = services;

    public IGrainStorage Storage => services.GetRequiredKeyedService<IGrainStorage>("test");

    public static async Task<PostgresProvider> Start(string database)
    {
        var collection = new ServiceCollection().AddLogging().AddSerializer();
        collection.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "annotate"));
        PostgresStorageHosting.AddGrainStorage(collection, "test", database);
        var provider = new PostgresProvider(collection.BuildServiceProvider());
        var lifecycle = ActivatorUtilities.CreateInstance<SiloLifecycleSubject>(provider.services);
        foreach (var participant in provider.services.GetServices<ILifecycleParticipant<ISiloLifecycle>>()) participant.Participate(lifecycle);
        await lifecycle.OnStart();
        return provider;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
