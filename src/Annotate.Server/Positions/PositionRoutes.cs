using Annotate.Positions;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Server.Instruments;

namespace Annotate.Server.Positions;

public sealed record PositionBody(PositionKind? Kind, bool? RedLine, string? Reason);

/// <param name="ClosesAt">When it is decided by what was answered until then; without it in <see cref="Annotate.Limits.ProposalOpenDays"/> days.</param>
public sealed record ProposalBody(PositionKind? Kind, string? Reason, DateTimeOffset? ClosesAt);

/// <param name="Proposal">Version of the proposal that the sender read.</param>
public sealed record ConsentBody(Consent? Consent, string? Caveat, long? Proposal);

/// <summary>The provision that a request is about, and who asks.</summary>
sealed record PositionRoute(string Coalition, string Instrument, string EId, Standing Who, IGrainFactory Grains, HttpContext Context)
{
    public IPositionGrain Grain => Grains.GetGrain<IPositionGrain>(new PositionKey(Coalition, Instrument, EId).ToString());

    public async Task<IResult> RunAsync(PositionCommand command, string id) =>
        await Grains.CheckProvisionAsync(Instrument, EId) is { } problem
            ? problem.Result()
            : Replies.Of(Context, await Grain.RunAsync(command), id);
}

static class PositionRoutes
{
    public static void MapPositions(this IEndpointRouteBuilder routes)
    {
        var provision = routes.MapGroup("/api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}").WithCheckedAddress().WithTags("Positions");
        provision.MapGet("/positions", ReadAsync).Requires(Right.Read)
            .WithSummary("Each organisation's position on a provision, and the coalition's.").Produces<PositionsView>();
        provision.MapPut("/positions/{organisation}", TakeAsync).Requires(Right.Position)
            .WithSummary("Says what one's organisation wants of the provision.").Produces<Done>();
        provision.MapPut("/coalition-position", ProposeAsync).Requires(Right.Position)
            .WithSummary("Proposes the coalition's position, to everyone who may take positions now; consents to an earlier proposal are void.").Produces<Done>();
        provision.MapPut("/consents/{organisation}", ConsentAsync).Requires(Right.Position)
            .WithSummary("Says what one's organisation says to the coalition's position.").Produces<Done>();
    }

    static async Task<IResult> ReadAsync([AsParameters] PositionRoute route)
    {
        if (await route.Grains.CheckProvisionAsync(route.Instrument, route.EId) is { } problem) return problem.Result();
        return Replies.Of(route.Context, await route.Grain.ReadAsync(), view => view.Version);
    }

    static async Task<IResult> TakeAsync([AsParameters] PositionRoute route, string organisation, PositionBody body, CommandHead head) =>
        body.Kind is { } kind
            ? await route.RunAsync(
                new TakePosition(organisation, kind, body.RedLine ?? false, body.Reason ?? "")
                {
                    Id = head.Id,
                    By = route.Who.By,
                    IfVersion = head.IfVersion,
                }, organisation)
            : Problem.Invalid("Say which position.").Result();

    static async Task<IResult> ProposeAsync([AsParameters] PositionRoute route, ProposalBody body, CommandHead head) =>
        body.Kind is { } kind
            ? await route.RunAsync(
                new ProposeCoalitionPosition(kind, body.Reason ?? "", body.ClosesAt) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, route.EId)
            : Problem.Invalid("Say which position.").Result();

    static async Task<IResult> ConsentAsync([AsParameters] PositionRoute route, string organisation, ConsentBody body, CommandHead head) =>
        body is { Consent: { } consent, Proposal: { } proposal }
            ? await route.RunAsync(
                new GiveConsent(organisation, consent, body.Caveat ?? "", proposal) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion },
                organisation)
            : Problem.Invalid("Say which consent, and to which version of the proposal.").Result();
}
