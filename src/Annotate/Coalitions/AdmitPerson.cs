using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Admits a person, or says anew who they are and what they may do.</summary>
/// <remarks>
/// An id that was ever used belongs to the same person for ever. Who comes back comes back under the name they left with; it can be
/// changed while they are there, for all to see. Tokens of an earlier stay remain what they became when the person left: good for nothing.
/// </remarks>
/// <param name="Mandates">All they hold from now on; what is left out is revoked.</param>
[GenerateSerializer, Alias("annotate.admit-person.v1")]
public sealed record AdmitPerson(
    [property: Id(0)] string Person,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Organisation,
    [property: Id(3)] string? Affiliation,
    [property: Id(4)] Role Role,
    [property: Id(5)] MandateHeld[] Mandates) : CoalitionCommand
{
    static readonly Problem OwnOrganisation = Refusal("Nobody changes their own organisation.");
    static readonly Problem OtherOrganisation = Refusal("Somebody who belongs to an organisation, or did, is moved to no other one by a steward.");
    static readonly Problem NotTheirs =
        Refusal("An organisation that has people already brings in others itself: by a steward who belongs to it.");

    static Problem Refusal(string detail) => new("operator-only", 403, "Only the operator of this server may do this.", detail);

    protected override Decision Decide(CoalitionState state)
    {
        if ((CheckThemselves() ?? CheckMandates() ?? CheckAgainst(state)) is { } problem) return problem;
        MandateHeld[] mandates = [.. Mandates.OrderBy(held => held.Mandate)];
        return state.Find(Person) is { } known && Same(known, mandates)
            ? Decision.Unchanged
            : new PersonAdmitted(Person, Name, Organisation, Affiliation, Role, mandates);
    }

    Problem? CheckThemselves() =>
        Slug.Check(Person, "a person")
        ?? Words.CheckLine(Name, "The name of the person", Limits.NameCharactersMax)
        ?? (Affiliation is null ? null : Words.CheckLine(Affiliation, "The affiliation", Limits.NameCharactersMax))
        ?? (!Enum.IsDefined(Role) ? Problem.Invalid("There is no such role.") : null)
        ?? (Organisation is not null && Affiliation is not null
            ? Problem.Invalid("An affiliation is an individual expert's; somebody who belongs to an organisation has none.")
            : null);

    Problem? CheckMandates()
    {
        foreach (var held in Mandates)
            if (GrantMandate.Check(held.Mandate, Organisation, Affiliation, Role) is { } problem) return problem;
        return Mandates.DistinctBy(held => held.Mandate).Count() < Mandates.Length ? Problem.Invalid("A mandate is given once.") : null;
    }

    Problem? CheckAgainst(CoalitionState state)
    {
        if (Organisation is not null && state.FindOrganisation(Organisation) is null)
            return Problem.Invalid("There is no such organisation in the coalition.");
        if (By.Person != By.OperatorPerson && CheckSteward(state) is { } beyond) return beyond;
        if (Role != Role.Steward && By.Person != By.OperatorPerson && state.IsLastSteward(Person)) return RemovePerson.LastSteward;
        var ever = state.FindEver(Person);
        if (ever is null && state.PeopleEver >= Limits.PeoplePerCoalitionMax)
            return Problem.TooLarge($"A coalition has had at most {Limits.PeoplePerCoalitionMax} people.");
        // What somebody wrote is theirs to edit, so their id must not pass to another (G8).
        return ever is { HasLeft: true } && ever.Name != Name
            ? Problem.Conflict($"That id belonged to {ever.Name}, who has left; choose another.")
            : null;
    }

    // Whoever could put themself, or a person they made up, into an organisation would read what it keeps to itself and speak for it (G7, G8).
    Problem? CheckSteward(CoalitionState state)
    {
        var ever = state.FindEver(Person);
        if (By.Person == Person && Mandates.Except(ever!.Mandates).Any()) return GrantMandate.OwnMandate;
        if (ever is not null && ever.Organisation == Organisation) return null;
        return By.Person == Person ? OwnOrganisation
            : ever?.Organisation is not null ? OtherOrganisation
            : Organisation is not null && Organisation != state.Find(By.Person)!.Organisation && state.HasHadPeople(Organisation) ? NotTheirs
            : null;
    }

    bool Same(Person known, MandateHeld[] mandates) =>
        known.Name == Name && known.Organisation == Organisation && known.Affiliation == Affiliation && known.Role == Role
        && known.Mandates.AsSpan().SequenceEqual(mandates);
}

[GenerateSerializer, Immutable, Alias("annotate.person-admitted.v1")]
public sealed record PersonAdmitted(
    [property: Id(0)] string Person,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Organisation,
    [property: Id(3)] string? Affiliation,
    [property: Id(4)] Role Role,
    [property: Id(5)] MandateHeld[] Mandates) : Event;
