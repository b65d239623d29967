using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Annotate.Server.Verbs;

/// <summary>Writes a coalition as JSON: what whoever asks may see of it, in the API's own form.</summary>
sealed class Export
{
    static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    readonly Option<string> _coalition = new("--coalition") { Description = "Id of the coalition.", Required = true };
    readonly Option<FileInfo?> _out = new("--out") { Description = "File to write; replaced when it is there (default: standard output)." };
    readonly ServerOptions _server = new();

    public Command NewCommand()
    {
        var command = new Command(
            "export",
            "Writes a coalition as JSON: its people, threads, positions and statements, each text as a base64 Yjs update and as plain text. The operator sees what the "
            + "whole coalition sees; with a person's --token, the tier of their organisation is in it as well.");
        command.Add(_coalition);
        command.Add(_out);
        _server.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var server = await _server.OpenAsync(parsed, stop);
        var exported = await new CoalitionExport(server, parsed.GetRequiredValue(_coalition)).ReadAsync(stop);
        if (parsed.GetValue(_out) is { } file) await WriteAsync(exported, file, stop);
        else await Console.Out.WriteLineAsync(exported.ToJsonString(Readable));
        return 0;
    }

    // Written beside it first: an export that breaks off leaves the earlier one as it is.
    static async Task WriteAsync(JsonObject exported, FileInfo file, CancellationToken stop)
    {
        var next = file.FullName + ".next";
        await File.WriteAllTextAsync(next, exported.ToJsonString(Readable) + "\n", stop);
        File.Move(next, file.FullName, overwrite: true);
    }
}

/// <summary>Reads all of a coalition, through its index.</summary>
sealed class CoalitionExport(ServerConnection server, string coalition)
{
    readonly string _path = $"/api/coalitions/{Uri.EscapeDataString(coalition)}";

    public async Task<JsonObject> ReadAsync(CancellationToken stop)
    {
        var about = await server.GetAsync(_path, stop);
        var index = await server.GetAsync($"{_path}/index", stop);
        return new JsonObject
        {
            ["format"] = "annotate-export-1",
            ["coalition"] = Node(about),
            ["threads"] = await EachAsync(index, "threads", ReadThreadAsync, stop),
            ["positions"] = await EachAsync(index, "positions", ReadPositionsAsync, stop),
            ["statements"] = await EachAsync(index, "statements", ReadStatementAsync, stop),
        };
    }

    static async Task<JsonArray> EachAsync(
        JsonElement index, string list, Func<JsonElement, CancellationToken, Task<JsonObject>> read, CancellationToken stop)
    {
        var all = new JsonArray();
        foreach (var entry in index.GetProperty(list).EnumerateArray()) all.Add((JsonNode)await read(entry, stop));
        return all;
    }

    async Task<JsonObject> ReadThreadAsync(JsonElement entry, CancellationToken stop)
    {
        var (instrument, eId) = (Text(entry, "instrument"), Text(entry, "eId"));
        var found = await server.GetAsync($"{_path}/instruments/{instrument}/articles/{eId}/thread?tier={Text(entry, "tier")}", stop);
        return new JsonObject { ["instrument"] = instrument, ["eId"] = eId, ["thread"] = Node(found) };
    }

    async Task<JsonObject> ReadPositionsAsync(JsonElement entry, CancellationToken stop)
    {
        var (instrument, eId) = (Text(entry, "instrument"), Text(entry, "eId"));
        var found = await server.GetAsync($"{_path}/instruments/{instrument}/provisions/{eId}/positions", stop);
        return new JsonObject { ["instrument"] = instrument, ["eId"] = eId, ["positions"] = Node(found) };
    }

    async Task<JsonObject> ReadStatementAsync(JsonElement entry, CancellationToken stop)
    {
        var found = await server.GetAsync($"{_path}/statements/{Text(entry, "id")}", stop);
        var statement = Node(found)!.AsObject();
        foreach (var section in statement["sections"]!.AsArray())
        {
            section!["update"] = Convert.ToBase64String(await server.GetBytesAsync($"/api/texts/{section["text"]}", stop));
            section["plain"] = Encoding.UTF8.GetString(await server.GetBytesAsync($"/api/texts/{section["text"]}/plain", stop));
        }

        return statement;
    }

    static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());

    static string Text(JsonElement entry, string member) => entry.GetProperty(member).GetString()!;
}
