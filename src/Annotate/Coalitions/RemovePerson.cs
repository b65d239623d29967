using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Ends somebody's belonging to the coalition. What they wrote stays, under their name; their tokens are good for nothing, also when they come back.</summary>
[GenerateSerializer, Alias("annotate.remove-person.v1")]
public sealed record RemovePerson([property: Id(0)] string Person) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "DELETE", "/people/{person}", Right.Administer, "Ends a person's belonging to the coalition.",
        call => Asked.For(new RemovePerson(call["person"]) { Id = call.Id, By = call.By }, call["person"]));

    internal static readonly Problem LastSteward =
        Problem.Conflict("A coalition keeps at least one steward; make somebody else one first.");

    internal static readonly Problem LastAdministrator =
        Problem.Conflict("An organisation that was given administrators keeps at least one whose mandate has no end; give it to somebody first.");

    // To leave is one's own affair.
    protected override Problem? Check(Authority authority) => By.Person == Person ? null : authority.OverPerson(Person);

    protected override Decision Decide(CoalitionState state, Authority authority) =>
        state.FindEver(Person) is not { } person ? Problem.NotFound
        : person.HasLeft ? Decision.Unchanged
        : !authority.IsOperator && state.IsLastSteward(Person) ? LastSteward
        : !authority.IsOperator && state.EndsAdministration(Person, person.Organisation, null, authority.Now) ? LastAdministrator
        : new PersonLeft(Person);
}

[GenerateSerializer, Immutable, Alias("annotate.person-left.v1")]
public sealed record PersonLeft([property: Id(0)] string Person) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new PersonLeft("ana")];

    public override Activity? ToActivity() => new(Person, "");

    public void ApplyTo(CoalitionState state, long version, Entry entry)
    {
        if (state.FindEver(Person) is { } person) state.Leave(person);
    }
}
