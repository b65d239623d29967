using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Names;

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
    [property: Id(5)] MandateHeld[] Mandates) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<PersonBody>(
        "PUT", "/people/{person}", Right.Administer, "Admits a person, or says anew who they are and what they may do.", Ask);

    static Asked Ask(Call call, PersonBody body)
    {
        var mandates = new List<MandateHeld>();
        foreach (var wanted in body.Mandates ?? [])
        {
            if (wanted?.Mandate is not { } mandate) return Problem.Invalid($"mandates[{mandates.Count}] does not say which mandate.");
            mandates.Add(new MandateHeld(mandate, wanted.Until?.ToUniversalTime()));
        }

        var person = call["person"];
        var command = new AdmitPerson(person, body.Name ?? "", body.Organisation, body.Affiliation, body.Role ?? Role.Member, [.. mandates]) { Id = call.Id, By = call.By };
        return Asked.For(command, person);
    }

    public override IEnumerable<string> AsksAbout(CoalitionState state) =>
        state.FindEver(Person) is { Organisation: null } && Organisation is not null ? [Person] : [];

    protected override Problem? Check(Authority authority) => authority.OverAdmission(this);

    protected override Decision Decide(CoalitionState state, Authority authority)
    {
        if ((CheckThemselves() ?? CheckMandates() ?? CheckAgainst(state, authority)) is { } problem) return problem;
        return state.Find(Person) is { } known && Says(known)
            ? Decision.Unchanged
            : new PersonAdmitted(Person, Name, Organisation, Affiliation, Role, Ordered);
    }

    MandateHeld[] Ordered => [.. Mandates.OrderBy(held => held.Mandate)];

    Problem? CheckThemselves() =>
        Slug.Check(Person, "a person")
        ?? NameWords.Check(Name, "The name of the person")
        ?? (Affiliation is null ? null : NameWords.Check(Affiliation, "The affiliation"))
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

    Problem? CheckAgainst(CoalitionState state, Authority authority)
    {
        if (Organisation is not null && state.FindOrganisation(Organisation) is null)
            return Problem.Invalid("There is no such organisation in the coalition.");
        if (!authority.IsOperator && CheckLast(state, authority.Now) is { } last) return last;
        var ever = state.FindEver(Person);
        if (ever is null && state.PeopleEver >= Limits.PeoplePerCoalitionMax)
            return Problem.TooLarge($"A coalition has had at most {Limits.PeoplePerCoalitionMax} people.");
        // What somebody wrote is theirs to edit, so their id must not pass to another (G8).
        if (ever is { HasLeft: true } && ever.Name != Name) return Problem.Conflict($"That id belonged to {ever.Name}, who has left; choose another.");
        return CheckLooks(state, ever, withFormer: !authority.IsOperator);
    }

    // An affiliation is printed where an organisation is named: who has one that reads like an organisation's would seem to speak for it.
    Problem? CheckLooks(CoalitionState state, Person? ever, bool withFormer)
    {
        var like = ever?.Name == Name ? null : state.FindPersonLike(Name, Person, withFormer) ?? state.FindOrganisationLike(Name, null, withFormer);
        if (Affiliation is not null && ever?.Affiliation != Affiliation) like ??= state.FindOrganisationLike(Affiliation, null, withFormer);
        return like is null ? null : NameOrganisation.LooksAlike(like);
    }

    Problem? CheckLast(CoalitionState state, DateTimeOffset now) =>
        // To say what is so already takes nothing away.
        state.Find(Person) is { } known && Says(known) ? null
        : Role != Role.Steward && state.IsLastSteward(Person) ? RemovePerson.LastSteward
        : state.EndsAdministration(Person, Organisation, Role == Role.Observer ? null : Array.Find(Mandates, held => held.Mandate == Mandate.Administer), now)
            ? RemovePerson.LastAdministrator
        : null;

    /// <summary>Whether a person is all that this says.</summary>
    internal bool Says(Person known) =>
        known.Name == Name && known.Organisation == Organisation && known.Affiliation == Affiliation && known.Role == Role
        && known.Mandates.AsSpan().SequenceEqual(Ordered);
}

/// <param name="Mandates">All that the person holds from now on.</param>
public sealed record PersonBody(
    string? Name, string? Organisation, string? Affiliation, Role? Role, IReadOnlyList<MandateBody?>? Mandates);

/// <param name="Until">From then on it is held no more; missing or null while nobody revokes it.</param>
public sealed record MandateBody(Mandate? Mandate, DateTimeOffset? Until);

[GenerateSerializer, Immutable, Alias("annotate.person-admitted.v1")]
public sealed record PersonAdmitted(
    [property: Id(0)] string Person,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Organisation,
    [property: Id(3)] string? Affiliation,
    [property: Id(4)] Role Role,
    [property: Id(5)] MandateHeld[] Mandates) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [
        new PersonAdmitted("ana", "Ana", "rights-now", "A university", Role.Steward,
            [new MandateHeld(Mandate.Draft, null), new MandateHeld(Mandate.Endorse, Sample.Until)]),
    ];

    public override Activity? ToActivity() => new(Person, Name);

    public void ApplyTo(CoalitionState state, long version, Entry entry) => state.Admit(this);
}
