using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Server.Instruments;
using Annotate.Threads;

namespace Annotate.Server.Threads;

/// <summary>Which of the caller's tiers.</summary>
public enum TierWanted
{
    Coalition,

    /// <summary>The caller's own organisation's.</summary>
    Organisation,
}

/// <summary>The same in a query. Enumerations there are bound by the names that C# gives them; this takes the words of JSON.</summary>
public readonly record struct TierQuery(TierWanted Wanted)
{
    public static bool TryParse(string? text, out TierQuery query)
    {
        query = new(text == Json.Word(TierWanted.Organisation) ? TierWanted.Organisation : TierWanted.Coalition);
        return text == Json.Word(query.Wanted);
    }
}

/// <param name="EId">The thread's article, or a provision within it.</param>
public sealed record TargetBody(string? Draft, string? EId, TextQuote? Quote, TextPosition? Position);

/// <param name="Tier">The whole coalition when missing.</param>
/// <param name="Motivation">Commenting when missing.</param>
public sealed record AnnotationBody(TierWanted? Tier, TargetBody? Target, Motivation? Motivation, string? Text, IReadOnlyList<string>? Tags);

public sealed record ReplyBody(string? Text);

/// <param name="Text">Missing to leave the words as they are.</param>
/// <param name="Tags">Missing to leave them as they are.</param>
public sealed record EditBody(string? Text, IReadOnlyList<string>? Tags);

/// <summary>The thread that a request is about, and who asks.</summary>
sealed record ThreadRoute(
    string Coalition, string Instrument, string EId, TierQuery? Tier, Standing Who, IGrainFactory Grains, HttpContext Context)
{
    /// <summary>Null when there is no such thread, or none that the caller may see: experts and the operator have no organisation's tier.</summary>
    public ThreadKey? Key(TierWanted? wanted = null)
    {
        var tier = (wanted ?? Tier?.Wanted) == TierWanted.Organisation ? new Tier(Who.By.Organisation) : Annotate.Tier.Coalition;
        if ((wanted ?? Tier?.Wanted) == TierWanted.Organisation && tier.Organisation is null) return null;
        return ThreadKey.TryParse(new ThreadKey(Coalition, tier, Instrument, EId).ToString());
    }

    public async Task<IResult> RunAsync(ThreadCommand command, Guid id, TierWanted? wanted = null) => Key(wanted) is { } key
        ? Replies.Of(Context, await Grains.GetGrain<IThreadGrain>(key.ToString()).RunAsync(command), id.ToString("D"))
        : Problem.NotFound.Result();
}

static class ThreadRoutes
{
    public static void MapThreads(this IEndpointRouteBuilder routes)
    {
        var thread = routes.MapGroup("/api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread")
            .WithCheckedAddress().WithTags("Threads");
        thread.MapGet("", ReadAsync).Requires(Right.Read).WithSummary("An article's annotations and replies.").Produces<ThreadView>();
        var annotations = thread.MapGroup("/annotations");
        annotations.MapPost("", AnnotateAsync).Requires(Right.Annotate).WithSummary("Annotates an article or words of it.").Produces<Done>();
        annotations.MapPost("/{annotation:guid}/replies", ReplyAsync).Requires(Right.Annotate).WithSummary("Replies to an annotation.").Produces<Done>();
        annotations.MapPatch("/{annotation:guid}", EditAsync).Requires(Right.Annotate)
            .WithSummary("Changes one's own annotation or reply; earlier wordings stay to be seen.").Produces<Done>();
        annotations.MapPost("/{annotation:guid}/resolve", ResolveAsync).Requires(Right.Annotate)
            .WithSummary("Says that an annotation needs no more attention.").Produces<Done>();
        annotations.MapPost("/{annotation:guid}/reopen", ReopenAsync).Requires(Right.Annotate)
            .WithSummary("Says that it needs attention after all.").Produces<Done>();
        annotations.MapDelete("/{annotation:guid}", DeleteAsync).Requires(Right.Read)
            .WithSummary("Takes back one's own annotation or reply; a steward may take back anybody's in the coalition's tier.").Produces<Done>();
    }

