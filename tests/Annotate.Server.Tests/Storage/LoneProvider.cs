using Annotate.Server.Storage;
using Annotate.Tests.Journals;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>Orleans' providers outside a silo: their services and their start, and nothing else. What they lend to our serializer is overwritten.</summary>
sealed class LoneProvider : IAsyncDisposable
{
    const string Name = "test";

    readonly ServiceProvider services;

    LoneProvider(ServiceProvider services) => this.services = services;

    public IGrainStorage Storage => services.GetRequiredKeyedService<IGrainStorage>(Name);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public static Task<LoneProvider> StartAsync(string database) => StartAsync($"{Name}.adonet", silo =>
    {
        silo.AddPostgresGrainStorage(Name, database);
        silo.Services.PostConfigure<AdoNetGrainStorageOptions>($"{Name}.adonet", Lend);
    });

    public static Task<LoneProvider> StartAsync(AzureAccount account) => StartAsync(Name, silo =>
    {
        silo.UseAzureAccount(Name, account);
        silo.Services.PostConfigure<AzureBlobStorageOptions>(Name, Lend);
    });

    static void Lend(IStorageProviderSerializerOptions options) => options.GrainStorageSerializer = new LentBytes(options.GrainStorageSerializer);

    static async Task<LoneProvider> StartAsync(string started, Action<ISiloBuilder> add)
    {
        var collection = new ServiceCollection().AddLogging().AddSerializer();
        collection.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "annotate"));
        add(new Builder(collection));
        var provider = new LoneProvider(collection.BuildServiceProvider());
        var lifecycle = ActivatorUtilities.CreateInstance<SiloLifecycleSubject>(provider.services);
        ((ILifecycleParticipant<ISiloLifecycle>)provider.services.GetRequiredKeyedService<IGrainStorage>(started)).Participate(lifecycle);
        await lifecycle.OnStart();
        return provider;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    sealed class Builder(IServiceCollection services) : ISiloBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
