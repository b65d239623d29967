using Annotate.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Annotate.Server.Tests.Storage;

/// <summary>The list of silos in PostgreSQL, by Orleans' AdoNet table and our scripts.</summary>
public sealed class PostgresClusteringTests(PostgresFixture postgres) : ClusteringContract
{
    protected override async Task<IMembershipTable> Open()
    {
        var database = await postgres.NewDatabase();
        await PostgresSchema.EnsureAsync(database, Cancel);
        await using (var source = NpgsqlDataSource.Create(database))
        {
            // Times must not depend on where the database thinks it is.
            await using var command = source.CreateCommand($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET timezone='Asia/Tokyo'");
            await command.ExecuteNonQueryAsync(Cancel);
        }

        var options = new AdoNetClusteringSiloOptions();
        PostgresStorageHosting.Configure(options, database);
        var table = new AdoNetClusteringTable(
            new ServiceCollection().BuildServiceProvider(),
            Options.Create(new ClusterOptions { ClusterId = "test", ServiceId = "annotate" }),
            Options.Create(options),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancel);
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancel);
        return table;
    }
}

/// <summary>The list of silos in a table of Azurite, by Orleans' own code.</summary>
public sealed class AzureClusteringTests(AzuriteFixture azurite) : ClusteringContract, IAsyncDisposable
{
    LoneProvider? provider;

    protected override bool KeepsTheLastSign => false;

    protected override async Task<IMembershipTable> Open()
    {
        provider = await LoneProvider.StartAsync(await azurite.NewAccountAsync());
        var table = provider.Get<IMembershipTable>();
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancel);
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancel);
        return table;
    }

    public ValueTask DisposeAsync() => provider?.DisposeAsync() ?? ValueTask.CompletedTask;
}
