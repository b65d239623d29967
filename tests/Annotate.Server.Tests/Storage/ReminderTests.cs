using Annotate.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Annotate.Server.Tests.Storage;

/// <summary>Reminders in our SQLite file.</summary>
public sealed class SqliteReminderTests : ReminderContract, IAsyncDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("annotate-reminders-");
    SqliteGrainStorage? storage;

    protected override async Task<IReminderTable> Open()
    {
        if (storage is not null) await storage.DisposeAsync();
        storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = Path.Combine(folder.FullName, "annotate.db") });
        storage.Open();
        return new SqliteReminderTable(storage);
    }

    public async ValueTask DisposeAsync()
    {
        if (storage is not null) await storage.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

/// <summary>Reminders in PostgreSQL, by Orleans' AdoNet table and our scripts.</summary>
public sealed class PostgresReminderTests(PostgresFixture postgres) : ReminderContract, IAsyncDisposable
{
    readonly List<ServiceProvider> started = [];
    string? database;

    protected override async Task<IReminderTable> Open()
    {
        database ??= await postgres.NewDatabase();
        await PostgresSchema.EnsureAsync(database, Cancel);
        var services = new ServiceCollection().AddLogging();
        services.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "annotate"));
        services.UseAdoNetReminderService(builder => builder.Configure(options => PostgresStorageHosting.Configure(options, database)));
        var provider = services.BuildServiceProvider();
        started.Add(provider);
        var table = provider.GetRequiredService<IReminderTable>();
        await table.StartAsync(Cancel);
        return table;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in started) await provider.DisposeAsync();
    }
}

/// <summary>Reminders in a table of Azurite, by Orleans' own code.</summary>
public sealed class AzureReminderTests(AzuriteFixture azurite) : ReminderContract, IAsyncDisposable
{
    readonly List<LoneProvider> started = [];
    AzureAccount? account;

    protected override async Task<IReminderTable> Open()
    {
        account ??= await azurite.NewAccountAsync();
        started.Add(await LoneProvider.StartAsync(account));
        var table = started[^1].Get<IReminderTable>();
        await table.StartAsync(Cancel);
        return table;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in started) await provider.DisposeAsync();
    }
}
