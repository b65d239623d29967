using System.CommandLine;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>
/// Verb <c>edits</c>: the highest rate of edits that a server sustains, which means that 99 of 100 arrive at every other client within
/// <see cref="Limits.LatencyP99Milliseconds"/> of when they were due, and all arrive.
/// </summary>
static class EditsBench
{
    sealed record Scenario(string Name, int Texts, int WritersPerText);

    sealed record Row(string Scenario, string Target, double EditsPerSecond, LoadResult? Load, string? NotMeasured);

    static readonly Scenario[] Scenarios = [new("1x20", 1, 20), new("200x2", 200, 2)];

    public static Command Verb() => Options.Verb(
        "edits", "The highest sustained rate of edits: 1 text with 20 writers, 200 texts with 2 writers each", 8, [.. Scenarios.Select(s => s.Name)], RunAsync);

    static async Task RunAsync(Options options)
    {
        var machine = Report.Machine();
        Report.Progress(machine);
        var rows = new List<Row>();
        foreach (var scenario in Scenarios.Where(s => options.Includes(s.Name, Scenarios.Select(o => o.Name))))
            foreach (var target in options.Targets)
                rows.Add(await MeasureAsync(scenario, target, options));
        Report.Table(
            ["scenario", "target", "edits/s", "p50 ms", "p99 ms", "p50 ms from write", "p99 ms from write", "server CPU %", "load CPU %", "load late p99 ms", "to Hocuspocus"],
            [.. rows.Select(r => Cells(r, rows.Find(o => o.Scenario == r.Scenario && o.Target == TargetNames.Hocuspocus)))]);
        await Report.SaveAsync(options.Json, "edits", machine, rows);
    }

    static async Task<Row> MeasureAsync(Scenario scenario, string name, Options options)
    {
        await using var server = new WarmServer(name, scenario, options);
        try
        {
            var (rate, load) = options.Rate is { } one
                ? (one, (await TryAsync(server, one)).Load)
                : await SustainedRate.FindAsync(r => TryAsync(server, r));
            return new Row(scenario.Name, name, rate, load, load == null ? "no rate held" : null);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            Report.Progress($"{scenario.Name} {name}: {e.Message}");
            return new Row(scenario.Name, name, 0, null, e.Message);
        }
    }

    // A server that is so busy that nobody can connect any more does not hold the rate, either.
    static async Task<(bool Holds, LoadResult? Load)> TryAsync(WarmServer server, double rate)
    {
        if (await LoadOrNullAsync(server, rate) is not { } load) return (false, null);
        var holds = load.IsComplete && load.Due.P99Milliseconds <= Limits.LatencyP99Milliseconds;
        Report.Progress(
            $"{server}: {rate:0} edits/s {(holds ? "hold" : "fail")}: p99 {load.Due.P99Milliseconds:0.0} ms, missing {load.Missing}, " +
            $"gaps {load.Gaps}, repeats {load.Repeats}, server {load.ServerCpuPercent:0} %, load {load.LoadCpuPercent:0} % {string.Join("; ", load.Faults)}");
        return (holds, load);
    }

    static async Task<LoadResult?> LoadOrNullAsync(WarmServer server, double rate)
    {
        try
        {
            return await server.LoadAsync(rate);
        }
        catch (IOException e) when (server.HasStarted)
        {
            Report.Progress($"{server}: {rate:0} edits/s fail: {e.Message}");
            return null;
        }
    }

    /// <summary>A target that stays for all rates, unless one left it so busy that it has to be started anew.</summary>
    sealed class WarmServer(string name, Scenario scenario, Options options) : IAsyncDisposable
    {
        readonly TemporaryFolder _folder = new();
        ITarget? _target;
        int _starts;

        /// <summary>It has carried out a load before, so a failure is one of the load and not of the set-up.</summary>
        public bool HasStarted { get; private set; }

        public async Task<LoadResult> LoadAsync(double rate)
        {
            if (_target == null || !await _target.Server.BecomesQuietAsync()) await StartAsync(rate);
            return await RunAsync(rate, options.Seconds);
        }

        public override string ToString() => $"{scenario.Name} {name}";

        public async ValueTask DisposeAsync()
        {
            if (_target != null) await _target.DisposeAsync();
            _folder.Dispose();
        }

        async Task StartAsync(double rate)
        {
            if (_target != null)
            {
                Report.Progress($"{this}: still busy with the last load, so it is started anew");
                await _target.DisposeAsync();
            }
            _target = TargetNames.Create(name);
            await _target.StartAsync(Directory.CreateDirectory(Path.Combine(_folder.Path, $"{_starts++}")).FullName);
            // The first seconds of a process are its compiler's, on every runtime; no server holds a high rate straight after its start.
            await RunAsync(rate / Limits.StartedRateDivisor, Limits.StartedWarmUpSeconds);
            await _target.Server.BecomesQuietAsync();
            HasStarted = true;
        }

        async Task<LoadResult> RunAsync(double rate, double seconds)
        {
            var texts = await _target!.CreateTextsAsync(scenario.Texts, scenario.WritersPerText);
            return await LoadProcess.RunAsync(new LoadPlan(
                _target.Wire, _target.Port, texts, _target.Root, 0, rate, Limits.WarmUpSeconds, seconds, _target.Server.Id, options.Seed));
        }
    }

    static string[] Cells(Row row, Row? hocuspocus) => row.Load is not { } load
        ? [row.Scenario, row.Target, Report.NotMeasured, .. Enumerable.Repeat("", 8)]
        : [
            row.Scenario, row.Target, $"{row.EditsPerSecond:0}", $"{load.Due.P50Milliseconds:0.0}", $"{load.Due.P99Milliseconds:0.0}",
            $"{load.Written.P50Milliseconds:0.0}", $"{load.Written.P99Milliseconds:0.0}", $"{load.ServerCpuPercent:0}", $"{load.LoadCpuPercent:0}",
            $"{load.Lateness.P99Milliseconds:0.0}", hocuspocus is { EditsPerSecond: > 0 } ? $"{row.EditsPerSecond / hocuspocus.EditsPerSecond:0.00}" : "",
        ];
}

/// <summary>Finds the highest rate that holds: doubles until one fails, then halves the distance, in steps of equal ratio.</summary>
static class SustainedRate
{
    /// <param name="tryAsync">Whether a rate (edits per second) holds, and what was seen. A rate counts as failed when it failed twice.</param>
    /// <returns>The rate and what was seen at it; 0 and null when even the lowest did not hold.</returns>
    public static async Task<(double Rate, LoadResult? Load)> FindAsync(Func<double, Task<(bool Holds, LoadResult? Load)>> tryAsync)
    {
        var (held, load, failed) = (0.0, (LoadResult?)null, double.PositiveInfinity);
        for (var rate = Limits.RateStartEditsPerSecond; rate <= Limits.RateMaxEditsPerSecond && failed > held * Limits.RateResolutionFactor;)
        {
            var (holds, seen) = await tryAsync(rate);
            if (!holds) (holds, seen) = await tryAsync(rate);
            if (holds) (held, load) = (rate, seen);
            else failed = rate;
            if (held == 0) break;
            rate = double.IsInfinity(failed) ? held * 2 : Math.Sqrt(held * failed);
        }
        return (held, load);
    }
}
