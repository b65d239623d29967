using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Annotate.Calls;
using Annotate.Client;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.Net.Http.Headers;

namespace Annotate.Server.Live;

/// <summary>Texts over plain HTTP: read one, as an update or as what it says, or send one edit. For imports and tools; editors use the sockets.</summary>
static class TextRoutes
{
    const string UpdateType = "application/octet-stream", PlainType = "text/plain; charset=utf-8", JsonType = "application/json";

    static readonly Problem MediaType = new("media-type", 415, $"An edit is sent as {UpdateType}.");

    public static void MapTexts(this IEndpointRouteBuilder routes)
    {
        var texts = routes.MapGroup("/api/texts/{text}").WithCheckedAddress().WithTags("Texts");
        texts.MapGet("/", ReadAsync).Requires(Right.Read)
            .WithSummary("The text as one Yjs update of format 1, or what a holder of ?stateVector=BASE64URL lacks of it.")
            .Produces<byte[]>(200, UpdateType);
        texts.MapPost("/updates", EditAsync).Requires(Right.Draft)
            .WithSummary("Adds a Yjs update of format 1; answered when it is durable.")
            .Accepts<byte[]>(UpdateType).Produces<EditAnswer>().Produces<EditAnswer>(409);
        MapForms(texts);
    }

    static void MapForms(RouteGroupBuilder texts)
    {
        texts.MapGet("/plain", (string text, HttpContext context, LiveTexts texts, IGrainFactory grains) =>
                ReadFormAsync(text, TextForm.Plain, context, texts, grains)).Requires(Right.Read)
            .WithSummary("What the text says, as plain text: a line for each paragraph, heading or other textblock.").Produces<string>(200, PlainType);
        texts.MapGet("/delta", (string text, HttpContext context, LiveTexts texts, IGrainFactory grains) =>
                ReadFormAsync(text, context.Taken<bool>("authors") == true ? TextForm.DeltaWithAuthors : TextForm.Delta, context, texts, grains)).Requires(Right.Read)
            .WithSummary("The same with marks and blocks, as a list of inserts; with ?authors=true each also says who wrote it.")
            .Takes(("authors", typeof(bool))).Produces<JsonElement[]>(200, JsonType);
        texts.MapGet("/prosemirror", (string text, HttpContext context, LiveTexts texts, IGrainFactory grains) =>
                ReadFormAsync(text, TextForm.ProseMirror, context, texts, grains)).Requires(Right.Read)
            .WithSummary("The text as the JSON of a ProseMirror document, as Tiptap reads it.").Produces<JsonElement>(200, JsonType);
        texts.MapGet("/xml", (string text, HttpContext context, LiveTexts texts, IGrainFactory grains) =>
                ReadFormAsync(text, TextForm.Xml, context, texts, grains)).Requires(Right.Read)
            .WithSummary("The text as yjs' toString gives it, which escapes nothing.").Produces<string>(200, PlainType);
    }

    static async Task<IResult> ReadFormAsync(string text, TextForm form, HttpContext context, LiveTexts texts, IGrainFactory grains)
    {
        if (TextId.TryParse(text) is not { } id || !await texts.ExistsAsync(id)) return Problem.NotFound.Result();
        var read = await grains.GetGrain<ISectionGrain>(id.Key).ReadTextAsync(form, KnownTo(context));
        if (read.Problem is { } problem) return problem.Result();
        return Replies.IsKnown(context, read.Version) || read.Content is null ? Replies.NotModified
            // Not as XML: what nobody escaped must not become a page of ours in a browser.
            : Results.Bytes(read.Content, form is TextForm.Plain or TextForm.Xml ? PlainType : JsonType);
    }

    // So that a text need not be read for somebody who has it; of several versions none is taken for known here.
    static long KnownTo(HttpContext context) =>
        context.Request.GetTypedHeaders().IfNoneMatch is [{ } tag] && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : -1;

    static async Task<IResult> ReadAsync(string text, string? stateVector, HttpContext context, LiveTexts texts, IGrainFactory grains)
    {
        if (TextId.TryParse(text) is not { } id || !await texts.ExistsAsync(id)) return Problem.NotFound.Result();
        if (!TryDecode(stateVector, out var held)) return Problem.Invalid("stateVector is not a Yjs state vector in base64url.").Result();
        var opening = await grains.GetGrain<ISectionGrain>(id.Key).OpenAsync(held);
        return Results.Bytes(opening.Update, UpdateType, entityTag: held.Length == 0 ? new EntityTagHeaderValue($"\"{opening.Version}\"") : null);
    }

    static bool TryDecode(string? stateVector, out byte[] held)
    {
        held = [];
        if (string.IsNullOrEmpty(stateVector)) return true;
        if (stateVector.Length > Limits.StateVectorCharactersMax || !Base64Url.IsValid(stateVector)) return false;
        held = Base64Url.DecodeFromChars(stateVector);
        return ClientClocks.TryRead(held, out _, out _);
    }

    static async Task<IResult> EditAsync(string text, HttpContext context, LiveTexts texts, Quotas quotas)
    {
        if (context.Request.ContentType?.StartsWith(UpdateType, StringComparison.OrdinalIgnoreCase) != true)
            return MediaType.Result();
        if (TextId.TryParse(text) is not { } id || !await texts.ExistsAsync(id)) return Problem.NotFound.Result();
        if (await ReadBodyAsync(context) is not { } update)
            return Problem.TooLarge($"An edit has at most {Annotate.Limits.EditBytesMax} bytes.").Result();
        if (!quotas.Of(context.Standing().Principal).Edits.TrySpend(update.Length)) return QuotaProblems.TooManyEdits.Later(context).Result();

        var live = await texts.OpenAsync(id);
        try
        {
            var outcome = await live.EditAsync(new Edit(update, context.Standing().By, LiveConnections.NewOrigin()));
            if (outcome.Problem is { } problem) return problem.Result();
            return outcome.Status == EditStatus.Missing
                ? Results.Json(LiveAnswers.Of(outcome), Json.Options, statusCode: 409)
                : Results.Json(LiveAnswers.Of(outcome), Json.Options);
        }
        finally
        {
            texts.Close(live);
        }
    }

    static async Task<byte[]?> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
            {
                if (body.Length + read > Annotate.Limits.EditBytesMax) return null;
                body.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return body.ToArray();
    }
}
