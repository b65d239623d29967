using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Says that a resolved annotation needs attention after all. Anyone who may annotate can.</summary>
[GenerateSerializer, Alias("annotate.reopen-annotation.v1")]
public sealed record ReopenAnnotation([property: Id(0)] Guid Annotation) : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "POST", "/annotations/{annotation:guid}/reopen", Right.Annotate, "Says that it needs attention after all.",
        call => Asked.For(new ReopenAnnotation(call.Guid("annotation")) { Id = call.Id, By = call.By }, call.Guid("annotation")));

    public override long? VersionIn(ThreadState state) => state.Find(Annotation)?.Version;

    public override Decision Decide(ThreadState state, ThreadKey known) =>
        state.FindAnnotation(Annotation) is not { } annotation ? Problem.NotFound
        : Find(state, Annotation, mayOthers: true, out _) is { } problem ? problem
        : !annotation.IsResolved ? Decision.Unchanged
        : new AnnotationReopened(Annotation);
}

[GenerateSerializer, Immutable, Alias("annotate.annotation-reopened.v1")]
public sealed record AnnotationReopened([property: Id(0)] Guid Annotation) : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new AnnotationReopened(Sample.Id(1))];

    public override Activity? ToActivity() => new($"{Annotation}", "");

    public void ApplyTo(ThreadState state, long version, Entry entry)
    {
        if (state.FindAnnotation(Annotation) is not { } annotation) return;
        annotation.IsResolved = false;
        annotation.Version = version;
    }
}
