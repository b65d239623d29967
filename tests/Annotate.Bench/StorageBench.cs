using System.Diagnostics;
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

    public static async Task<int> Run(string[] args)
    {
        var grains = args.Length > 0 ? int.Parse(args[0]) : 200;
        var length = TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10);
        var folder = Directory.CreateTempSubdirectory("annotate-bench-");
        try
        {
            var ours = await Ours(folder.FullName, grains, length);
            var adoNet = await AdoNet(folder.FullName, grains, length);
            Console.WriteLine($"ratio: {ours.PerSecond / adoNet.PerSecond:F1} times the writes, {adoNet.CpuMicroseconds / ours.CpuMicroseconds:F1} times less CPU per write");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<Figures> Ours(string folder, int grains, TimeSpan length)
    {
        await using var storage = new SqliteGrainStorage("bench", new SqliteStorageOptions { Path = Path.Combine(folder, "ours.db") });
        storage.Open();
        return await Load("our SQLite provider   ", storage, grains, length);
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
        var figures = await Load("Orleans' AdoNet, SQLite", storage, grains, length);
        SqliteConnection.ClearAllPools();
        return figures;
    }

    /// <summary>What one provider did.</summary>
    sealed record Figures(double PerSecond, double CpuMicroseconds);

    static async Task<Figures> Load(string label, IGrainStorage storage, int grains, TimeSpan length)
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
        var figures = new Figures(all.Length / elapsed.TotalSeconds, cpu.TotalMicroseconds / all.Length);
        Console.WriteLine(
            $"{label} {figures.PerSecond,8:F0} writes/s  p50 {all[all.Length / 2],8:F2} ms  p99 {all[(int)(all.Length * 0.99)],8:F2} ms  CPU {figures.CpuMicroseconds,7:F2} us per write  failed {rings.Sum(ring => ring.Failed)}");
        return figures;
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
