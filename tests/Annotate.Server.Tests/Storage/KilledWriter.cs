using System.Diagnostics;
using System.Globalization;
using Annotate.Journals;
using Annotate.Server.Storage;

namespace Annotate.Server.Tests.Storage
{
    /// <summary>This test program started a second time, as a process that writes to a storage file until it is killed.</summary>
    static class KilledWriter
    {
        internal const string Variable = "ANNOTATE_TEST_KILLED_WRITER";
        const int Writers = 20;

        public static GrainId Grain { get; } = GrainId.Create("section", "coalition/statement/section-1");

        public static Process Start(string file)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
            start.Environment[Variable] = file;
            start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(KilledWriter).Assembly.Location;
            return Process.Start(start)!;
        }

        public static (string Name, int Value) Parse(string? line)
        {
            var parts = (line ?? throw new EndOfStreamException("The writer ended by itself.")).TrimEnd(';').Split(' ');
            return (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        internal static async Task WriteForEver(string file)
        {
            var storage = new SqliteGrainStorage("killed", new SqliteStorageOptions { Path = file });
            storage.Open();
            var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteForEver(storage, $"tail.{writer}")));
            // Its input ends when the test's process does: nobody is left behind.
            await Task.WhenAny([.. writers, Task.Run(() => Console.In.ReadToEnd())]).Unwrap();
        }

        static async Task WriteForEver(SqliteGrainStorage storage, string name)
        {
            var state = new GrainState<JournalRecord>(new());
            for (var value = 1; ; value++)
            {
                state.State = new JournalRecord { Bytes = BitConverter.GetBytes(value) };
                await storage.WriteStateAsync(name, Grain, state);
                Console.Out.Write($"{name} {value};\n");
            }
        }
    }
}

/// <summary>
/// The runtime calls this before the program's own start, in the process that <see cref="Annotate.Server.Tests.Storage.KilledWriter"/> starts and there alone. (A module
/// initializer will not do: until it ends every other thread that needs the module waits.)
/// </summary>
static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Annotate.Server.Tests.Storage.KilledWriter.Variable) is not { } file) return;
        Annotate.Server.Tests.Storage.KilledWriter.WriteForEver(file).GetAwaiter().GetResult();
        Environment.Exit(1);
    }
}
