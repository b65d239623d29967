using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>An article's annotations and their replies, in one tier of one coalition.</summary>
[GenerateSerializer, Alias("annotate.thread-state.v1")]
public sealed class ThreadState : IState
{
    [Id(0)] readonly List<Annotation> _annotations = [];

    /// <summary>Which annotation, and which of its replies (-1 for the annotation itself), by id.</summary>
    [Id(1)] readonly Dictionary<Guid, Place> _places = [];

    /// <summary>Version of the last entry.</summary>
    [Id(2)] public long Version { get; private set; }

    /// <summary>Everything written, earlier wordings included.</summary>
    [Id(3)] public long Characters { get; private set; }

    /// <summary>In the order in which they were written.</summary>
    public IReadOnlyList<Annotation> Annotations => _annotations;

    /// <summary>Annotations that are neither resolved nor deleted.</summary>
    public int Open => _annotations.Count(annotation => annotation is { IsResolved: false, IsDeleted: false });

    /// <summary>Annotations that are not deleted.</summary>
    public int Total => _annotations.Count(annotation => !annotation.IsDeleted);

    /// <summary>The annotation of that id; null when there is none, or it is a reply's.</summary>
    public Annotation? FindAnnotation(Guid id) =>
        _places.TryGetValue(id, out var place) && place.Reply < 0 ? _annotations[place.Annotation] : null;

    /// <summary>The annotation or reply of that id.</summary>
    public Written? Find(Guid id) =>
        !_places.TryGetValue(id, out var place) ? null
        : place.Reply < 0 ? _annotations[place.Annotation]
        : _annotations[place.Annotation].Replies[place.Reply];

    public void Apply(long version, Entry entry)
    {
        Version = version;
        switch (entry.Event)
        {
            case Annotated e:
                Add(version, entry, e);
                break;
            case Replied e:
                Add(version, entry, e);
                break;
            // What is not there, or was deleted, cannot be changed: an entry that says so is skipped.
            case AnnotationEdited e when Find(e.Annotation) is { IsDeleted: false } written:
                Edit(version, entry, e, written);
                break;
            case AnnotationResolved e when FindAnnotation(e.Annotation) is { } annotation:
                annotation.IsResolved = true;
                annotation.Version = version;
                break;
            case AnnotationReopened e when FindAnnotation(e.Annotation) is { } annotation:
                annotation.IsResolved = false;
                annotation.Version = version;
                break;
            case AnnotationDeleted e when Find(e.Annotation) is { } written:
                Delete(version, written);
                break;
        }
    }

    void Add(long version, Entry entry, Annotated e)
    {
        if (!_places.TryAdd(e.Id, new Place(_annotations.Count, -1))) return;
        _annotations.Add(new Annotation
        {
            Id = e.Id,
            By = entry.By,
            At = entry.At,
            Version = version,
            Text = e.Text,
            Target = e.Target,
            Motivation = e.Motivation,
            Tags = e.Tags,
        });
        Characters += e.Text.Length;
    }

    void Add(long version, Entry entry, Replied e)
    {
        if (!_places.TryGetValue(e.Annotation, out var place) || place.Reply >= 0) return;
        var replies = _annotations[place.Annotation].Replies;
        if (!_places.TryAdd(e.Id, place with { Reply = replies.Count })) return;
        replies.Add(new Reply { Id = e.Id, By = entry.By, At = entry.At, Version = version, Text = e.Text });
        Characters += e.Text.Length;
    }

    void Edit(long version, Entry entry, AnnotationEdited e, Written written)
    {
        if (e.Text is not null && e.Text != written.Text)
        {
            written.Edits.Add(new EarlierWording(entry.At, entry.By, written.Text!));
            written.Text = e.Text;
            Characters += e.Text.Length;
        }

        if (e.Tags is not null && written is Annotation annotation) annotation.Tags = e.Tags;
        written.Version = version;
    }

    void Delete(long version, Written written)
    {
        Characters -= written.Characters;
        written.Text = null;
        written.Edits = [];
        written.Version = version;
        if (written is Annotation annotation) annotation.Tags = [];
    }

    [GenerateSerializer, Immutable, Alias("annotate.thread-place.v1")]
    internal readonly record struct Place([property: Id(0)] int Annotation, [property: Id(1)] int Reply);
}
