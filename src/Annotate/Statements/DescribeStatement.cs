using System.Text.Json.Serialization;
using Annotate.Deciding;

namespace Annotate.Statements;

/// <summary>Begins a statement, or changes its title, its destination or the draft that it is about.</summary>
[GenerateSerializer, Alias("annotate.describe-statement.v1")]
public sealed record DescribeStatement(
    [property: Id(0)] string Title,
    [property: Id(1)] string Destination,
    [property: Id(2)] string Instrument,
    [property: Id(3)] string Draft) : StatementCommand
{
    /// <summary>
    /// Provisions that the door found in the draft, among them all that the sections cite. When another draft is chosen, whatever a section
    /// cites must be among them. No part of what the command says: a repeat may find others.
    /// </summary>
    [Id(4), JsonIgnore]
    public string[] Found { get; init; } = [];

    protected override Decision Decide(StatementState state)
    {
        var problem = Words.CheckLine(Title, "The title", Limits.TitleCharactersMax)
            ?? Words.CheckLine(Destination, "The destination", Limits.TitleCharactersMax)
            ?? Slug.Check(Instrument, "an instrument")
            ?? Slug.Check(Draft, "a draft");
        if (problem is not null) return problem;
        if (state.Exists && state.Instrument != Instrument && state.Sections.Any(section => section.Citations.Length > 0))
            return Problem.Conflict("Its sections cite another instrument; take those citations out first.");
        if ((state.Instrument != Instrument || state.Draft != Draft) && NotFound(state) is { } missing) return missing;
        return state.Title == Title && state.Destination == Destination && state.Instrument == Instrument && state.Draft == Draft
            ? Decision.Unchanged
            : new StatementDescribed(Title, Destination, Instrument, Draft);
    }

    Problem? NotFound(StatementState state)
    {
        var found = Found.ToHashSet(StringComparer.Ordinal);
        foreach (var section in state.Sections)
            foreach (var citation in section.Citations)
                if (!found.Contains(citation))
                    return Problem.Conflict($"The section {section.Id} cites {citation}, which draft {Draft} does not have; take that citation out first.");
        return null;
    }
}

[GenerateSerializer, Immutable, Alias("annotate.statement-described.v1")]
public sealed record StatementDescribed(
    [property: Id(0)] string Title,
    [property: Id(1)] string Destination,
    [property: Id(2)] string Instrument,
    [property: Id(3)] string Draft) : Event, IEventOf<StatementState>
{
    public static IReadOnlyList<Event> Samples => [new StatementDescribed("Title", "Destination", "treaty", "l15")];

    public override Activity? ToActivity() => new("", Title);

    public void ApplyTo(StatementState state, long version, Entry entry) => state.Describe(this);
}
