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
        await Task.WhenAll(Enumerable.Range(0, grains).Select(grain => Write(storage, grain, TimeSpan.FromSeconds(1))));
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, grains).Select(grain => Write(storage, grain + grains, length)));
        var elapsed = clock.Elapsed;
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        var all = latencies.SelectMany(each => each).Order().ToArray();
        Console.WriteLine(
            $"{label}: {all.Length / elapsed.TotalSeconds:F0} writes/s, p50 {all[all.Length / 2]:F2} ms, p99 {all[(int)(all.Length * 0.99)]:F2} ms, max {all[^1]:F1} ms, CPU {cpu.TotalMicroseconds / all.Length:F2} us per write");
    }

    static async Task<List<float>> Write(IGrainStorage storage, int number, TimeSpan length)
    {
        await Task.Yield();
        var grain = GrainId.Create("section", $"coalition-{number % 7}/statement-{number}/section-{number % 5}");
        var slots = Enumerable.Range(0, Slots).Select(slot => (Name: $"section.tail.{slot:00}", State: new GrainState<JournalRecord>(new()))).ToArray();
        var bytes = new byte[RecordBytes];
        var latencies = new List<float>(200_000);
        var clock = Stopwatch.StartNew();
        for (var segment = 0; clock.Elapsed < length; segment++)
        {
            var (name, state) = slots[segment % Slots];
            var start = Stopwatch.GetTimestamp();
            state.State = new JournalRecord { Bytes = bytes };
            await storage.WriteStateAsync(name, grain, state);
            latencies.Add((float)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return latencies;
    }
}
