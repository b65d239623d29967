using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Changes the words of one's own annotation or reply, or the tags of one's annotation. Earlier wordings stay to be seen.</summary>
/// <param name="Annotation">Of the annotation or the reply.</param>
/// <param name="Text">Null to leave the words as they are.</param>
/// <param name="Tags">All its tags from now on; null to leave them as they are.</param>
[GenerateSerializer, Alias("annotate.edit-annotation.v1")]
public sealed record EditAnnotation([property: Id(0)] Guid Annotation, [property: Id(1)] string? Text, [property: Id(2)] string[]? Tags)
    : ThreadCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<EditBody>(
        "PATCH", "/annotations/{annotation:guid}", Right.Annotate, "Changes one's own annotation or reply; earlier wordings stay to be seen.", Ask);

    static Asked Ask(Call call, EditBody body)
    {
        var annotation = call.Guid("annotation");
        return Asked.For(new EditAnnotation(annotation, body.Text, body.Tags is null ? null : [.. body.Tags]) { Id = call.Id, By = call.By }, annotation);
    }

    public override long? VersionIn(ThreadState state) => state.Find(Annotation)?.Version;

    public override Decision Decide(ThreadState state, ThreadKey known)
    {
        if (Find(state, Annotation, mayOthers: false, out var written) is { } problem) return problem;
        if (CheckContent(state, written) is { } bad) return bad;
        var text = Text == written.Text ? null : Text;
        var tags = written is Annotation annotation && Tags is not null && !annotation.Tags.AsSpan().SequenceEqual(Tags) ? Tags : null;
        return text is null && tags is null ? Decision.Unchanged : new AnnotationEdited(Annotation, text, tags);
    }

    Problem? CheckContent(ThreadState state, Written written) =>
        (Text is null ? null : Words.CheckText(Text, "The annotation", Limits.RemarkCharactersMax) ?? CheckRoom(state, Text.Length))
        ?? (Tags is null ? null
            : written is Reply ? Problem.Invalid("Replies have no tags.")
            : AnnotateProvision.CheckTags(Tags))
        ?? (Text is not null && written.Edits.Count >= Limits.EditsPerAnnotationMax
            ? Problem.TooLarge($"It has been edited {Limits.EditsPerAnnotationMax} times; write a reply instead.")
            : null);
}

/// <param name="Text">Missing to leave the words as they are.</param>
/// <param name="Tags">Missing to leave them as they are.</param>
public sealed record EditBody(string? Text, IReadOnlyList<string>? Tags);

/// <param name="Text">Null when the words stayed.</param>
/// <param name="Tags">Null when the tags stayed.</param>
[GenerateSerializer, Immutable, Alias("annotate.annotation-edited.v1")]
public sealed record AnnotationEdited([property: Id(0)] Guid Annotation, [property: Id(1)] string? Text, [property: Id(2)] string[]? Tags)
    : Event, IEventOf<ThreadState>
{
    public static IReadOnlyList<Event> Samples => [new AnnotationEdited(Sample.Id(1), "Why not?", ["scope"])];

    public override Activity? ToActivity() => new($"{Annotation}", "");

    public override Event WithoutWords(Predicate<Guid> isTakenBack) =>
        isTakenBack(Annotation) ? this with { Text = Text is null ? null : "", Tags = Tags is null ? null : [] } : this;

    public void ApplyTo(ThreadState state, long version, Entry entry)
    {
        // What is not there, or was deleted, cannot be changed: skipped.
        if (state.Find(Annotation) is { IsDeleted: false } written) state.Edit(written, Text, Tags, version, entry);
    }
}
