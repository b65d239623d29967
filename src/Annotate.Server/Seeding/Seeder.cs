using System.Net.Http.Headers;
using Annotate.Instruments;

namespace Annotate.Server.Seeding;

/// <summary>
/// Loads a folder of seeds through the public HTTP API and nothing else: as the operator what only the operator may, everything that
/// people do as those people, with tokens made for it and given back afterwards. What is there already is left as it is, so that loading
/// twice changes nothing and an interrupted loading is finished by loading again.
/// </summary>
/// <param name="http">With the server's base address.</param>
/// <param name="operatorToken">The operator's bearer token.</param>
/// <param name="progress">Gets one line for each step.</param>
public sealed class Seeder(HttpClient http, string operatorToken, TextWriter progress)
{
    readonly SeedApi _api = new(http);

    /// <summary>Checks every file first, so that a mistake in one is told before anything is sent; then loads.</summary>
    /// <exception cref="SeedFileException">A file cannot be read; the message names file, place and reason.</exception>
    /// <exception cref="SeedRefusedException">The server refused a step; what was loaded before stays.</exception>
    public async Task SeedAsync(string folder, CancellationToken stop = default)
    {
        var files = new SeedFolder(folder);
        var list = files.List();
        var drafts = new Dictionary<(string, string), DraftContent>();
        foreach (var instrument in list.Instruments) drafts[(instrument.Id, instrument.Draft)] = ReadDraft(files, instrument);
        var plans = list.Coalitions.Select(name => new SeedPlan(name, files, drafts)).ToList();

        foreach (var instrument in list.Instruments) await ImportAsync(files, instrument, stop);
        foreach (var plan in plans) await new CoalitionSeeding(_api, operatorToken, plan, progress).RunAsync(stop);
    }

    static DraftContent ReadDraft(SeedFolder files, SeedInstrument instrument) =>
        DraftReader.TryRead(files.Bytes(instrument.Source), FormatOf(instrument), out var content, out var problems)
            ? content!
            : throw new SeedFileException(instrument.Source, problems[0].Line, problems[0].Reason);

    async Task ImportAsync(SeedFolder files, SeedInstrument instrument, CancellationToken stop)
    {
        var query = $"?title={Uri.EscapeDataString(instrument.Title)}&draftTitle={Uri.EscapeDataString(instrument.DraftTitle)}&language={Uri.EscapeDataString(instrument.Language)}";
        using var source = new ByteArrayContent(files.Bytes(instrument.Source));
        source.Headers.ContentType = new MediaTypeHeaderValue(FormatOf(instrument) == DraftFormat.Markdown ? "text/markdown" : "text/plain") { CharSet = "utf-8" };
        await _api.SendAsync(HttpMethod.Put, operatorToken, $"/api/instruments/{instrument.Id}/drafts/{instrument.Draft}{query}", source, null, stop);
        await progress.WriteLineAsync($"instrument {instrument.Id}, draft {instrument.Draft}");
    }

    static DraftFormat FormatOf(SeedInstrument instrument) =>
        instrument.Source.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) ? DraftFormat.PlainText : DraftFormat.Markdown;
}
