using System.CommandLine;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>
/// Verb <c>kill</c>: ends the server with SIGKILL while people type, starts it again and counts what is gone although another client had seen
/// it, or the server had acknowledged it.
/// </summary>
static class KillBench
{
    const int Rounds = 3;
    const int Writers = 20;
    const double EditsPerSecond = 1000;

    sealed record Row(string Target, int Round, long Sent, long Seen, long SeenLost, long Acknowledged, long AcknowledgedLost, string? NotMeasured);

    public static Command Verb() => Options.Verb(
        "kill", $"Edits lost when the server is killed while {Writers} writers make {EditsPerSecond} edits/s, {Rounds} times", 13, [], RunAsync);

    static async Task RunAsync(Options options)
    {
        var machine = Report.Machine();
        Report.Progress(machine);
        var rows = new List<Row>();
        foreach (var target in options.Targets) rows.AddRange(await MeasureAsync(target, options));
        Report.Table(["scenario", "target", "sent", "seen by others", "of these lost", "acknowledged", "of these lost"], [.. rows.Select(Cells)]);
        await Report.SaveAsync(options.Json, "kill", machine, rows);
    }

    static async Task<List<Row>> MeasureAsync(string name, Options options)
    {
        var rows = new List<Row>();
        try
        {
            for (var round = 1; round <= Rounds; round++) rows.Add(await RoundAsync(name, round, options));
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            Report.Progress($"{name}: {e.Message}");
            rows.Add(new Row(name, rows.Count + 1, 0, 0, 0, 0, 0, e.Message));
        }
        return rows;
    }

    static async Task<Row> RoundAsync(string name, int round, Options options)
    {
        using var folder = new TemporaryFolder();
        await using var target = TargetNames.Create(name);
        await target.StartAsync(folder.Path);
        var texts = await target.CreateTextsAsync(1, Writers);
        var load = await LoadProcess.RunAsync(
            new LoadPlan(
                target.Wire, target.Port, texts, target.Root, 0, options.Rate ?? EditsPerSecond, 0, 2 * options.Seconds, target.Server.Id, options.Seed + round),
            async () =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Seconds));
                await timer.WaitForNextTickAsync();
                await target.Server.KillAsync();
            });
        var kept = await KeptAsync(name, folder.Path, texts, options);
        var row = new Row(
            name, round, load.Writers.Sum(w => (long)w.Sent), load.Writers.Sum(w => (long)w.Seen),
            load.Writers.Sum(w => Lost(w.Seen, w, kept)), load.Writers.Sum(w => (long)w.Acknowledged), load.Writers.Sum(w => Lost(w.Acknowledged, w, kept)), null);
        Report.Progress($"{name} round {round}: {row.SeenLost} of {row.Seen} edits that others had seen are lost");
        return row;
    }

    /// <summary>Starts the server again on the same folder and reads how far each client's clock reaches.</summary>
    static async Task<Dictionary<uint, uint>> KeptAsync(string name, string folder, TextAccess[] texts, Options options)
    {
        await using var target = TargetNames.Create(name);
        await target.StartAsync(folder);
        var read = await LoadProcess.RunAsync(new LoadPlan(target.Wire, target.Port, texts, target.Root, 1, 0, 0, 0, target.Server.Id, options.Seed));
        return read.Contents.SingleOrDefault()?.Clocks ?? [];
    }

    static long Lost(int known, WriterResult writer, Dictionary<uint, uint> kept) =>
        Math.Max(0, known - (long)kept.GetValueOrDefault(writer.Client));

    static string[] Cells(Row row) => row.NotMeasured is not null
        ? [$"kill {row.Round}", row.Target, Report.NotMeasured, "", "", "", ""]
        : [$"kill {row.Round}", row.Target, $"{row.Sent}", $"{row.Seen}", $"{row.SeenLost}", $"{row.Acknowledged}", $"{row.AcknowledgedLost}"];
}
