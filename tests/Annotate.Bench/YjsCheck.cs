using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Annotate.Bench.Load;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>
/// Verb <c>check</c>: has yjs itself apply what the generator writes, and reads what yjs merges out of it; both must come to the same text.
/// </summary>
static class YjsCheck
{
    const int Writers = 3;
    const int EditsPerWriter = 300; // beyond 127 and 255, where the encoding of a clock grows
    const string Root = "t";

    sealed record Merged(string Text, string[] Updates);

    sealed class Clocks : IRuns
    {
        public Dictionary<uint, uint> Ends { get; } = [];

        public bool HasGap { get; private set; }

        public void Run(uint client, uint clock, uint length)
        {
            HasGap |= clock != Ends.GetValueOrDefault(client);
            Ends[client] = clock + length;
        }
    }

    public static Command Verb()
    {
        var command = new Command("check", "Checks the generator's updates against yjs");
        command.SetAction(_ => RunAsync());
        return command;
    }

    static async Task<int> RunAsync()
    {
        await HocuspocusTarget.InstallAsync();
        uint[] clients = [1, 300, uint.MaxValue];
        var merged = await MergeAsync(Enumerable.Range(0, EditsPerWriter).SelectMany(clock => clients.Select(c => Update(c, (uint)clock))));
        var clocks = new Clocks();
        var readable = merged.Updates.All(u => YUpdate.TryRead(Convert.FromHexString(u), clocks));
        var agrees = readable && !clocks.HasGap && merged.Text == new string('x', Writers * EditsPerWriter)
            && clients.All(c => clocks.Ends.GetValueOrDefault(c) == EditsPerWriter) && clocks.Ends.Count == clients.Length;
        Console.WriteLine(agrees
            ? $"yjs and the generator agree on {Writers * EditsPerWriter} updates and on {merged.Updates.Length} merged ones"
            : $"yjs and the generator differ: text of {merged.Text.Length}, readable {readable}, gap {clocks.HasGap}, {string.Join(", ", clocks.Ends)}");
        return agrees ? 0 : 1;
    }

    static string Update(uint client, uint clock)
    {
        var writer = new ByteWriter(new byte[64]);
        YUpdate.WriteAppend(ref writer, Root, client, clock, 1);
        return Convert.ToHexString(writer.Written);
    }

    static async Task<Merged> MergeAsync(IEnumerable<string> updates)
    {
        var info = new ProcessStartInfo("node", ["merge.mjs", Root])
        {
            WorkingDirectory = HocuspocusTarget.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var node = Process.Start(info)!;
        await node.StandardInput.WriteAsync(string.Join('\n', updates));
        node.StandardInput.Close();
        var merged = JsonSerializer.Deserialize<Merged>(await node.StandardOutput.ReadToEndAsync(), JsonSerializerOptions.Web);
        await node.WaitForExitAsync();
        return merged ?? throw new InvalidDataException("No answer from yjs.");
    }
}
