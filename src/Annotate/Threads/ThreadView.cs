using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>A thread as those who may see its tier see it.</summary>
/// <param name="Version">Of the state shown.</param>
/// <param name="Tier"><c>coalition</c> or <c>organisation</c>.</param>
[GenerateSerializer, Immutable, Alias("annotate.thread-view.v1")]
public sealed record ThreadView(
    [property: Id(0)] long Version, [property: Id(1)] string Tier, [property: Id(2)] AnnotationView[] Annotations)
{
    public static ThreadView Of(ThreadKey key, ThreadState state, long version) => new(
        version, key.Tier.Organisation is null ? "coalition" : "organisation", [.. state.Annotations.Select(AnnotationView.Of)]);
}

/// <param name="Text">Null when it was deleted.</param>
/// <param name="Edits">Earlier wordings, the oldest first, each with when and by whom it was replaced.</param>
/// <param name="Version">Of the last entry that changed it: what If-Match compares with.</param>
[GenerateSerializer, Immutable, Alias("annotate.annotation-view.v1")]
public sealed record AnnotationView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] By By,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] Motivation Motivation,
    [property: Id(4)] Target Target,
    [property: Id(5)] string? Text,
    [property: Id(6)] string[] Tags,
    [property: Id(7)] EarlierWording[] Edits,
    [property: Id(8)] bool Resolved,
    [property: Id(9)] bool Deleted,
    [property: Id(10)] long Version,
    [property: Id(11)] ReplyView[] Replies)
{
    // Everything that may change later is copied: the view is serialized after other commands were decided.
    public static AnnotationView Of(Annotation annotation) => new(
        annotation.Id, annotation.By, annotation.At, annotation.Motivation, annotation.Target, annotation.Text, annotation.Tags,
        [.. annotation.Edits], annotation.IsResolved, annotation.IsDeleted, annotation.Version,
        [.. annotation.Replies.Select(ReplyView.Of)]);
}

[GenerateSerializer, Immutable, Alias("annotate.reply-view.v1")]
public sealed record ReplyView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] By By,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string? Text,
    [property: Id(4)] EarlierWording[] Edits,
    [property: Id(5)] bool Deleted,
    [property: Id(6)] long Version)
{
    public static ReplyView Of(Reply reply) =>
        new(reply.Id, reply.By, reply.At, reply.Text, [.. reply.Edits], reply.IsDeleted, reply.Version);
}
