using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Statements;

/// <summary>Puts a section elsewhere in its statement.</summary>
/// <param name="After">The section that it shall follow; null to make it the first.</param>
[GenerateSerializer, Alias("annotate.move-section.v1")]
public sealed record MoveSection([property: Id(0)] string Section, [property: Id(1)] string? After) : StatementCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<MoveBody>(
        "POST", "/sections/{section}/move", Right.Draft, "Puts a section elsewhere.",
        (call, body) => Asked.For(new MoveSection(call["section"], body.After) { Id = call.Id, By = call.By }, call["section"]));

    protected override Decision Decide(StatementState state) =>
        state.IndexOf(Section) is var index && index < 0 ? Problem.NotFound
        : After == Section ? Problem.Invalid("A section cannot follow itself.")
        : After is not null && state.IndexOf(After) < 0 ? Problem.Invalid("There is no such section to put it after.")
        : After == state.BeforeOf(index) ? Decision.Unchanged
        : new SectionMoved(Section, After);
}

/// <param name="After">The section that it shall follow; null to make it the first.</param>
public sealed record MoveBody(string? After);

/// <param name="After">The section that it follows; null when it is the first.</param>
[GenerateSerializer, Immutable, Alias("annotate.section-moved.v1")]
public sealed record SectionMoved([property: Id(0)] string Section, [property: Id(1)] string? After) : Event, IEventOf<StatementState>
{
    public static IReadOnlyList<Event> Samples => [new SectionMoved("intro", "before")];

    public override Activity? ToActivity() => new(Section, "");

    public void ApplyTo(StatementState state, long version, Entry entry)
    {
        if (After != Section) state.Move(Section, After);
    }
}
