using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Commands;
using Annotate.Server.Http;
using Annotate.Statements;

namespace Annotate.Server.Statements;

static class StatementRoutes
{
    public static void MapStatements(this IEndpointRouteBuilder routes)
    {
        routes.MapCommands(StatementNoun.Noun);
        routes.MapGet(StatementNoun.Path, ReadAsync).WithCheckedAddress().WithTags(StatementNoun.Noun.Name).Requires(Right.Read)
            .WithSummary("A statement's frame.").Produces<StatementView>();
    }

    static async Task<IResult> ReadAsync(string coalition, string statement, IGrainFactory grains, HttpContext context) => Replies.Of(
        context, await grains.GetGrain<IStatementGrain>(new StatementKey(coalition, statement).ToString()).ReadAsync(), view => view.Version);
}
