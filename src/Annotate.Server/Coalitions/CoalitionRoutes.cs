using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Commands;
using Annotate.Server.Http;

namespace Annotate.Server.Coalitions;

/// <param name="Coalitions">In the order of their ids.</param>
public sealed record CoalitionsAnswer(IReadOnlyList<CatalogueName> Coalitions);

static class CoalitionRoutes
{
    public static void MapCoalitions(this IEndpointRouteBuilder routes)
    {
        routes.MapCommands(CoalitionNoun.Noun);
        routes.MapGet("/api/coalitions", ListAsync).WithCheckedAddress().Requires(Right.SignedIn).WithTags(CoalitionNoun.Noun.Name)
            .WithSummary("The coalitions the caller is in; all of them for the operator.").Produces<CoalitionsAnswer>();
        routes.MapGet(CoalitionNoun.Path, ReadAsync).WithCheckedAddress().Requires(Right.Read).WithTags(CoalitionNoun.Noun.Name)
            .WithSummary("A coalition's organisations and people.").Produces<CoalitionView>();
        routes.MapGet(CoalitionNoun.Path + "/people", PeopleAsync).WithCheckedAddress().Requires(Right.Read).WithTags(CoalitionNoun.Noun.Name)
            .WithSummary("The people of an organisation, or of none, whether they have come, and what the caller may do about them.")
            .WithDescription("It is what the commands themselves would answer now: with the reason where they would refuse.").Produces<PeopleView>();
    }

    static async Task<IResult> ListAsync(Standing who, IGrainFactory grains)
    {
        if (who.IsOperator)
        {
            var all = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).ReadAsync(Shelf.Coalitions);
            return TypedResults.Ok(new CoalitionsAnswer(all.Names));
        }

        var own = await grains.GetGrain<ICoalitionGrain>(who.Coalition!).ReadAsync();
        return TypedResults.Ok(new CoalitionsAnswer(own is null ? [] : [new CatalogueName(own.Id, own.Name)]));
    }

    static async Task<IResult> ReadAsync(string coalition, IGrainFactory grains, HttpContext context) =>
        Replies.Of(context, await grains.GetGrain<ICoalitionGrain>(coalition).ReadAsync(), view => view.Version);

    // Without an ETag: it changes with time, and with the tokens of people, where the coalition's version stays.
    static async Task<IResult> PeopleAsync(string coalition, string? organisation, Standing who, IGrainFactory grains) =>
        await grains.GetGrain<ICoalitionGrain>(coalition).PeopleAsync(who.By, organisation) is { } people ? TypedResults.Ok(people) : Problem.NotFound.Result();
}
