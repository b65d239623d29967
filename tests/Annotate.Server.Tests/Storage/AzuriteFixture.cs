using System.Diagnostics;
using Annotate.Server.Configuring;
using Annotate.Server.Storage;
using Annotate.Server.Tests.Storage;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Annotate.Server.Tests.Storage;

/// <summary>
/// Azurite of the test run's own, in memory, on free ports of this machine. Started by the first test that asks for an account, ended with the
/// run; and by itself, should the run be killed.
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    // The only account that Azurite has unless it is told another. It is in its documentation, and opens nothing else.
    internal const string Account = "devstoreaccount1";
    const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Lazy<Task<Azurite>> azurite = new(() => Azurite.StartAsync());
    int accounts;

    /// <summary>An account's connection string, with a container and tables that no other test has.</summary>
    internal async Task<AzureAccount> NewAccountAsync()
    {
        var name = $"{Environment.ProcessId}x{Interlocked.Increment(ref accounts)}";
        return new AzureAccount
        {
            ConnectionString = ConnectionStringOf(await azurite.Value),
            Container = $"records-{name}",
            SilosTable = $"Silos{name}",
            RemindersTable = $"Reminders{name}",
        };
    }

    static string ConnectionStringOf(Azurite azurite) =>
        $"AccountName={Account};AccountKey={Key};BlobEndpoint={azurite.Blobs}{Account};TableEndpoint={azurite.Tables}{Account};";

    /// <summary>Puts a server in this process on that account.</summary>
    internal static Func<Settings, Settings> On(AzureAccount account) => settings => settings with
    {
        Profile = Profile.Azure,
        Azure = account.ConnectionString,
        AzureContainer = account.Container,
        AzureSilosTable = account.SilosTable,
        AzureRemindersTable = account.RemindersTable,
    };

    /// <summary>The settings of a server on that account.</summary>
    internal static (string Name, string Value)[] SettingsOf(AzureAccount account) =>
    [
        ("Annotate__Profile", "Azure"), ("Annotate__Azure", account.ConnectionString!), ("Annotate__AzureContainer", account.Container),
        ("Annotate__AzureSilosTable", account.SilosTable), ("Annotate__AzureRemindersTable", account.RemindersTable),
    ];

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated) await (await azurite.Value).DisposeAsync();
    }

    /// <summary>One running Azurite.</summary>
    internal sealed class Azurite : IAsyncDisposable
    {
        readonly Process process;

        Azurite(Process process) => this.process = process;

        public Uri Blobs { get; private set; } = null!;

        public Uri Tables { get; private set; } = null!;

        public static async Task<Azurite> StartAsync(params string[] options)
        {
            var folder = FolderOf("tests/azurite");
            if (!Directory.Exists(Path.Combine(folder, "node_modules")))
                throw new InvalidOperationException("Azurite is not installed. Install it with 'bash tests/run' or 'npm ci' in tests/azurite.");
            var start = new ProcessStartInfo("node", ["serve.mjs", .. options])
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var azurite = new Azurite(Process.Start(start)!);
            try
            {
                await azurite.ReadAddressesAsync().WaitAsync(Patience);
                return azurite;
            }
            catch
            {
                await azurite.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            }
            catch (TimeoutException)
            {
                process.Kill();
            }

            process.Dispose();
        }

        async Task ReadAddressesAsync()
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                var address = new Uri(line.Split(' ')[1]);
                if (line.StartsWith("Blob ", StringComparison.Ordinal)) Blobs = address;
                if (!line.StartsWith("Table ", StringComparison.Ordinal)) continue;
                Tables = address;
                return;
            }

            throw new InvalidOperationException($"Azurite ended before it listened: {await process.StandardError.ReadToEndAsync()}");
        }
    }

    static string FolderOf(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Annotate.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }
}
