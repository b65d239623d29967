using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Annotate.Bench;

/// <summary>Prints figures as a table and keeps them as JSON.</summary>
static class Report
{
    static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>In a table, in place of a figure; why is told on standard error, and in the JSON.</summary>
    public const string NotMeasured = "not measured";

    /// <summary>What the figures were measured on.</summary>
    public static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown processor";
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} cores, {model}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, Node {Node()}; load average {load}";
    }

    /// <summary>Prints a Markdown table, its columns aligned.</summary>
    public static void Table(string[] header, IReadOnlyCollection<string[]> rows)
    {
        var widths = header.Select((_, i) => rows.Append(header).Max(r => r[i].Length)).ToArray();
        Console.WriteLine();
        Line(header, widths);
        Console.WriteLine($"|{string.Join('|', widths.Select((w, i) => new string('-', w + 1) + (i < 2 ? "-" : ":")))}|");
        foreach (var row in rows) Line(row, widths);
        Console.WriteLine();
    }

    /// <summary>Writes rows, and what they were measured on, to a file; does nothing without a file name.</summary>
    public static async Task SaveAsync<TRow>(string? file, string verb, string machine, IEnumerable<TRow> rows)
    {
        if (file == null) return;
        var at = TimeProvider.System.GetUtcNow();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { verb, at, machine, rows }, Json) + "\n");
    }

    /// <summary>Tells how a measurement goes, apart from the figures.</summary>
    public static void Progress(string line) => Console.Error.WriteLine(line);

    static void Line(string[] cells, int[] widths) =>
        Console.WriteLine($"| {string.Join(" | ", cells.Select((c, i) => i < 2 ? c.PadRight(widths[i]) : c.PadLeft(widths[i])))} |");

    static string Node()
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
        return node.StandardOutput.ReadToEnd().Trim();
    }
}
