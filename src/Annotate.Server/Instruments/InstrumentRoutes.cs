using Annotate.Instruments;
using Annotate.Server.Access;

namespace Annotate.Server.Instruments;

/// <summary>Instruments over HTTP. Everybody who is signed in reads them; the operator brings them in.</summary>
static class InstrumentRoutes
{
    public static void MapInstruments(this IEndpointRouteBuilder routes)
    {
        var instruments = routes.MapGroup("/api/instruments").WithTags("Instruments");
        instruments.MapGet("", ListAsync).Requires(Right.SignedIn).Produces<InstrumentList>()
            .WithSummary("The instruments this server knows.");
        instruments.MapGet("/{instrument}", ReadAsync).Requires(Right.SignedIn).Produces<InstrumentView>()
            .WithSummary("An instrument and its drafts, without their text.");
        instruments.MapGet("/{instrument}/drafts/{draft}", DraftAsync).Requires(Right.SignedIn).Produces<DraftView>()
            .WithSummary("A draft with its text, as a tree of provisions.");
        instruments.MapPut("/{instrument}/drafts/{draft}", ImportDraftRoute.RunAsync).Requires(Right.Operator).Accepts<string>("text/markdown", "text/plain")
            .WithSummary("Imports a draft. It never changes: the same content again is fine, other content is a conflict.");
    }

    static async Task<IResult> ListAsync(IGrainFactory grains, HttpContext context)
    {
        var names = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).ReadAsync(Shelf.Instruments);
        return Versioned(context, names.Version, new InstrumentList(names.Version, [.. names.Names.Select(name => new InstrumentName(name.Id, name.Name))]));
    }

    static async Task<IResult> ReadAsync(string instrument, IGrainFactory grains, HttpContext context)
    {
        if (!Slug.IsValid(instrument)) return Problem.NotFound.Result();
        if (await grains.GetGrain<IInstrumentGrain>(instrument).ReadAsync() is not { } found) return Problem.NotFound.Result();
        return Versioned(context, found.Version, new InstrumentView(
            instrument,
            found.Title,
            found.Version,
            [.. found.Drafts.Select(draft => new DraftName(draft.Id, draft.Title, draft.Language, draft.At, draft.Articles))]));
    }

    static async Task<IResult> DraftAsync(string instrument, string draft, IGrainFactory grains, HttpContext context)
    {
        if (!Slug.IsValid(instrument) || !Slug.IsValid(draft)) return Problem.NotFound.Result();
        if (await grains.GetGrain<IInstrumentGrain>(instrument).DraftAsync(draft) is not { } found) return Problem.NotFound.Result();
        var (kept, content) = (found.Draft, found.Draft.Content);

        // A draft never changes, so its first version is its only one.
        return Versioned(context, 1, new DraftView(
            instrument, kept.Id, kept.Title, kept.Language, found.At, content.Note, content.Groups, content.Articles));
    }

    static IResult Versioned<T>(HttpContext context, long version, T body)
    {
        var tag = $"\"{version}\"";
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.Contains(tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(body);
    }
}
