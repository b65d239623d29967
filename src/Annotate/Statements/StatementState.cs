using Annotate.Deciding;

namespace Annotate.Statements;

/// <summary>A part of a statement. Its text is kept elsewhere, by its section's own grain.</summary>
/// <param name="Citations">eIds of provisions of the instrument that the statement is about, in the order in which they were given.</param>
/// <param name="Version">Of the last entry that described it.</param>
[GenerateSerializer, Immutable, Alias("annotate.section.v1")]
public sealed record Section(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string[] Citations, [property: Id(3)] long Version);

/// <summary>The order of a statement's sections, and what the statement is about.</summary>
[GenerateSerializer, Alias("annotate.statement-state.v1")]
public sealed class StatementState : IState
{
    [Id(0)] readonly List<Section> _sections = [];

    /// <summary>Empty while there is no such statement.</summary>
    [Id(1)] public string Title { get; private set; } = "";

    /// <summary>To whom it shall go.</summary>
    [Id(2)] public string Destination { get; private set; } = "";

    /// <summary>The instrument it is about.</summary>
    [Id(3)] public string Instrument { get; private set; } = "";

    /// <summary>The draft of it that the citations are bound to.</summary>
    [Id(4)] public string Draft { get; private set; } = "";

    /// <summary>Version of the last entry.</summary>
    [Id(5)] public long Version { get; private set; }

    public bool Exists => Title.Length > 0;

    /// <summary>In the order of the statement.</summary>
    public IReadOnlyList<Section> Sections => _sections;

    /// <summary>Where the section stands, from 0; -1 when there is none.</summary>
    public int IndexOf(string section) => _sections.FindIndex(each => each.Id == section);

    /// <summary>The section before it; null when it is the first.</summary>
    public string? BeforeOf(int index) => index <= 0 ? null : _sections[index - 1].Id;

    public void Apply(long version, Entry entry)
    {
        Version = version;
        if (entry.Event is IEventOf<StatementState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Describe(StatementDescribed e) => (Title, Destination, Instrument, Draft) = (e.Title, e.Destination, e.Instrument, e.Draft);

    // What is not there cannot be described or moved: skipped.
    internal void Replace(Section section)
    {
        if (IndexOf(section.Id) is >= 0 and var index) _sections[index] = section;
    }

    internal void Move(string section, string? after)
    {
        if (IndexOf(section) is not (>= 0 and var index)) return;
        var moved = _sections[index];
        _sections.RemoveAt(index);
        Insert(moved, after);
    }

    // After a section that is not there: at the end.
    internal void Insert(Section section, string? after)
    {
        var index = after is null ? 0 : IndexOf(after) + 1;
        _sections.Insert(after is not null && index == 0 ? _sections.Count : index, section);
    }
}
