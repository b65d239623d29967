using System.Text.Json.Serialization;
using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Instruments;

namespace Annotate.Statements;

/// <summary>Begins a statement, or changes its title, its destination or the draft that it is about.</summary>
[GenerateSerializer, Alias("annotate.describe-statement.v1")]
public sealed record DescribeStatement(
    [property: Id(0)] string Title,
    [property: Id(1)] string Destination,
    [property: Id(2)] string Instrument,
    [property: Id(3)] string Draft) : StatementCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<StatementBody>(
        "PUT", "", Right.Draft, "Begins a statement, or changes its title, destination or draft.", AskAsync);

    static async Task<Asked> AskAsync(Call call, StatementBody body)
    {
        var (instrument, draft) = (body.Instrument ?? "", body.Draft ?? "");
        if ((Slug.Check(instrument, "an instrument") ?? await call.Grains.CheckDraftAsync(instrument, draft)) is { } problem) return problem;
        var found = await FoundAsync(call, instrument, draft);
        var command = new DescribeStatement(body.Title ?? "", body.Destination ?? "", instrument, draft) { Id = call.Id, By = call.By, Found = found };
        return Asked.For(command, call["statement"]);
    }

    // Of what the statement's sections cite.
    static async Task<string[]> FoundAsync(Call call, string instrument, string draft)
    {
        if (await StatementNoun.Of(call).ReadAsync() is not { } statement || (statement.Instrument == instrument && statement.Draft == draft)) return [];
        string[] cited = [.. statement.Sections.SelectMany(section => section.Citations).Distinct(StringComparer.Ordinal)];
        return cited.Length == 0 ? [] : await call.Grains.GetGrain<IInstrumentGrain>(instrument).FoundAsync(draft, cited);
    }

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

public sealed record StatementBody(string? Title, string? Destination, string? Instrument, string? Draft);

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
