using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Annotate.Text;

namespace Annotate.Bench;

/// <summary>
/// Verb <c>text</c>: the text engine beside yjs and ywasm (yrs), each in a process of its own on one core, on the same updates: those that an
/// editing trace makes, or a generated one.
/// </summary>
static class TextBench
{
    const int RunsDefault = 5;
    const int Held = 20;
    const int MergedUpdates = 20_000;
    static readonly string[] Libraries = ["yjs", "ywasm"];

    sealed record Times(
        double ApplyMilliseconds, double ConcurrentMilliseconds, double LoadMilliseconds, double EncodeMilliseconds, double? MergeMilliseconds,
        double? DiffMilliseconds);

    sealed record Figures(Times Times, double DocumentBytes, double TypedBytes, double? HeldBytes = null);

    static string Folder => Path.Combine(SourceFolder(), "text");

    static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Annotate.Bench.csproj")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The bench must run below its source folder.");
        return folder.FullName;
    }

    public static Command Verb()
    {
        var trace = new Option<string?>("--trace") { Description = "An editing trace (gzipped JSON: txns of patches); a generated one if left out" };
        var runs = new Option<int>("--runs")
        {
            Description = "Runs of each measurement, of which the median counts",
            DefaultValueFactory = _ => RunsDefault,
        };
        var command = new Command("text", "The text engine beside yjs and ywasm: apply, load, encode, memory") { trace, runs };
        command.SetAction(parsed => Run(parsed.GetValue(trace), parsed.GetValue(runs)));
        return command;
    }

    /// <summary>The child process that measures ours.</summary>
    public static Command ChildVerb()
    {
        var folder = new Argument<string>("FOLDER");
        var runs = new Argument<int>("RUNS");
        var what = new Argument<string>("WHAT");
        var command = new Command("text-own", "The measured side of the verb text") { folder, runs, what };
        command.Hidden = true;
        command.SetAction(async (parsed, stop) =>
        {
            var (from, of) = (parsed.GetValue(folder)!, parsed.GetValue(what));
            object figures = of switch
            {
                "times" => Measure(from, parsed.GetValue(runs)),
                "held" => await HeldTexts.MeasureAsync(Split(await File.ReadAllBytesAsync(Path.Combine(from, "typed.bin"), stop)), Held, Resident),
                _ => MeasureMemory(from, of == "document"),
            };
            Console.WriteLine(JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        });
        return command;
    }

    static void Run(string? trace, int runs)
    {
        Install();
        using var folder = new TemporaryFolder();
        Output("node", ["work.mjs", "make", folder.Path, .. trace is null ? Array.Empty<string>() : [Path.GetFullPath(trace)]]);
        var figures = new Dictionary<string, Figures>
        {
            ["Annotate.Text"] = Read(runs, what => Output(Environment.ProcessPath!, ["text-own", folder.Path, $"{runs}", what])),
        };
        figures["Annotate.Text"] = figures["Annotate.Text"] with
        {
            HeldBytes = MedianBytes(runs, () => Output(Environment.ProcessPath!, ["text-own", folder.Path, $"{runs}", "held"])),
        };
        foreach (var library in Libraries)
            figures[library] = Read(runs, what => Output("node", ["--expose-gc", "work.mjs", library, folder.Path, $"{runs}", what]));
        Print(figures);
        Console.WriteLine();
        Console.Write(Output(Environment.ProcessPath!, ["text-worst"]));
    }

    static void Install()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "ywasm"))) return;
        Console.Error.WriteLine("Installing yjs and ywasm from npm (npm ci)");
        Output("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    }

    /// <summary>Memory is measured in processes that do nothing else, a new one each time.</summary>
    static Figures Read(int runs, Func<string, string> measured) => new(
        JsonSerializer.Deserialize<Times>(measured("times"), JsonSerializerOptions.Web)!,
        MedianBytes(runs, () => measured("document")),
        MedianBytes(runs, () => measured("typed")));

    static double MedianBytes(int runs, Func<string> measured) =>
        Enumerable.Range(0, runs).Select(_ => JsonSerializer.Deserialize<double>(measured())).Order().ElementAt(runs / 2);

    static string Output(string program, string[] arguments)
    {
        using var process = Core.Start(Limits.LoadCore, program, arguments, info =>
        {
            info.WorkingDirectory = Folder;
            info.RedirectStandardOutput = true;
        });
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new IOException($"{program} ended with {process.ExitCode}");
    }

    static void Print(Dictionary<string, Figures> figures)
    {
        Row("", figures.Keys);
        Row("apply all updates one by one, ms", figures.Values.Select(f => $"{f.Times.ApplyMilliseconds:F0}"));
        Row("apply updates of 8 writers at once, ms", figures.Values.Select(f => $"{f.Times.ConcurrentMilliseconds:F0}"));
        Row("load the document and read its text, ms", figures.Values.Select(f => $"{f.Times.LoadMilliseconds:F1}"));
        Row("encode the whole state, ms", figures.Values.Select(f => $"{f.Times.EncodeMilliseconds:F1}"));
        Row("a loaded document, resident KiB", figures.Values.Select(f => $"{f.DocumentBytes / 1024:F0}"));
        Row("50,000 characters typed one by one, resident KiB", figures.Values.Select(f => $"{f.TypedBytes / 1024:F0}"));
        Row("the same, held by a server with its journal, resident KiB", figures.Values.Select(f => f.HeldBytes is { } held ? $"{held / 1024:F0}" : "-"));
        Row($"merge {MergedUpdates} updates, ms", figures.Values.Select(f => f.Times.MergeMilliseconds is { } merge ? $"{merge:F0}" : "-"));
        Row("what a holder of half of it lacks, ms", figures.Values.Select(f => f.Times.DiffMilliseconds is { } diff ? $"{diff:F1}" : "-"));
    }

    static void Row(string name, IEnumerable<string> cells) =>
        Console.WriteLine($"| {name,-56} | {string.Join(" | ", cells.Select(cell => $"{cell,14}"))} |");

    static double MeasureMemory(string folder, bool isLoaded)
    {
        if (!isLoaded)
        {
            var typed = Split(File.ReadAllBytes(Path.Combine(folder, "typed.bin")));
            return Grown(() => Applied(typed));
        }
        var state = File.ReadAllBytes(Path.Combine(folder, "document.bin"));
        return Grown(() => Loaded(state));
    }

    static Times Measure(string folder, int runs)
    {
        var updates = Split(File.ReadAllBytes(Path.Combine(folder, "updates.bin")));
        var state = File.ReadAllBytes(Path.Combine(folder, "document.bin"));
        var document = Applied(updates);
        var text = File.ReadAllText(Path.Combine(folder, "text.txt"));
        if (document.ReadText(SharedRef.Text("text")) != text) throw new InvalidDataException("Another text was read.");
        if (!document.EncodeState().AsSpan().SequenceEqual(state)) throw new InvalidDataException("Another state was written.");
        var concurrent = Split(File.ReadAllBytes(Path.Combine(folder, "concurrent.bin")));
        if (Applied(concurrent).ReadText(SharedRef.Text("text")) != File.ReadAllText(Path.Combine(folder, "concurrent.txt")))
            throw new InvalidDataException("Another concurrent text was read.");
        var half = File.ReadAllBytes(Path.Combine(folder, "half.bin"));
        return new Times(
            Median(runs, () => Applied(updates)),
            Median(runs, () => Applied(concurrent)),
            Median(runs * 3, () => Loaded(state).ReadText(SharedRef.Text("text"))),
            Median(runs * 3, () => document.EncodeState()),
            Median(runs, () => Updates.TryMerge([.. updates.Take(MergedUpdates).Select(update => (ReadOnlyMemory<byte>)update)], out _)),
            Median(runs, () => Updates.TryDiff(state, half, out _)));
    }

    static Document Applied(byte[][] updates)
    {
        var document = new Document();
        foreach (var update in updates)
            if (!document.TryApply(update, out var fault)) throw new InvalidDataException($"An update was refused: {fault}");
        return document;
    }

    static Document Loaded(byte[] state) => Document.TryLoad(state, out var document, out var fault)
        ? document
        : throw new InvalidDataException($"The document was refused: {fault}");

    static double Grown(Func<Document> make)
    {
        var before = Resident();
        var kept = Enumerable.Range(0, Held).Select(_ => make()).ToArray();
        var bytes = (Resident() - before) / (double)Held;
        GC.KeepAlive(kept);
        return bytes;
    }

    static long Resident()
    {
        for (var i = 0; i < 3; i++) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    static double Median(int runs, Action work)
    {
        var times = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            var began = Stopwatch.GetTimestamp();
            work();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        Array.Sort(times);
        return times[runs / 2];
    }

    static byte[][] Split(byte[] bytes)
    {
        var updates = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            updates.Add(bytes[(at + sizeof(int))..(at + sizeof(int) + length)]);
            at += sizeof(int) + length;
        }
        return [.. updates];
    }
}
