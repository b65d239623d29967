using System.CommandLine;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>Verb <c>latency</c>: how long an edit takes to other clients under a load that people make.</summary>
static class LatencyBench
{
    sealed record Scenario(string Name, int Writers, int Readers, double EditsPerSecond);

    sealed record Row(string Scenario, string Target, LoadResult? Load, string? NotMeasured);

    static readonly Scenario[] Scenarios = [new("20w100", 20, 0, 100), new("1w500f10", 1, 500, 10)];

    public static Command Verb() => Options.Verb(
        "latency", "Latency at 20 writers on one text with 100 edits/s together, and of 1 writer with 10 edits/s at 500 followers", 20,
        [.. Scenarios.Select(s => s.Name)], RunAsync);

    static async Task RunAsync(Options options)
    {
        var machine = Report.Machine();
        Report.Progress(machine);
        var rows = new List<Row>();
        foreach (var scenario in Scenarios.Where(s => options.Includes(s.Name, Scenarios.Select(o => o.Name))))
            foreach (var target in options.Targets)
                rows.Add(await MeasureAsync(scenario, target, options));
        Report.Table(
            ["scenario", "target", "arrivals", "p50 ms", "p99 ms", "max ms", "p50 ms from write", "p99 ms from write", "missing", "server CPU %", "load CPU %", "load late p99 ms"],
            [.. rows.Select(Cells)]);
        await Report.SaveAsync(options.Json, "latency", machine, rows);
    }

    static async Task<Row> MeasureAsync(Scenario scenario, string name, Options options)
    {
        await using var target = TargetNames.Create(name);
        using var folder = new TemporaryFolder();
        try
        {
            await target.StartAsync(folder.Path);
            await LoadAsync(target, scenario, Limits.WarmUpSeconds, options); // A run on another text first, so that no compiler is measured.
            var load = await LoadAsync(target, scenario, options.Seconds, options);
            Report.Progress($"{scenario.Name} {name}: p50 {load.Due.P50Milliseconds:0.00} ms, p99 {load.Due.P99Milliseconds:0.00} ms {string.Join("; ", load.Faults)}");
            return new Row(scenario.Name, name, load, null);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            Report.Progress($"{scenario.Name} {name}: {e.Message}");
            return new Row(scenario.Name, name, null, e.Message);
        }
    }

    static async Task<LoadResult> LoadAsync(ITarget target, Scenario scenario, double seconds, Options options) =>
        await LoadProcess.RunAsync(new LoadPlan(
            target.Wire, target.Port, await target.CreateTextsAsync(1, scenario.Writers), target.Root, scenario.Readers, options.Rate ?? scenario.EditsPerSecond,
            Limits.WarmUpSeconds, seconds, target.Server.Id, options.Seed));

    static string[] Cells(Row row) => row.Load is not { } load
        ? [row.Scenario, row.Target, Report.NotMeasured, .. Enumerable.Repeat("", 9)]
        : [
            row.Scenario, row.Target, $"{load.Due.Count}", $"{load.Due.P50Milliseconds:0.00}", $"{load.Due.P99Milliseconds:0.00}",
            $"{load.Due.MaxMilliseconds:0.00}", $"{load.Written.P50Milliseconds:0.00}", $"{load.Written.P99Milliseconds:0.00}",
            $"{load.Missing}", $"{load.ServerCpuPercent:0}", $"{load.LoadCpuPercent:0}", $"{load.Lateness.P99Milliseconds:0.00}",
        ];
}
