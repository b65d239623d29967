using Annotate.Calls;
using Annotate.Feeding;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Feeds;

static class FeedRoutes
{
    public static void MapFeeds(this IEndpointRouteBuilder routes)
    {
        var coalition = routes.MapGroup("/api/coalitions/{coalition}").WithCheckedAddress().WithTags("Feeds");
        coalition.MapGet("/feed", ReadAsync).Requires(Right.Read)
            .WithSummary("What happened: the latest, or what came after a version.").Takes(("after", typeof(long)), ("tier", typeof(TierWanted))).Produces<FeedView>();
        coalition.MapGet("/index", IndexAsync).Requires(Right.Read)
            .WithSummary("The threads, positions and statements there are, so far as the caller may see them.").Produces<IndexView>();
    }

    static async Task<IResult> ReadAsync(string coalition, Standing who, IGrainFactory grains, HttpContext context)
    {
        var after = context.Taken<long>("after");
        if (after < 0) return Problem.Invalid("after is a version: 0 or more.").Result();
        if ((context.Taken<TierWanted>("tier") ?? TierWanted.Coalition).Of(who.By) is not { } wanted) return Problem.NotFound.Result();
        return Replies.Of(context, await Feed(grains, coalition, wanted).ReadAsync(after), view => view.Version);
    }

    static async Task<IResult> IndexAsync(string coalition, Standing who, IGrainFactory grains)
    {
        var index = await Feed(grains, coalition, Tier.Coalition).IndexAsync();
        if (who.By.Organisation is { } organisation)
            index = index.With(await Feed(grains, coalition, new Tier(organisation)).IndexAsync());
        return TypedResults.Ok(index);
    }

    static IFeedGrain Feed(IGrainFactory grains, string coalition, Tier tier) =>
        grains.GetGrain<IFeedGrain>(new FeedKey(coalition, tier).ToString());
}
