using System.Diagnostics;
using Annotate.Journals;
using Annotate.Server.Storage;
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
        var seconds = args.Length > 1 ? int.Parse(args[1]) : 10;
        var folder = Directory.CreateTempSubdirectory("annotate-bench-");
        try
        {
            await using var ours = new SqliteGrainStorage("bench", new SqliteStorageOptions { Path = Path.Combine(folder.FullName, "ours.db") });
            ours.Open();
            await Load("ours", ours, grains, TimeSpan.FromSeconds(seconds));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task Load(string label, IGrainStorage storage, int grains, TimeSpan length)
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
        Console.WriteLine(
            $"{label}: {all.Length / elapsed.TotalSeconds:F0} writes/s, p50 {all[all.Length / 2]:F2} ms, p99 {all[(int)(all.Length * 0.99)]:F2} ms, max {all[^1]:F1} ms, CPU {cpu.TotalMicroseconds / all.Length:F2} us per write");
    }

    /// <summary>One grain's ring. The rings start at different slots: in step they would change adjacent rows, which is cheaper than real life.</summary>
    sealed class Ring(IGrainStorage storage, int number, int start)
    {
        readonly GrainId grain = GrainId.Create("section", $"coalition-{number % 7}/statement-{number}/section-{number % 5}");
        readonly (string Name, GrainState<JournalRecord> State)[] slots =
            [.. Enumerable.Range(0, Slots).Select(slot => ($"section.tail.{slot:00}", new GrainState<JournalRecord>(new())))];
        readonly byte[] bytes = new byte[RecordBytes];
        int next = start;

        public async Task Fill()
        {
            for (var slot = 0; slot < Slots; slot++) await WriteNext();
        }

        public async Task<List<float>> Write(TimeSpan length)
        {
            await Task.Yield();
            var latencies = new List<float>(1 << 18);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < length)
            {
                var began = Stopwatch.GetTimestamp();
                await WriteNext();
                latencies.Add((float)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return latencies;
        }

        Task WriteNext()
        {
            var (name, state) = slots[next++ % Slots];
            state.State = new JournalRecord { Bytes = bytes };
            return storage.WriteStateAsync(name, grain, state);
        }
    }
}
