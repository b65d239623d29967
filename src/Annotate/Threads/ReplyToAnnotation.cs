using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Replies to an annotation. Replies are one level deep: a reply to a reply is a reply to the annotation.</summary>
[GenerateSerializer, Alias("annotate.reply-to-annotation.v1")]
public sealed record ReplyToAnnotation([property: Id(0)] Guid Annotation, [property: Id(1)] string Text) : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<ReplyBody>(
        "POST", "/annotations/{annotation:guid}/replies", Right.Annotate, "Replies to an annotation.",
        (call, body) => Asked.For(new ReplyToAnnotation(call.Guid("annotation"), body.Text ?? "") { Id = call.Id, By = call.By }, call.Id));

    public override long? VersionIn(ThreadState state) => state.Find(Annotation)?.Version;

    public override Decision Decide(ThreadState state, ThreadKey known)
    {
        if (Words.CheckText(Text, "The reply", Limits.RemarkCharactersMax) is { } bad) return bad;
        if (state.FindAnnotation(Annotation) is not { } annotation) return Problem.NotFound;
        if (Find(state, Annotation, mayOthers: true, out _) is { } problem) return problem;
        if (annotation.Replies.Count >= Limits.RepliesPerAnnotationMax)
            return Problem.TooLarge($"An annotation has at most {Limits.RepliesPerAnnotationMax} replies.");
        if (CheckRoom(state, Text.Length) is { } full) return full;
        return state.Find(Id) is null ? new Replied(Id, Annotation, Text) : Problem.CommandReused;
    }
}

public sealed record ReplyBody(string? Text);

/// <param name="Id">Of the reply: that of the command.</param>
[GenerateSerializer, Immutable, Alias("annotate.replied.v1")]
public sealed record Replied([property: Id(0)] Guid Id, [property: Id(1)] Guid Annotation, [property: Id(2)] string Text)
    : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new Replied(Sample.Id(2), Sample.Id(1), "Because.")];

    public override Activity? ToActivity() => new($"{Annotation}", "");

    public override Event WithoutWords(Predicate<Guid> isTakenBack) => isTakenBack(Id) ? this with { Text = "" } : this;

    public void ApplyTo(ThreadState state, long version, Entry entry) =>
        state.Add(Annotation, new Reply { Id = Id, By = entry.By, At = entry.At, Version = version, Text = Text });
}
