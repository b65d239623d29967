using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Says that an annotation needs no more attention. Anyone who may annotate can.</summary>
[GenerateSerializer, Alias("annotate.resolve-annotation.v1")]
public sealed record ResolveAnnotation([property: Id(0)] Guid Annotation) : ThreadCommand
{
    public override Decision Decide(ThreadKey thread, ThreadState state) =>
        state.FindAnnotation(Annotation) is not { } annotation ? Problem.NotFound
        : Find(state, Annotation, mayOthers: true, out _) is { } problem ? problem
        : annotation.IsResolved ? Decision.Unchanged
        : new AnnotationResolved(Annotation);
}

[GenerateSerializer, Immutable, Alias("annotate.annotation-resolved.v1")]
public sealed record AnnotationResolved([property: Id(0)] Guid Annotation) : Event;
