using System.CommandLine;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>Verb <c>idle</c>: what a connection costs that only follows, in resident memory of the server.</summary>
static class IdleBench
{
    const int Texts = 100;
    const int Connections = 5000;
    const int WarmUpConnectionsPerText = 5;
    const int SettledSeconds = 5;
    const double SettledShare = 0.005;

    sealed record Row(string Target, long BeforeKibibytes, long AfterKibibytes, double KibibytesPerConnection, double OpenedSeconds, string? NotMeasured);

    public static Command Verb() => Options.Verb(
        "idle", $"Memory per idle connection, at {Connections} connections to {Texts} texts", null, [], RunAsync);

    static async Task RunAsync(Options options)
    {
        var machine = Report.Machine();
        Report.Progress(machine);
        var rows = new List<Row>();
        foreach (var target in options.Targets) rows.Add(await MeasureAsync(target, options));
        Report.Table(["scenario", "target", "KiB per connection", "before MiB", "after MiB", "opened in s"], [.. rows.Select(Cells)]);
        await Report.SaveAsync(options.Json, "idle", machine, rows);
    }

    static async Task<Row> MeasureAsync(string name, Options options)
    {
        await using var target = TargetNames.Create(name);
        using var folder = new TemporaryFolder();
        try
        {
            await target.StartAsync(folder.Path);
            var texts = await target.CreateTextsAsync(Texts, 1);
            var plan = new LoadPlan(target.Wire, target.Port, texts, target.Root, WarmUpConnectionsPerText, 0, 0, 0, target.Server.Id, options.Seed);
            await LoadProcess.RunAsync(plan); // Code and texts are in memory before the first figure.
            await target.Server.BecomesQuietAsync();
            var before = await target.Server.ResidentKibibytesAsync();
            var after = 0L;
            var load = await LoadProcess.RunAsync(
                plan with { Readers = Connections / Texts, HoldOpen = true }, async () => after = await SettledAsync(target.Server));
            if (load.Faults.Length > 0) throw new IOException(string.Join("; ", load.Faults));
            var each = (double)(after - before) / Connections;
            Report.Progress($"{name}: {each:0.0} KiB per connection");
            return new Row(name, before, after, each, load.OpenedSeconds, null);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            Report.Progress($"{name}: {e.Message}");
            return new Row(name, 0, 0, 0, 0, e.Message);
        }
    }

    /// <summary>Resident memory once it has changed by less than <see cref="SettledShare"/> for <see cref="SettledSeconds"/>.</summary>
    static async Task<long> SettledAsync(ServerProcess server)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var reference = await server.ResidentKibibytesAsync();
        var calm = 0;
        for (var second = 0; second < Limits.IdleSettleSeconds && calm < SettledSeconds; second++)
        {
            await timer.WaitForNextTickAsync();
            var now = await server.ResidentKibibytesAsync();
            var settled = Math.Abs(now - reference) < reference * SettledShare;
            calm = settled ? calm + 1 : 0;
            if (!settled) reference = now;
        }
        return await server.ResidentKibibytesAsync();
    }

    static string[] Cells(Row row) => row.NotMeasured is not null
        ? ["idle", row.Target, Report.NotMeasured, "", "", ""]
        : ["idle", row.Target, $"{row.KibibytesPerConnection:0.0}", $"{row.BeforeKibibytes / 1024}", $"{row.AfterKibibytes / 1024}", $"{row.OpenedSeconds:0.0}"];
}
