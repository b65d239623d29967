using System.CommandLine;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>Verb <c>coldstart</c>: from the start of the server's process to its first answer, and to a client that has a text.</summary>
static class ColdStartBench
{
    const int Starts = 5;

    sealed record Row(string Target, double[] AnswerMilliseconds, double[] TextMilliseconds, string? NotMeasured);

    public static Command Verb() => Options.Verb(
        "coldstart", $"Time to the first HTTP answer and to the first text, of {Starts} starts on a folder that has texts", null, [], RunAsync);

    static async Task RunAsync(Options options)
    {
        var machine = Report.Machine();
        Report.Progress(machine);
        var rows = new List<Row>();
        foreach (var target in options.Targets) rows.Add(await MeasureAsync(target, options));
        Report.Table(
            ["scenario", "target", "answer ms (median)", "worst", "text ms (median)", "worst"],
            [.. rows.Select(r => (string[])["coldstart", r.Target, r.NotMeasured is null ? Median(r.AnswerMilliseconds) : Report.NotMeasured, Worst(r.AnswerMilliseconds), Median(r.TextMilliseconds), Worst(r.TextMilliseconds)])]);
        await Report.SaveAsync(options.Json, "coldstart", machine, rows);
    }

    static async Task<Row> MeasureAsync(string name, Options options)
    {
        using var folder = new TemporaryFolder();
        try
        {
            var (texts, answers, opened) = (Array.Empty<TextAccess>(), new List<double>(), new List<double>());
            for (var start = 0; start <= Starts; start++)
            {
                await using var target = TargetNames.Create(name);
                await target.StartAsync(folder.Path);
                if (start == 0) texts = await target.CreateTextsAsync(1, 1);
                var text = OpenText(target, texts, options);
                if (start == 0) continue; // It made the database, and the bench's own code was compiled.
                answers.Add(target.Server.FirstAnswerMilliseconds);
                opened.Add(text);
            }
            return new Row(name, [.. answers], [.. opened], null);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            Report.Progress($"{name}: {e.Message}");
            return new Row(name, [], [], e.Message);
        }
    }

    /// <summary>Opens a text from this process, as starting another for it would take longer than what is measured.</summary>
    static double OpenText(ITarget target, TextAccess[] texts, Options options)
    {
        var age = 0.0;
        using var run = new LoadRun(new LoadPlan(target.Wire, target.Port, texts, target.Root, 1, 0, 0, 0, target.Server.Id, options.Seed));
        run.Run(() => age = target.Server.AgeMilliseconds);
        return age;
    }

    static string Median(double[] values) => values.Length == 0 ? "" : $"{values.Order().ElementAt(values.Length / 2):0}";

    static string Worst(double[] values) => values.Length == 0 ? "" : $"{values.Max():0}";
}
