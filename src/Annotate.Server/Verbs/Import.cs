using System.CommandLine;
using System.Net.Http.Headers;

namespace Annotate.Server.Verbs;

/// <summary>Imports a draft of an instrument from a file.</summary>
sealed class Import
{
    readonly Argument<FileInfo> _file = new("FILE") { Description = "Markdown, or plain text when its name ends in .txt; UTF-8." };
    readonly Option<string> _instrument = new("--instrument") { Description = "Id of the instrument, such as un-cybercrime-convention.", Required = true };
    readonly Option<string> _draft = new("--draft") { Description = "Id of the draft, such as a-ac-291-l-15.", Required = true };
    readonly Option<string?> _title = new("--title") { Description = "Title of the instrument; may be left out when it has one." };
    readonly Option<string?> _draftTitle = new("--draft-title") { Description = "Title of the draft (default: its id)." };
    readonly Option<string?> _language = new("--language") { Description = "BCP 47 tag (default: en)." };
    readonly ServerOptions _server = new();

    public Command NewCommand()
    {
        var command = new Command("import", "Imports a draft of an instrument. Importing the same again changes nothing.");
        command.Add(_file);
        foreach (var option in new Option[] { _instrument, _draft, _title, _draftTitle, _language }) command.Add(option);
        _server.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var file = parsed.GetRequiredValue(_file);
        var source = await File.ReadAllBytesAsync(file.FullName, stop);
        await using var server = await _server.OpenAsync(parsed, stop);
        var instrument = parsed.GetRequiredValue(_instrument);
        var draft = parsed.GetRequiredValue(_draft);
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"/api/instruments/{Uri.EscapeDataString(instrument)}/drafts/{Uri.EscapeDataString(draft)}{Query(parsed)}")
        {
            Content = new ByteArrayContent(source),
        };
        var type = file.Extension.Equals(".txt", StringComparison.OrdinalIgnoreCase) ? "text/plain" : "text/markdown";
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type) { CharSet = "utf-8" };
        try
        {
            await server.SendAsync(request, stop);
        }
        catch (RefusedException refused)
        {
            // The server names the line; which file, only we know.
            throw new RefusedException($"{file.Name}: {refused.Message}");
        }

        await Console.Out.WriteLineAsync($"{instrument}, draft {draft}: imported.");
        return 0;
    }

    string Query(ParseResult parsed)
    {
        var given = new[] { ("title", parsed.GetValue(_title)), ("draftTitle", parsed.GetValue(_draftTitle)), ("language", parsed.GetValue(_language)) };
        return QueryString.Create(given.Where(pair => pair.Item2 is not null).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))).ToString();
    }
}
