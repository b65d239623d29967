using Annotate.Calls;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Commands;
using Annotate.Server.Http;
using Annotate.Threads;

namespace Annotate.Server.Threads;

static class ThreadRoutes
{
    public static void MapThreads(this IEndpointRouteBuilder routes)
    {
        routes.MapCommands(ThreadNoun.Noun);
        routes.MapGet(ThreadNoun.Path, ReadAsync).WithCheckedAddress().WithTags(ThreadNoun.Noun.Name).Requires(Right.Read)
            .WithSummary("An article's annotations and replies.").Takes(("tier", typeof(TierWanted))).Produces<ThreadView>();
    }

    static async Task<IResult> ReadAsync(
        string coalition, string instrument, string eId, Standing who, IGrainFactory grains, HttpContext context) =>
        (context.Taken<TierWanted>("tier") ?? TierWanted.Coalition).Of(who.By) is { } wanted && ThreadKey.TryParse($"{coalition}/{wanted}/{instrument}/{eId}") is { } key
        && await grains.CheckProvisionAsync(key.Instrument, key.Article) is null
            ? Replies.Of(context, await grains.GetGrain<IThreadGrain>(key.ToString()).ReadAsync(), view => view.Version)
            : Problem.NotFound.Result();
}
