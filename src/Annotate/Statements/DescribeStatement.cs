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
    protected override Decision Decide(StatementState state)
    {
        var problem = Words.CheckLine(Title, "The title", Limits.TitleCharactersMax)
            ?? Words.CheckLine(Destination, "The destination", Limits.TitleCharactersMax)
            ?? Slug.Check(Instrument, "an instrument")
            ?? Slug.Check(Draft, "a draft");
        if (problem is not null) return problem;
        if (state.Exists && state.Instrument != Instrument && state.Sections.Any(section => section.Citations.Length > 0))
            return Problem.Conflict("Its sections cite another instrument; take those citations out first.");
        return state.Title == Title && state.Destination == Destination && state.Instrument == Instrument && state.Draft == Draft
            ? Decision.Unchanged
            : new StatementDescribed(Title, Destination, Instrument, Draft);
    }
}

[GenerateSerializer, Immutable, Alias("annotate.statement-described.v1")]
public sealed record StatementDescribed(
    [property: Id(0)] string Title,
    [property: Id(1)] string Destination,
    [property: Id(2)] string Instrument,
    [property: Id(3)] string Draft) : Event;
