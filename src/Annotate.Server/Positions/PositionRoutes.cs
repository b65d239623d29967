using Annotate.Calls;
using Annotate.Instruments;
using Annotate.Positions;
using Annotate.Server.Access;
using Annotate.Server.Commands;
using Annotate.Server.Http;

namespace Annotate.Server.Positions;

static class PositionRoutes
{
    public static void MapPositions(this IEndpointRouteBuilder routes)
    {
        routes.MapCommands(PositionNoun.Noun);
        routes.MapGet(PositionNoun.Path + "/positions", ReadAsync).WithCheckedAddress().WithTags(PositionNoun.Noun.Name).Requires(Right.Read)
            .WithSummary("Each organisation's position on a provision, and the coalition's.").Produces<PositionsView>();
    }

    static async Task<IResult> ReadAsync(string coalition, string instrument, string eId, IGrainFactory grains, HttpContext context) =>
        await grains.CheckProvisionAsync(instrument, eId) is { } problem
            ? problem.Result()
            : Replies.Of(context, await grains.GetGrain<IPositionGrain>(new PositionKey(coalition, instrument, eId).ToString()).ReadAsync(), view => view.Version);
}
