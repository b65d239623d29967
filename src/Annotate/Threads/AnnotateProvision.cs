using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Annotates the thread's article, or a provision or some words within it.</summary>
[GenerateSerializer, Alias("annotate.annotate-provision.v1")]
public sealed record AnnotateProvision(
    [property: Id(0)] Target Target, [property: Id(1)] Motivation Motivation, [property: Id(2)] string Text, [property: Id(3)] string[] Tags)
    : ThreadCommand
{
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
