using Annotate.Server.Storage;
using Annotate.Tests.Journals;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>The journal's contract over Orleans' AdoNet provider on PostgreSQL, with our scripts, each write of it on disk.</summary>
public sealed class JournalOnPostgres(JournalDatabase database) : JournalContract, IClassFixture<JournalDatabase>
{
    protected override int Stride => 23;

    protected override int ManyAppends => 4_000;

    protected override int GrowingAppends => 1_000;

    protected override int RandomRounds => 5;

    protected override IGrainStorage NewStorage() => database.Storage;
}

/// <summary>One database that the tests of the class share.</summary>
public sealed class JournalDatabase(PostgresFixture postgres) : IAsyncLifetime
{
    LoneProvider? provider;

    public IGrainStorage Storage => provider!.Storage;

    public async ValueTask InitializeAsync()
    {
        var database = await postgres.NewDatabase();
        await PostgresSchema.EnsureAsync(database);
        provider = await LoneProvider.StartAsync(database);
    }

    public ValueTask DisposeAsync() => provider?.DisposeAsync() ?? ValueTask.CompletedTask;
}
