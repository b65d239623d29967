using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Annotate.Journals;
using Annotate.Server.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>
/// This test program started a second time, as a process that writes to a storage file until it is killed. A variable in its environment tells
/// it, before any test framework runs.
/// </summary>
static class KilledWriter
{
    const string Variable = "ANNOTATE_TEST_KILLED_WRITER";
    const int Writers = 20;

    public static GrainId Grain { get; } = GrainId.Create("section", "coalition/statement/section-1");

    public static Process Start(string file)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.Environment[Variable] = file;
        return Process.Start(start)!;
    }

    public static (string Name, int Value) Parse(string? line)
    {
        var parts = (line ?? throw new EndOfStreamException("The writer ended by itself.")).TrimEnd(';').Split(' ');
        return (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    [ModuleInitializer]
    internal static void WriteWhereAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } file) WriteForEver(file).GetAwaiter().GetResult();
    }

    static Task WriteForEver(string file)
    {
        var storage = new SqliteGrainStorage("killed", new SqliteStorageOptions { Path = file });
        storage.Open();
        return Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteForEver(storage, $"tail.{writer}"))));
    }

    static async Task WriteForEver(SqliteGrainStorage storage, string name)
    {
        var state = new GrainState<JournalRecord>(new());
        for (var value = 1; ; value++)
        {
            state.State = new JournalRecord { Bytes = BitConverter.GetBytes(value) };
            await storage.WriteStateAsync(name, Grain, state);
            // One write per line: lines of several threads must not mix.
            Console.Out.Write($"{name} {value};\n");
        }
    }
}
