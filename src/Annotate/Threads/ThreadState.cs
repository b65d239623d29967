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
        if (entry.Event is IEventOf<ThreadState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Add(Annotation annotation)
    {
        if (!_places.TryAdd(annotation.Id, new Place(_annotations.Count, -1))) return;
        _annotations.Add(annotation);
        Characters += annotation.Text!.Length;
    }

    internal void Add(Guid annotation, Reply reply)
    {
        if (!_places.TryGetValue(annotation, out var place) || place.Reply >= 0) return;
        var replies = _annotations[place.Annotation].Replies;
        if (!_places.TryAdd(reply.Id, place with { Reply = replies.Count })) return;
        replies.Add(reply);
        Characters += reply.Text!.Length;
    }

    internal void Edit(Written written, string? text, string[]? tags, long version, Entry entry)
    {
        if (text is not null && text != written.Text)
        {
            written.Edits.Add(new EarlierWording(entry.At, entry.By, written.Text!));
            written.Text = text;
            Characters += text.Length;
        }

        if (tags is not null && written is Annotation annotation) annotation.Tags = tags;
        written.Version = version;
    }

    internal void Delete(Written written, long version)
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
