using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Says that an annotation needs no more attention. Anyone who may annotate can.</summary>
[GenerateSerializer, Alias("annotate.resolve-annotation.v1")]
public sealed record ResolveAnnotation([property: Id(0)] Guid Annotation) : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "POST", "/annotations/{annotation:guid}/resolve", Right.Annotate, "Says that an annotation needs no more attention.",
        call => Asked.For(new ResolveAnnotation(call.Guid("annotation")) { Id = call.Id, By = call.By }, call.Guid("annotation")));

    public override long? VersionIn(ThreadState state) => state.Find(Annotation)?.Version;

    public override Decision Decide(ThreadState state, ThreadKey known) =>
        state.FindAnnotation(Annotation) is not { } annotation ? Problem.NotFound
        : Find(state, Annotation, mayOthers: true, out _) is { } problem ? problem
        : annotation.IsResolved ? Decision.Unchanged
        : new AnnotationResolved(Annotation);
}

[GenerateSerializer, Immutable, Alias("annotate.annotation-resolved.v1")]
public sealed record AnnotationResolved([property: Id(0)] Guid Annotation) : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new AnnotationResolved(Sample.Id(1))];

    public override Activity? ToActivity() => new($"{Annotation}", "");

    public void ApplyTo(ThreadState state, long version, Entry entry)
    {
        if (state.FindAnnotation(Annotation) is not { } annotation) return;
        annotation.IsResolved = true;
        annotation.Version = version;
    }
}
