using System.Diagnostics;
using Annotate.Server.Tests.Storage;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Annotate.Server.Tests.Storage;

/// <summary>
/// A PostgreSQL cluster of the test run's own, in a temporary folder, reached by a Unix socket in it. Started by the first test that asks for a
/// database, ended with the run. fsync stays on, as it is in earnest.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);

    readonly Lazy<Task<string>> cluster;
    string? folder;
    int databases;

    public PostgresFixture() => cluster = new Lazy<Task<string>>(Start);

    /// <summary>The connection string of a new, empty database.</summary>
    public async Task<string> NewDatabase()
    {
        var server = await cluster.Value;
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    async Task<string> Start()
    {
        folder = Directory.CreateTempSubdirectory("annotate-pg-").FullName;
        if (Environment.IsPrivilegedProcess) await Run("chown", "postgres", folder);
        var data = Path.Combine(folder, "data");
        await RunAsOwner("initdb", "--pgdata", data, "--username", "annotate", "--auth", "trust", "--encoding", "UTF8", "--locale", "C");
        await RunAsOwner("pg_ctl", "start", "--wait", "--pgdata", data, "--log", Path.Combine(folder, "log"), "--options", $"-c listen_addresses='' -c max_connections=500 -k {folder}");
        return new NpgsqlConnectionStringBuilder { Host = folder, Username = "annotate", Database = "postgres", MaxPoolSize = 20 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is null) return;
        NpgsqlConnection.ClearAllPools();
        // pg_ctl ends the one process whose number stands in this data folder.
        await RunAsOwner("pg_ctl", "stop", "--wait", "--mode", "fast", "--pgdata", Path.Combine(folder, "data"));
        Directory.Delete(folder, recursive: true);
    }

    // PostgreSQL refuses to run as root, so there its own user runs it.
    static Task RunAsOwner(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries(), program);
        return Environment.IsPrivilegedProcess
            ? Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : Run(path, arguments);
    }

    static string Binaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
                ?? throw Missing()
            : throw Missing();

    static InvalidOperationException Missing() =>
        new("PostgreSQL is not installed: there is no /usr/lib/postgresql/*/bin/initdb. Install it with 'bash tests/run' or 'apt-get install postgresql'.");

    static async Task Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(CommandTimeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}{await output}");
    }
}
