using System.CommandLine;

namespace Annotate.Server.Verbs;

/// <summary>What can be done with texts as files, without a server.</summary>
sealed class TextVerbs
{
    const string JsonHelp =
        """
        As JSON. format (1 or 2), framing (whole or prefixed), updates; bytes: file, format1, format2 (of all as one update), memory; items;
        nestedTypes: a number for each kind; roots: name, kind (a guess: text, map, array, xmlFragment, unknown), length, and text for text and XML,
        proseMirror for XML, json for maps and arrays; stateVector: client, clock; deleteSet: client, from, to (the clock behind the last);
        clients: client, clocks, visibleCharacters, visibleElements, structs; pending, null if nothing waits: bytes, missing (client, clock).
        """;

    readonly Argument<string> _file = new("FILE")
    {
        Description = "One Yjs update in format 1 or 2, or several, each behind its length as a variable-length integer. - reads standard input.",
    };
    readonly Option<bool> _json = new("--json") { Description = JsonHelp.ReplaceLineEndings(" ") };

    public Command NewCommand()
    {
        var inspect = new Command("inspect", "Says what Yjs updates hold: types and text, clients, deletions, what is missing, how large it is. Needs no server.");
        inspect.Add(_file);
        inspect.Add(_json);
        inspect.SetAction(InspectAsync);
        return new Command("text", "For texts as files: Yjs updates.") { inspect };
    }

    async Task<int> InspectAsync(ParseResult parsed, CancellationToken stop)
    {
        var path = parsed.GetRequiredValue(_file);
        var name = path == "-" ? "standard input" : path;
        var inspection = Inspection.Of(UpdateFile.Read(await ReadAsync(path, name, stop), name), name);
        if (parsed.GetValue(_json)) await Console.Out.WriteLineAsync(new InspectionJson(inspection).Write());
        else await Console.Out.WriteAsync(new InspectionPage(inspection).Write());
        return 0;
    }

    static async Task<byte[]> ReadAsync(string path, string name, CancellationToken stop)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"{name} is a folder.");
        await using var file = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        using var read = new MemoryStream();
        var part = new byte[64 * 1024];
        while (await file.ReadAsync(part, stop) is var count and > 0)
        {
            if (read.Length + count > Limits.InspectedBytesMax)
                throw new InvalidDataException($"{name} is larger than {Limits.InspectedBytesMax / 1024 / 1024} MiB, the most that is read.");
            read.Write(part, 0, count);
        }
        return read.ToArray();
    }
}
