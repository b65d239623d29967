using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Ends somebody's belonging to the coalition. What they wrote stays, under their name; their tokens are good for nothing, also when they come back.</summary>
[GenerateSerializer, Alias("annotate.remove-person.v1")]
public sealed record RemovePerson([property: Id(0)] string Person) : CoalitionCommand
{
    internal static readonly Problem LastSteward =
        Problem.Conflict("A coalition keeps at least one steward; make somebody else one first.");

    protected override Decision Decide(CoalitionState state) =>
        state.FindEver(Person) is not { } person ? Problem.NotFound
        : person.HasLeft ? Decision.Unchanged
        : By.Person != By.OperatorPerson && state.IsLastSteward(Person) ? LastSteward
        : new PersonLeft(Person);
}

[GenerateSerializer, Immutable, Alias("annotate.person-left.v1")]
public sealed record PersonLeft([property: Id(0)] string Person) : Event;
