using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Takes a mandate back, at once and on open connections too.</summary>
[GenerateSerializer, Alias("annotate.revoke-mandate.v1")]
public sealed record RevokeMandate([property: Id(0)] string Person, [property: Id(1)] Mandate Mandate) : CoalitionCommand
{
    protected override Decision Decide(CoalitionState state) =>
        state.Find(Person) is not { } person ? Problem.NotFound
        : !Array.Exists(person.Mandates, held => held.Mandate == Mandate) ? Decision.Unchanged
        : new MandateRevoked(Person, Mandate);
}

[GenerateSerializer, Immutable, Alias("annotate.mandate-revoked.v1")]
public sealed record MandateRevoked([property: Id(0)] string Person, [property: Id(1)] Mandate Mandate) : Event;
