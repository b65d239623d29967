using System.Text.Json.Serialization;
using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Instruments;

namespace Annotate.Statements;

/// <summary>Adds a section, or changes the title and the citations of one.</summary>
/// <param name="Citations">eIds of provisions of the statement's instrument; all of them from now on.</param>
/// <param name="After">The section that it follows. Null adds it at the end and leaves one that is there where it is.</param>
[GenerateSerializer, Alias("annotate.describe-section.v1")]
public sealed record DescribeSection(
    [property: Id(0)] string Section, [property: Id(1)] string Title, [property: Id(2)] string[] Citations, [property: Id(3)] string? After)
    : StatementCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<SectionBody>(
        "PUT", "/sections/{section}", Right.Draft, "Adds a section, or changes its title and citations.", AskAsync);

    static async Task<Asked> AskAsync(Call call, SectionBody body)
    {
        var command = new DescribeSection(call["section"], body.Title ?? "", [.. body.Citations ?? []], body.After) { Id = call.Id, By = call.By };
        return Asked.For(await SoughtAsync(call, command), command.Section);
    }

    // What is malformed, and what is missing, the decision refuses: it knows whether the command was carried out long ago.
    static async Task<DescribeSection> SoughtAsync(Call call, DescribeSection command)
    {
        var isWellFormed = command.Citations.Length is > 0 and <= Limits.CitationsPerSectionMax && Array.TrueForAll(command.Citations, EId.IsValid);
        if (!isWellFormed || await StatementNoun.Of(call).ReadAsync() is not { } statement) return command;
        var found = await call.Grains.GetGrain<IInstrumentGrain>(statement.Instrument).FoundAsync(statement.Draft, command.Citations);
        return command with { SoughtIn = statement.Draft, Found = found };
    }

    /// <summary>
    /// The draft in which the door looked for the citations; it must still be the statement's. Null when nothing is cited. No part of what
    /// the command says: a repeat may be looked up in another.
    /// </summary>
    [Id(4), JsonIgnore]
    public string? SoughtIn { get; init; }

    /// <summary>Those of the citations that it has.</summary>
    [Id(5), JsonIgnore]
    public string[] Found { get; init; } = [];

    protected override Decision Decide(StatementState state)
    {
        var problem = Slug.Check(Section, "a section") ?? Words.CheckLine(Title, "The title", Limits.TitleCharactersMax) ?? CheckCitations();
        if (problem is not null) return problem;
        if (After is not null && state.IndexOf(After) < 0) return Problem.Invalid("There is no such section to put it after.");
        if (Citations.Length > 0 && SoughtIn != state.Draft) return Problem.Conflict("The statement is about another draft by now; send the section again.");
        if (Citations.Except(Found).FirstOrDefault() is { } missing) return Problem.Invalid($"The draft has no provision {missing}.");
        var index = state.IndexOf(Section);
        return index < 0 ? Add(state) : Change(state, index);
    }

    Decision Add(StatementState state) =>
        After == Section ? Problem.Invalid("A section cannot follow itself.")
        : state.Sections.Count >= Limits.SectionsPerStatementMax
            ? Problem.TooLarge($"A statement has at most {Limits.SectionsPerStatementMax} sections.")
        : new SectionAdded(Section, Title, Citations, After ?? state.BeforeOf(state.Sections.Count));

    Decision Change(StatementState state, int index)
    {
        if (After is not null && After != state.BeforeOf(index))
            return Problem.Conflict("The section stands elsewhere; moving it is a command of its own.");
        var section = state.Sections[index];
        return section.Title == Title && section.Citations.AsSpan().SequenceEqual(Citations)
            ? Decision.Unchanged
            : new SectionDescribed(Section, Title, Citations);
    }

    Problem? CheckCitations()
    {
        if (Citations.Length > Limits.CitationsPerSectionMax)
            return Problem.TooLarge($"A section cites at most {Limits.CitationsPerSectionMax} provisions.");
        foreach (var citation in Citations)
            if (EId.Check(citation, "A cited provision") is { } problem) return problem;
        return Citations.Distinct(StringComparer.Ordinal).Count() < Citations.Length ? Problem.Invalid("A provision is cited once.") : null;
    }
}

/// <param name="Citations">eIds of provisions of the statement's instrument.</param>
/// <param name="After">The section that it follows; missing adds it at the end and leaves one that is there where it is.</param>
public sealed record SectionBody(string? Title, IReadOnlyList<string>? Citations, string? After);

/// <param name="After">The section that it follows; null when it is the first.</param>
[GenerateSerializer, Immutable, Alias("annotate.section-added.v1")]
public sealed record SectionAdded(
    [property: Id(0)] string Section, [property: Id(1)] string Title, [property: Id(2)] string[] Citations, [property: Id(3)] string? After)
    : Event, IEventOf<StatementState>
{
    public static IReadOnlyList<Event> Samples => [new SectionAdded("intro", "Introduction", ["art_1", "art_2"], "before")];

    public override Activity? ToActivity() => new(Section, Title);

    public void ApplyTo(StatementState state, long version, Entry entry)
    {
        if (state.IndexOf(Section) < 0) state.Insert(new Section(Section, Title, Citations, version), After);
    }
}

[GenerateSerializer, Immutable, Alias("annotate.section-described.v1")]
public sealed record SectionDescribed(
    [property: Id(0)] string Section, [property: Id(1)] string Title, [property: Id(2)] string[] Citations) : Event, IEventOf<StatementState>
{
    public static IReadOnlyList<Event> Samples => [new SectionDescribed("intro", "Introduction", ["art_1"])];

    public override Activity? ToActivity() => new(Section, Title);

    public void ApplyTo(StatementState state, long version, Entry entry) => state.Replace(new Section(Section, Title, Citations, version));
}
