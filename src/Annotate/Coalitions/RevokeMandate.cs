using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Takes a mandate back, at once and on open connections too.</summary>
[GenerateSerializer, Alias("annotate.revoke-mandate.v1")]
public sealed record RevokeMandate([property: Id(0)] string Person, [property: Id(1)] Mandate Mandate) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "DELETE", "/people/{person}/mandates/{mandate}", Right.Administer, "Takes a mandate back, at once.",
        call => MandateWord.TryRead(call["mandate"], out var mandate)
            ? Asked.For(new RevokeMandate(call["person"], mandate) { Id = call.Id, By = call.By }, call["person"])
            : Problem.NotFound);

    // Whoever holds it may give it up.
    protected override Problem? Check(Authority authority) => By.Person == Person ? null : authority.OverPerson(Person);

    protected override Decision Decide(CoalitionState state, Authority authority) =>
        state.Find(Person) is not { } person ? Problem.NotFound
        : !Array.Exists(person.Mandates, held => held.Mandate == Mandate) ? Decision.Unchanged
        : Mandate == Mandate.Administer && !authority.IsOperator && state.EndsAdministration(Person, person.Organisation, null, authority.Now) ? RemovePerson.LastAdministrator
        : new MandateRevoked(Person, Mandate);
}

[GenerateSerializer, Immutable, Alias("annotate.mandate-revoked.v1")]
public sealed record MandateRevoked([property: Id(0)] string Person, [property: Id(1)] Mandate Mandate) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new MandateRevoked("ana", Mandate.SignOff)];

    public override Activity? ToActivity() => new(Person, Json.Word(Mandate));

    public void ApplyTo(CoalitionState state, long version, Entry entry)
    {
        if (state.FindEver(Person) is { } person) state.Revoke(person, Mandate);
    }
}
