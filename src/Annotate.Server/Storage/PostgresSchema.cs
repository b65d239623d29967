using System.Net.Sockets;
using Npgsql;

namespace Annotate.Server.Storage;

/// <summary>What Orleans' AdoNet providers need in a PostgreSQL database (15 or later): their tables, and the queries they look up.</summary>
public static class PostgresSchema
{
    const string Folder = "Annotate.Server.Storage.Postgres.";

    // Any number will do that every server of ours takes and nobody else: the bytes of "annotate".
    const long AdvisoryLock = 0x616e6e6f74617465;

    /// <summary>
    /// Makes what is missing and brings the queries up to date. May be called by any number of servers at the same time, and again at every start.
    /// </summary>
    /// <param name="connectionString">As Npgsql takes it; its user may create a schema.</param>
    /// <param name="cancellation">Stops waiting; the database stays as it was.</param>
    /// <exception cref="StorageUnusableException">The database cannot be reached, refuses, or may lose an acknowledged write.</exception>
    public static async Task EnsureAsync(string connectionString, CancellationToken cancellation = default)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        // A password is never shown.
        var where = $"The database {builder.Database ?? builder.Username} of PostgreSQL at {builder.Host}:{builder.Port}";
        // A driver's own limit is for a server that serves; a start is told sooner.
        builder.Timeout = Math.Clamp(builder.Timeout, 1, Limits.StorageFirstAnswerSeconds);
        try
        {
            await using var source = NpgsqlDataSource.Create(builder);
            await using var connection = await OpenAsync(source, cancellation).ConfigureAwait(false);
            await RequireDurability(connection, where, cancellation).ConfigureAwait(false);
            await MakeAsync(connection, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException refusal)
        {
            throw new StorageUnusableException($"{where} refuses ({refusal.SqlState}): {refusal.MessageText}. Its user needs to log in and to make a schema.", refusal);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is NpgsqlException or SocketException or TimeoutException or OperationCanceledException)
        {
            throw new StorageUnusableException($"{where} cannot be reached: {Reason(failure)}. Check host, port and network.", failure);
        }
    }

    static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(Limits.StorageFirstAnswerSeconds));
        // One that takes the connection and then says nothing is not covered by the driver's limit alone.
        return await source.OpenConnectionAsync(limit.Token).ConfigureAwait(false);
    }

    static string Reason(Exception failure)
    {
        if (failure is OperationCanceledException or TimeoutException || failure.InnerException is TimeoutException)
            return $"no answer within {Limits.StorageFirstAnswerSeconds} s";
        while (failure.InnerException is { } inner) failure = inner;
        return StorageUnusableException.FirstLine(failure.Message);
    }

    static async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await Run($"SELECT pg_advisory_xact_lock({AdvisoryLock})").ConfigureAwait(false);
        foreach (var script in Scripts()) await Run(script).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);

        async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The connection string to give to Orleans: finds the queries, commits to disk whatever the server's default, and keeps statements prepared.
    /// </summary>
    public static string ForOrleans(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "orleans", MaxAutoPrepare = 32, AutoPrepareMinUsages = 2 };
        builder.Options = $"{builder.Options} -c synchronous_commit=on".TrimStart();
        return builder.ConnectionString;
    }

    static async Task RequireDurability(NpgsqlConnection connection, string where, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SHOW fsync", connection);
        if (await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not "on")
            throw new StorageUnusableException($"{where} runs with fsync off: an acknowledged write may be lost with the power. Turn fsync on.");
    }

    static IEnumerable<string> Scripts()
    {
        var assembly = typeof(PostgresSchema).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }
}
