using Annotate.Positions;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Server.Instruments;

namespace Annotate.Server.Positions;

public sealed record PositionBody(PositionKind? Kind, bool? RedLine, string? Reason);

public sealed record ProposalBody(PositionKind? Kind, string? Reason);

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
            .WithSummary("Proposes the coalition's position; consents to an earlier proposal are void.").Produces<Done>();
        provision.MapPut("/consents/{organisation}", ConsentAsync).Requires(Right.Position)
            .WithSummary("Says what one's organisation says to the coalition's position.").Produces<Done>();
    }

    // Never 304: how far the coalition has come changes with its mandates, too, and those have versions of their own.
    static async Task<IResult> ReadAsync([AsParameters] PositionRoute route)
    {
        if (await route.Grains.CheckProvisionAsync(route.Instrument, route.EId) is { } problem) return problem.Result();
        var view = await route.Grain.ReadAsync();
        route.Context.Response.Headers.ETag = ETags.Of(view.Version);
        route.Context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(view);
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
                new ProposeCoalitionPosition(kind, body.Reason ?? "") { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, route.EId)
            : Problem.Invalid("Say which position.").Result();

    static async Task<IResult> ConsentAsync([AsParameters] PositionRoute route, string organisation, ConsentBody body, CommandHead head) =>
        body is { Consent: { } consent, Proposal: { } proposal }
            ? await route.RunAsync(
                new GiveConsent(organisation, consent, body.Caveat ?? "", proposal) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion },
                organisation)
            : Problem.Invalid("Say which consent, and to which version of the proposal.").Result();
}
