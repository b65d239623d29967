using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>Something that a person wrote in a thread: an annotation, or a reply to one.</summary>
[GenerateSerializer, Alias("annotate.written.v1")]
public abstract class Written
{
    /// <summary>The id of the command that created it.</summary>
    [Id(0)] public required Guid Id { get; init; }

    [Id(1)] public required By By { get; init; }

    [Id(2)] public required DateTimeOffset At { get; init; }

    /// <summary>Version of the last entry that changed it.</summary>
    [Id(3)] public long Version { get; set; }

    /// <summary>Null when it was deleted: the place stays, the words go.</summary>
    [Id(4)] public string? Text { get; set; }

    /// <summary>Earlier wordings, the oldest first.</summary>
    [Id(5)] public List<EarlierWording> Edits { get; set; } = [];

    public bool IsDeleted => Text is null;

    internal int Characters => (Text?.Length ?? 0) + Edits.Sum(edit => edit.Text.Length);
}

[GenerateSerializer, Alias("annotate.annotation.v1")]
public sealed class Annotation : Written
{
    [Id(0)] public required Target Target { get; init; }

    [Id(1)] public required Motivation Motivation { get; init; }

    [Id(2)] public string[] Tags { get; set; } = [];

    [Id(3)] public bool IsResolved { get; set; }

    /// <summary>In the order in which they were written.</summary>
    [Id(4)] public List<Reply> Replies { get; set; } = [];
}

[GenerateSerializer, Alias("annotate.reply.v1")]
public sealed class Reply : Written;

/// <summary>A wording that was replaced.</summary>
/// <param name="At">When it was replaced.</param>
/// <param name="By">Who replaced it.</param>
/// <param name="Text">The words as they were before.</param>
[GenerateSerializer, Immutable, Alias("annotate.earlier-wording.v1")]
public sealed record EarlierWording([property: Id(0)] DateTimeOffset At, [property: Id(1)] By By, [property: Id(2)] string Text);
