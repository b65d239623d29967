using Annotate.Server.Storage;
using Npgsql;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>Orleans' AdoNet provider on PostgreSQL, with our scripts.</summary>
public sealed class PostgresStorageTests(PostgresFixture postgres) : StorageContract
{
    string database = "";

    public override async ValueTask InitializeAsync()
    {
        database = await postgres.NewDatabase();
        // Whoever's tables come first on the path, ours are named in full.
        await Run("CREATE TABLE public.orleansstorage(decoy integer); CREATE TABLE public.orleansquery(decoy integer)");
        await PostgresSchema.EnsureAsync(database, Cancel);
    }

    protected override async Task<(IGrainStorage, IAsyncDisposable)> OpenOnce()
    {
        var provider = await LoneProvider.StartAsync(database);
        return (provider.Storage, provider);
    }

    protected override async Task HarmAsync(string name, Harm harm)
    {
        var bytes = harm switch
        {
            Harm.Zeroed => "decode(repeat('00', length(payloadbinary)), 'hex')",
            Harm.CutShort => "substring(payloadbinary for 10)",
            _ => "NULL",
        };
        Assert.Equal(1L, await Run(
            $"WITH harmed AS (UPDATE orleans.orleansstorage SET payloadbinary={bytes} WHERE graintypestring LIKE '%{name}' RETURNING 1) SELECT count(*) FROM harmed"));
    }

    [Fact]
    public async Task The_schema_is_made_once_however_many_servers_start()
    {
        var empty = await postgres.NewDatabase();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostgresSchema.EnsureAsync(empty, Cancel))).WaitAsync(Patience, Cancel);
        await PostgresSchema.EnsureAsync(empty, Cancel);
        Assert.Equal(21L, await Run("SELECT count(*) FROM orleans.orleansquery", empty));
    }

    [Fact]
    public async Task A_query_of_an_older_server_is_brought_up_to_date()
    {
        await Run("UPDATE orleans.orleansquery SET querytext='old' WHERE querykey='WriteToStorageKey'");
        await PostgresSchema.EnsureAsync(database, Cancel);
        Assert.Equal(0L, await Run("SELECT count(*) FROM orleans.orleansquery WHERE querytext='old'"));
    }

    [Fact]
    public async Task Every_connection_commits_to_disk()
    {
        await Run($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET synchronous_commit=off");
        Assert.Equal("on", await Run("SHOW synchronous_commit", PostgresSchema.ForOrleans(database)));
    }

    async Task<object?> Run(string sql, string? connectionString = null)
    {
        await using var source = NpgsqlDataSource.Create(connectionString ?? database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
