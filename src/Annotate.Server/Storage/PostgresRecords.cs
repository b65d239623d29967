using System.Runtime.CompilerServices;
using Npgsql;

namespace Annotate.Server.Storage;

/// <summary>The records of a PostgreSQL database, read in one transaction that writes nothing.</summary>
sealed class PostgresRecords : StoredRecords
{
    // As the storage keys them: see WholeKeyStorage.
    const string Records = "FROM orleans.orleansstorage WHERE serviceid='annotate' AND graintypestring IS NOT NULL";

    readonly NpgsqlDataSource _source;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlTransaction _transaction;

    PostgresRecords(NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_source, _connection, _transaction) = (source, connection, transaction);

    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static async Task<PostgresRecords> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        try
        {
            var connection = await source.OpenConnectionAsync(cancellation);
            // One moment for all of it.
            return new PostgresRecords(source, connection, await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public override async Task<long> CountAsync(CancellationToken cancellation)
    {
        await using var command = NewCommand("SELECT count(*) " + Records);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public override async IAsyncEnumerable<FoundRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = NewCommand(
            $"SELECT grainidextensionstring, graintypestring, payloadbinary {Records} ORDER BY grainidextensionstring COLLATE \"C\", graintypestring COLLATE \"C\"");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var name = row.GetString(1);
            yield return await row.IsDBNullAsync(0, cancellation) || !GrainId.TryParse(row.GetString(0), null, out var grain)
                ? new FoundRecord(default, name, [], "belongs to no grain")
                : new FoundRecord(grain, name, await row.IsDBNullAsync(2, cancellation) ? [] : row.GetFieldValue<byte[]>(2));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    // However large the database is, sorting it takes as long as it takes.
    NpgsqlCommand NewCommand(string sql) => new(sql, _connection, _transaction) { CommandTimeout = 0 };
}
