using Annotate.Calls;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Instruments;

/// <summary>Instruments over HTTP. Everybody who is signed in reads them; the operator brings them in.</summary>
static class InstrumentRoutes
{
    public static void MapInstruments(this IEndpointRouteBuilder routes)
    {
        var instruments = routes.MapGroup("/api/instruments").WithCheckedAddress().WithTags("Instruments");
        instruments.MapGet("", ListAsync).Requires(Right.SignedIn).Produces<InstrumentList>()
            .WithSummary("The instruments this server knows.");
        instruments.MapGet("/{instrument}", ReadAsync).Requires(Right.SignedIn).Produces<InstrumentView>()
            .WithSummary("An instrument and its drafts, without their text.");
        instruments.MapGet("/{instrument}/drafts/{draft}", DraftAsync).Requires(Right.SignedIn).Produces<DraftView>()
            .WithSummary("A draft with its text, as a tree of provisions.");
        instruments.MapPut("/{instrument}/drafts/{draft}", ImportDraftRoute.RunAsync).Requires(Right.Operator)
            .Accepts<string>("text/markdown", "text/plain").Produces<Done>()
            .WithSummary("Imports a draft. It never changes: the same content again is fine, other content is a conflict.");
    }

    static async Task<IResult> ListAsync(IGrainFactory grains, HttpContext context)
    {
        var names = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).ReadAsync(Shelf.Instruments);
        var list = new InstrumentList(names.Version, [.. names.Names.Select(name => new InstrumentName(name.Id, name.Name))]);
        return Replies.Of(context, list, view => view.Version);
    }

    static async Task<IResult> ReadAsync(string instrument, IGrainFactory grains, HttpContext context)
    {
        var found = await grains.GetGrain<IInstrumentGrain>(instrument).ReadAsync();
        return Replies.Of(context, found is null ? null : View(instrument, found), view => view.Version);
    }

    static async Task<IResult> DraftAsync(string instrument, string draft, IGrainFactory grains, HttpContext context)
    {
        var found = await grains.GetGrain<IInstrumentGrain>(instrument).DraftAsync(draft);

        // A draft never changes, so its first version is its only one.
        return Replies.Of(context, found is null ? null : View(instrument, found), _ => 1);
    }

    static InstrumentView View(string instrument, InstrumentOutline found) => new(
        instrument,
        found.Title,
        found.Version,
        [.. found.Drafts.Select(draft => new DraftName(draft.Id, draft.Title, draft.Language, draft.At, draft.Articles))]);

    static DraftView View(string instrument, ImportedDraft found)
    {
        var (draft, content) = (found.Draft, found.Draft.Content);
        return new DraftView(instrument, draft.Id, draft.Title, draft.Language, found.At, content.Note, content.Groups, content.Articles);
    }
}
