using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Annotate.Journals;
using Annotate.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace Annotate.Bench;

/// <summary>Durable writes per second of a grain storage, under the load that journals make: many grains, each overwriting its ring of slots.</summary>
static class StorageBench
{
    const int Slots = 64;
    const int RecordBytes = 100;
    const int Seed = 20260;

    const string OurProvider = "ours";
    static readonly string[] Providers = [OurProvider, "AdoNet"];
    const int GrainsByDefault = 200;
    const int SecondsByDefault = 10;

    public static Command Verb()
    {
        var grains = new Option<int>("--grains") { Description = "How many grains write at the same time", DefaultValueFactory = _ => GrainsByDefault };
        var seconds = new Option<int>("--seconds") { Description = "Seconds measured, after one of warm-up", DefaultValueFactory = _ => SecondsByDefault };
        var json = new Option<string>("--json") { Description = "The figures with all their detail, to this file" };
        var command = new Command(
            "storage", "Durable writes per second: our SQLite provider beside Orleans' AdoNet on SQLite, each in a process on one core") { grains, seconds, json };
        command.SetAction(async (parsed, _) =>
        {
            var machine = Report.Machine();
            Report.Progress(machine);
            var rows = new List<Figures>();
            foreach (var provider in Providers) rows.Add(await InProcessAsync(provider, parsed.GetValue(grains), parsed.GetValue(seconds)));
            Report.Table(
                ["provider", "writes/s", "p50 ms", "p99 ms", "CPU us per write", "failed", "to AdoNet"],
                [.. rows.Select(row => Cells(row, rows[^1]))]);
            await Report.SaveAsync(parsed.GetValue(json), "storage", machine, rows);
        });
        return command;
    }

    public static Command ChildVerb()
    {
        var provider = new Argument<string>("PROVIDER");
        var grains = new Argument<int>("GRAINS");
        var seconds = new Argument<int>("SECONDS");
        var command = new Command("storage-one", "The measured side of the verb storage") { provider, grains, seconds };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            var folder = Directory.CreateTempSubdirectory("annotate-bench-");
            try
            {
                var length = TimeSpan.FromSeconds(parsed.GetValue(seconds));
                var measure = parsed.GetValue(provider) == OurProvider ? (Func<string, int, TimeSpan, Task<Figures>>)Ours : AdoNet;
                Console.WriteLine(JsonSerializer.Serialize(await measure(folder.FullName, parsed.GetValue(grains), length)));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }

    static async Task<Figures> InProcessAsync(string provider, int grains, int seconds)
    {
        using var child = Core.Start(
            0, Environment.ProcessPath!, ["storage-one", provider, $"{grains}", $"{seconds}"], info => info.RedirectStandardOutput = true);
        var said = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode == 0 ? JsonSerializer.Deserialize<Figures>(said)! : throw new IOException($"{provider} ended with {child.ExitCode}");
    }

    static string[] Cells(Figures row, Figures other) =>
    [
        row.Provider, $"{row.PerSecond:F0}", $"{row.P50Milliseconds:F2}", $"{row.P99Milliseconds:F2}", $"{row.CpuMicroseconds:F2}", $"{row.Failed}",
        $"{row.PerSecond / other.PerSecond:F1}",
    ];

    static async Task<Figures> Ours(string folder, int grains, TimeSpan length)
    {
        await using var storage = new SqliteGrainStorage("bench", new SqliteStorageOptions { Path = Path.Combine(folder, "ours.db") });
        storage.Open();
        return await Load(OurProvider, storage, grains, length);
    }

    static async Task<Figures> AdoNet(string folder, int grains, TimeSpan length)
    {
        // SQLite's own default is synchronous=FULL, also where it runs in WAL mode; there is no way to say so in this connection string.
        var file = $"Data Source={Path.Combine(folder, "adonet.db")};Default Timeout=60";
        await using (var connection = new SqliteConnection(file))
        {
            connection.Open();
            using var script = new SqliteCommand(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "AdoNetSqlite.sql")), connection);
            script.ExecuteNonQuery();
            using var synchronous = new SqliteCommand("PRAGMA synchronous", connection);
            if (synchronous.ExecuteScalar() is not 2L) throw new InvalidOperationException("AdoNet on SQLite does not run with synchronous=FULL: the comparison would not be fair.");
        }

        var services = new ServiceCollection().AddLogging().AddSerializer();
        services.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("bench", "annotate"));
        services.AddAdoNetGrainStorage("bench", options =>
        {
            options.Invariant = "System.Data.SQLite";
            options.ConnectionString = file;
            options.GrainStorageSerializer = new JournalRecordSerializer();
        });
        await using var provider = services.BuildServiceProvider();
        var storage = provider.GetRequiredKeyedService<IGrainStorage>("bench");
        var lifecycle = ActivatorUtilities.CreateInstance<SiloLifecycleSubject>(provider);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.OnStart();
        var figures = await Load(Providers[1], storage, grains, length);
        SqliteConnection.ClearAllPools();
        return figures;
    }

    /// <summary>What one provider did.</summary>
    sealed record Figures(string Provider, double PerSecond, double P50Milliseconds, double P99Milliseconds, double CpuMicroseconds, int Failed);

    static async Task<Figures> Load(string provider, IGrainStorage storage, int grains, TimeSpan length)
    {
        var random = new Random(Seed);
        var rings = Enumerable.Range(0, grains).Select(grain => new Ring(storage, grain, random.Next(Slots))).ToArray();
        await Task.WhenAll(rings.Select(ring => ring.Fill()));
        await Task.WhenAll(rings.Select(ring => ring.Write(TimeSpan.FromSeconds(1))));
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(rings.Select(ring => ring.Write(length)));
        var elapsed = clock.Elapsed;
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        var all = latencies.SelectMany(each => each).Order().ToArray();
        return new Figures(
            provider, all.Length / elapsed.TotalSeconds, all[all.Length / 2], all[(int)(all.Length * 0.99)], cpu.TotalMicroseconds / all.Length,
            rings.Sum(ring => ring.Failed));
    }

    /// <summary>One grain's ring. The rings start at different slots: in step they would change adjacent rows, which is cheaper than real life.</summary>
    sealed class Ring(IGrainStorage storage, int number, int start)
    {
        readonly GrainId grain = GrainId.Create("section", $"coalition-{number % 7}/statement-{number}/section-{number % 5}");
        readonly (string Name, GrainState<JournalRecord> State)[] slots =
            [.. Enumerable.Range(0, Slots).Select(slot => ($"section.tail.{slot:00}", new GrainState<JournalRecord>(new())))];
        readonly byte[] bytes = new byte[RecordBytes];
        int next = start;

        public int Failed { get; private set; }

        public async Task Fill()
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                while (!await TryWriteNext())
                {
                }
            }
        }

        public async Task<List<float>> Write(TimeSpan length)
        {
            await Task.Yield();
            var latencies = new List<float>(1 << 18);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < length)
            {
                var began = Stopwatch.GetTimestamp();
                if (!await TryWriteNext()) continue;
                latencies.Add((float)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return latencies;
        }

        async Task<bool> TryWriteNext()
        {
            try
            {
                await WriteNext();
                return true;
            }
            catch (SqliteException)
            {
                // AdoNet on SQLite gives up on a write when it waited for the lock too long; it counts as a failure and not as a latency.
                Failed++;
                return false;
            }
        }

        async Task WriteNext()
        {
            var (name, state) = slots[next % Slots];
            state.State = new JournalRecord { Bytes = bytes };
            await storage.WriteStateAsync(name, grain, state);
            next++;
        }
    }
}
