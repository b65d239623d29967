using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Takes back one's own annotation or reply. Its place and its replies stay, its words and earlier wordings are shown no more.</summary>
/// <param name="Annotation">Of the annotation or the reply.</param>
/// <param name="AsSteward">Set by the door when the sender is a steward, who may delete what others wrote.</param>
[GenerateSerializer, Alias("annotate.delete-annotation.v1")]
public sealed record DeleteAnnotation([property: Id(0)] Guid Annotation, [property: Id(1)] bool AsSteward) : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "DELETE", "/annotations/{annotation:guid}", Right.Read,
        "Takes back one's own annotation or reply; a steward may take back anybody's in the coalition's tier.", Ask);

    static Asked Ask(Call call)
    {
        // What an organisation writes for itself is its own affair; a steward is the coalition's.
        var asSteward = call.May(Right.Steward) && call.Query<TierWanted>(ThreadNoun.Tier) != TierWanted.Organisation;
        if (!asSteward && !call.May(Right.Annotate)) return Problem.MandateMissing("This needs the mandate to annotate.");
        var annotation = call.Guid("annotation");
        return Asked.For(new DeleteAnnotation(annotation, asSteward) { Id = call.Id, By = call.By }, annotation);
    }

    public override long? VersionIn(ThreadState state) => state.Find(Annotation)?.Version;

    public override Decision Decide(ThreadState state, ThreadKey known) =>
        state.Find(Annotation) is { IsDeleted: true } ? Decision.Unchanged
        : Find(state, Annotation, AsSteward, out _) is { } problem ? problem
        : new AnnotationDeleted(Annotation);
}

[GenerateSerializer, Immutable, Alias("annotate.annotation-deleted.v1")]
public sealed record AnnotationDeleted([property: Id(0)] Guid Annotation) : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new AnnotationDeleted(Sample.Id(1))];

    public override Activity? ToActivity() => new($"{Annotation}", "");

    public override Guid? TakesBack() => Annotation;

    public void ApplyTo(ThreadState state, long version, Entry entry)
    {
        if (state.Find(Annotation) is { } written) state.Delete(written, version);
    }
}
