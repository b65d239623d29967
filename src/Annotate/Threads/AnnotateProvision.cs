using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Instruments;

namespace Annotate.Threads;

/// <summary>Annotates the thread's article, or a provision or some words within it.</summary>
[GenerateSerializer, Alias("annotate.annotate-provision.v1")]
public sealed record AnnotateProvision(
    [property: Id(0)] Target Target, [property: Id(1)] Motivation Motivation, [property: Id(2)] string Text, [property: Id(3)] string[] Tags)
    : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } =
        CommandDoor.Of<AnnotationBody>("POST", "/annotations", Right.Annotate, "Annotates an article or words of it.", AskAsync);

    static async Task<Asked> AskAsync(Call call, AnnotationBody body)
    {
        if (body.Target is not { Draft: { } draft, EId: { } eId } wanted) return Problem.Invalid("Say which draft and provision it is about.");
        if (ThreadNoun.KeyOf(call, body.Tier) is not { } key) return Problem.NotFound;
        var target = new Target(key.Instrument, draft, eId, wanted.Quote, wanted.Position);
        if ((target.Check(key) ?? await CheckProvisionAsync(call.Grains, target)) is { } problem) return problem;
        var command = new AnnotateProvision(target, body.Motivation ?? Motivation.Commenting, body.Text ?? "", [.. body.Tags ?? []]) { Id = call.Id, By = call.By };
        return Asked.For(command, call.Id) with { Key = key.ToString() };
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

    public override Decision Decide(ThreadState state, ThreadKey known)
    {
        var problem = Target.Check(known)
            ?? Words.CheckText(Text, "The annotation", Limits.RemarkCharactersMax)
            ?? CheckTags(Tags)
            ?? (!Enum.IsDefined(Motivation) || Motivation == Motivation.Replying ? Problem.Invalid("There is no such motivation.") : null)
            ?? CheckRoom(state, Text.Length);
        if (problem is not null) return problem;
        if (state.Annotations.Count >= Limits.AnnotationsPerThreadMax)
            return Problem.TooLarge($"A thread has at most {Limits.AnnotationsPerThreadMax} annotations.");
        // Command ids are scoped to the person, ids of annotations are not: another person's command may have had the same one.
        return state.Find(Id) is null ? new Annotated(Id, Target, Motivation, Text, Tags) : Problem.CommandReused;
    }

    internal static Problem? CheckTags(string[] tags)
    {
        if (tags.Length > Limits.TagsPerAnnotationMax)
            return Problem.TooLarge($"An annotation has at most {Limits.TagsPerAnnotationMax} tags.");
        foreach (var tag in tags)
            if (Words.CheckLine(tag, "A tag", Limits.TagCharactersMax) is { } problem) return problem;
        return tags.Distinct(StringComparer.Ordinal).Count() < tags.Length ? Problem.Invalid("A tag is given once.") : null;
    }
}

/// <param name="EId">The thread's article, or a provision within it.</param>
public sealed record TargetBody(string? Draft, string? EId, TextQuote? Quote, TextPosition? Position);

/// <param name="Tier">The whole coalition when missing.</param>
/// <param name="Motivation">Commenting when missing.</param>
public sealed record AnnotationBody(TierWanted? Tier, TargetBody? Target, Motivation? Motivation, string? Text, IReadOnlyList<string>? Tags);

/// <param name="Id">Of the annotation: that of the command.</param>
[GenerateSerializer, Immutable, Alias("annotate.annotated.v1")]
public sealed record Annotated(
    [property: Id(0)] Guid Id,
    [property: Id(1)] Target Target,
    [property: Id(2)] Motivation Motivation,
    [property: Id(3)] string Text,
    [property: Id(4)] string[] Tags) : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new Annotated(Sample.Id(1), Target.Sample, Motivation.Questioning, "Why?", ["rights", "scope"])];

    public override Activity? ToActivity() => new($"{Id}", $"{Json.Word(Motivation)} {Target.EId}");

    public override Event WithoutWords(Predicate<Guid> isTakenBack) => isTakenBack(Id) ? this with { Text = "", Tags = [] } : this;

    public void ApplyTo(ThreadState state, long version, Entry entry) => state.Add(new Annotation
    {
        Id = Id,
        By = entry.By,
        At = entry.At,
        Version = version,
        Text = Text,
        Target = Target,
        Motivation = Motivation,
        Tags = Tags,
    });
}