    static async Task<IResult> ReadAsync([AsParameters] ThreadRoute route) =>
        route.Key() is { } key && await route.Grains.CheckProvisionAsync(key.Instrument, key.Article) is null
            ? Replies.Of(route.Context, await route.Grains.GetGrain<IThreadGrain>(key.ToString()).ReadAsync(), view => view.Version)
            : Problem.NotFound.Result();

    static async Task<IResult> AnnotateAsync([AsParameters] ThreadRoute route, AnnotationBody body, CommandHead head)
    {
        if (body.Target is not { Draft: { } draft, EId: { } eId } wanted) return Problem.Invalid("Say which draft and provision it is about.").Result();
        var tier = body.Tier ?? route.Tier?.Wanted;
        if (route.Key(tier) is not { } key) return Problem.NotFound.Result();
        var target = new Target(key.Instrument, draft, eId, wanted.Quote, wanted.Position);
        var problem = target.Check(key) ?? await CheckProvisionAsync(route.Grains, target);
        if (problem is not null) return problem.Result();
        var command = new AnnotateProvision(target, body.Motivation ?? Motivation.Commenting, body.Text ?? "", [.. body.Tags ?? []])
        {
            Id = head.Id,
            By = route.Who.By,
            IfVersion = head.IfVersion,
        };
        return await route.RunAsync(command, head.Id, tier);
    }

    /// <summary>Drafts never change, so that what is found here holds when the annotation is decided.</summary>
    static async Task<Problem?> CheckProvisionAsync(IGrainFactory grains, Target target)
    {
        var provision = await grains.GetGrain<IInstrumentGrain>(target.Instrument).ProvisionAsync(target.Draft, target.EId);
        if (provision is null) return Problem.Invalid("The draft has no such provision.");
        if (target.Position is not { } position) return null;
        if (!CodePoints.TrySlice(provision.Text, position.Start, position.End, out var words))
            return Problem.Invalid("The position lies outside the provision's text.");
        return target.Quote is { } quote && quote.Exact != words ? Problem.Invalid("Other words stand at that position.") : null;
    }

    static Task<IResult> ReplyAsync([AsParameters] ThreadRoute route, Guid annotation, ReplyBody body, CommandHead head) =>
        route.RunAsync(new ReplyToAnnotation(annotation, body.Text ?? "") { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, head.Id);

    static Task<IResult> EditAsync([AsParameters] ThreadRoute route, Guid annotation, EditBody body, CommandHead head)
    {
        var command = new EditAnnotation(annotation, body.Text, body.Tags is null ? null : [.. body.Tags])
        {
            Id = head.Id,
            By = route.Who.By,
            IfVersion = head.IfVersion,
        };
        return route.RunAsync(command, annotation);
    }

    static Task<IResult> ResolveAsync([AsParameters] ThreadRoute route, Guid annotation, CommandHead head) =>
        route.RunAsync(new ResolveAnnotation(annotation) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, annotation);

    static Task<IResult> ReopenAsync([AsParameters] ThreadRoute route, Guid annotation, CommandHead head) =>
        route.RunAsync(new ReopenAnnotation(annotation) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, annotation);

    static async Task<IResult> DeleteAsync([AsParameters] ThreadRoute route, Guid annotation, CommandHead head)
    {
        // What an organisation writes for itself is its own affair; a steward is the coalition's.
        var asSteward = route.Who.May(Right.Steward) && route.Tier?.Wanted != TierWanted.Organisation;
        if (!asSteward && !route.Who.May(Right.Annotate)) return Problem.MandateMissing("This needs the mandate to annotate.").Result();
        var command = new DeleteAnnotation(annotation, asSteward) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion };
        return await route.RunAsync(command, annotation);
    }
}
