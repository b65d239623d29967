using Annotate.Deciding;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Instruments;

/// <summary>Imports a draft: the body is its source, the query says what it is called.</summary>
static class ImportDraftRoute
{
    /// <param name="title">Of the instrument; may be left out when it has one.</param>
    /// <param name="draftTitle">Of the draft; its id when it is left out.</param>
    /// <param name="language">BCP 47 tag; "en" when it is left out.</param>
    public static async Task<IResult> RunAsync(
        string instrument, string draft, string? title, string? draftTitle, string? language,
        CommandHead head, Standing who, IGrainFactory grains, HttpContext context)
    {
        if (!TryFormat(context.Request, out var format)) return MediaType.Result();
        if (await ReadAsync(context.Request) is not { } source) return TooLarge.Result();
        if (Draft.Read(draft, draftTitle ?? draft, language ?? "en", source, format, out var problem) is not { } read) return problem!.Result();

        var command = new ImportDraft { Id = head.Id, By = who.By, IfVersion = head.IfVersion, Title = title, Draft = read };
        var answer = await grains.GetGrain<IInstrumentGrain>(instrument).ImportAsync(command);
        var entered = answer.Problem is null ? await EnterAsync(instrument, head.Id, who.By, grains) : null;
        return entered is null ? Replies.Of(context, answer, draft) : entered.Result();
    }

    static readonly Problem MediaType = new("media-type", 415, "A draft is sent as text/markdown or text/plain.");
    static readonly Problem TooLarge = Problem.TooLarge($"The source of a draft has at most {Annotate.Limits.DraftSourceBytesMax} bytes.");

    // After the import, and again each time it is repeated: if the server stops in between, sending the draft again heals it.
    static async Task<Problem?> EnterAsync(string instrument, Guid id, By by, IGrainFactory grains)
    {
        var outline = await grains.GetGrain<IInstrumentGrain>(instrument).ReadAsync();
        var enter = new EnterInCatalogue { Id = id, By = by, Shelf = Shelf.Instruments, Entry = instrument, Name = outline!.Title };
        return (await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).EnterAsync(enter)).Problem;
    }

    static bool TryFormat(HttpRequest request, out DraftFormat format)
    {
        var type = request.GetTypedHeaders().ContentType?.MediaType.Value;
        format = type == "text/plain" ? DraftFormat.PlainText : DraftFormat.Markdown;
        return type is "text/plain" or "text/markdown";
    }

    static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > Annotate.Limits.DraftSourceBytesMax) return null;
        using var source = new MemoryStream();
        var buffer = new byte[ReadBytes];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (source.Length + read > Annotate.Limits.DraftSourceBytesMax) return null;
            source.Write(buffer, 0, read);
        }

        return source.ToArray();
    }

    const int ReadBytes = 64 << 10;
}
