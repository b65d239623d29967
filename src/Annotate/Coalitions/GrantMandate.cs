using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Gives a person a mandate, or changes how long they have it.</summary>
/// <param name="Until">From then on it is held no more; null while nobody revokes it.</param>
[GenerateSerializer, Alias("annotate.grant-mandate.v1")]
public sealed record GrantMandate(
    [property: Id(0)] string Person, [property: Id(1)] Mandate Mandate, [property: Id(2)] DateTimeOffset? Until) : CoalitionCommand
{
    internal static readonly Problem OwnMandate =
        new("own-mandate", 403, "Stewards give themselves no mandates; another steward, or the operator of this server, can.");

    protected override Decision Decide(CoalitionState state)
    {
        if (By.Person == Person) return OwnMandate;
        if (state.Find(Person) is not { } person) return Problem.NotFound;
        if (Check(Mandate, person.Organisation, person.Affiliation, person.Role) is { } problem) return problem;
        return person.Mandates.Contains(new MandateHeld(Mandate, Until)) ? Decision.Unchanged : new MandateGranted(Person, Mandate, Until);
    }

    internal static Problem? Check(Mandate mandate, string? organisation, string? affiliation, Role role) =>
        !Enum.IsDefined(mandate) ? Problem.Invalid("There is no such mandate.")
        : role == Role.Observer ? Problem.Invalid("Observers read; they hold no mandates.")
        : Coalitions.Person.MayHold(mandate, organisation, affiliation) ? null
        : organisation is null && affiliation is null
            ? Problem.Invalid("A mandate needs an organisation, or the affiliation of an individual expert.")
        : Problem.Invalid("Positions and sign-offs are an organisation's; an individual expert cannot be given them.");
}

[GenerateSerializer, Immutable, Alias("annotate.mandate-granted.v1")]
public sealed record MandateGranted(
    [property: Id(0)] string Person, [property: Id(1)] Mandate Mandate, [property: Id(2)] DateTimeOffset? Until) : Event;
