using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>What a decision about a coalition needs to know beside its state.</summary>
/// <param name="CameBefore">Of the people that the command asks about, those who came before comings were recorded in the coalition.</param>
/// <param name="CanComeIn">Whether the person that an invitation is for still has something to come in with.</param>
/// <param name="HasTokens">Whether the person whose tokens are to end has any that are good, links included.</param>
public readonly record struct Circumstances(DateTimeOffset Now, IReadOnlySet<string> CameBefore, bool CanComeIn, bool HasTokens);

/// <summary>
/// Who may do what about a coalition, its organisations and their people: decided here for every door, by the state that the decision
/// changes.
/// </summary>
/// <remarks>
/// <para>What is the coalition's (its policy, which organisations are in it, its stewards, its experts) is the stewards'. What concerns an
/// organisation (its name, its people, their mandates, links and tokens) is its own: of its people with the mandate to administer, and until
/// that was first given, of the stewards who belong to it. The operator may do all of it. Whoever could put somebody they made up into
/// another organisation, or get a link of one of its people, would read what it keeps to itself and speak for it (G7, G8).</para>
/// <para>Somebody must bring in the first: a steward brings in an organisation with its first person, and, as long as nobody of it has come,
/// makes a link for one of its people. Nobody changes their own organisation or gives themself a mandate.</para>
/// </remarks>
public sealed class Authority(CoalitionState state, By by, Circumstances known)
{
    static readonly Problem OperatorOnly = new("operator-only", 403, "Only the operator of this server may do this.");

    static readonly Problem AdministratorsOnly =
        new("administrators-only", 403, "Only the organisation's own administrators, or the operator of this server, may do this.");

    static readonly Problem StewardsAreEquals = new(
        "stewards-are-equals", 403, "Stewards make and end no tokens of one another, unless they administer the organisation; the operator of this server can.");

    static readonly Problem HasCome = new(
        "has-come", 403, "This person has come in before: an administrator of their organisation makes their next link, or the operator does.");

    static readonly Problem OrganisationHasCome = AdministratorsOnly.With(
        "Somebody of that organisation has come already: from then on its own people let in the others.");

    public bool IsOperator => by.Person == By.OperatorPerson;

    public DateTimeOffset Now => known.Now;

    /// <summary>See <see cref="Circumstances"/>.</summary>
    public bool HasTokens => known.HasTokens;

    bool IsSteward => state.MaySteward(by.Person);

    bool IsKeeper => IsSteward || (state.Find(by.Person) is { Organisation: { } own } && Administers(own));

    /// <summary>The coalition as such: its founding and its name.</summary>
    public Problem? OverServer() => IsOperator ? null : OperatorOnly;

    /// <summary>What is the coalition's own.</summary>
    public Problem? OverCoalition() =>
        IsSteward ? null : Problem.MandateMissing("Only the coalition's stewards keep its list of people and its policy.");

    /// <summary>The name of an organisation, new or known.</summary>
    public Problem? OverName(string organisation) =>
        state.HasHadPeople(organisation) ? OverOrganisation(organisation) : OverCoalition();

    /// <summary>A person's mandates, and their belonging to the coalition.</summary>
    /// <remarks>Of somebody who is not there, all who keep a list may hear so.</remarks>
    public Problem? OverPerson(string person) =>
        state.FindEver(person) is not { } found ? IsKeeper ? null : OverCoalition()
        : found.Organisation is { } organisation ? OverOrganisation(organisation)
        : OverCoalition();

    /// <summary>Ending what somebody else is signed in with.</summary>
    public Problem? OverTokens(string person) => OverPerson(person) ?? (state.Find(person) is { } found ? CheckEquals(found) : null);

    /// <summary>A link that signs somebody in, made by somebody else. Whoever makes it can use it.</summary>
    /// <param name="byOutsider">Whether the maker is a steward who brings in the first of an organisation, or a person of none.</param>
    public Problem? OverLink(Person person, out bool byOutsider)
    {
        byOutsider = false;
        if (IsOperator) return null;
        if (CheckEquals(person) is { } equal) return equal;
        if (person.Organisation is { } own && Administers(own))
            return (person.Role == Role.Steward ? OverCoalition() : null) ?? (known.CanComeIn ? CountToken.CanComeIn : null);
        byOutsider = true;
        if (person.Organisation is not { } organisation) return OverCoalition() ?? (CameEver(person) ? HasCome : null);
        return !IsSteward ? OverOrganisation(organisation) : state.HasAnybodyCome(organisation, known.CameBefore) ? OrganisationHasCome : null;
    }

    /// <summary>Admitting a person, or saying anew who they are.</summary>
    public Problem? OverAdmission(AdmitPerson wanted)
    {
        if (IsOperator) return null;
        var ever = state.FindEver(wanted.Person);
        return CheckOneself(wanted, ever)
            ?? (ever is null || ever.Organisation == wanted.Organisation ? OverPlace(wanted, ever) : OverMove(wanted, ever))
            ?? (wanted.Role == Role.Steward && ever is not { Role: Role.Steward, HasLeft: false } ? OverCoalition() : null);
    }

    // Whoever signs in as a steward, or shuts one out, has the coalition in their hands.
    Problem? CheckEquals(Person person) =>
        IsOperator || person.Role != Role.Steward || by.Person == person.Id || !IsSteward
        || (state.Find(by.Person) is { } maker && maker.Organisation == person.Organisation && maker.Has(Mandate.Administer, known.Now))
            ? null
            : StewardsAreEquals;

    Problem? OverOrganisation(string organisation) =>
        Administers(organisation) ? null : IsKeeper ? AdministratorsOnly : Problem.MandateMissing("This is for the organisation's own administrators.");

    Problem? CheckOneself(AdmitPerson wanted, Person? ever) =>
        by.Person != wanted.Person || ever is null ? null
        : wanted.Mandates.Except(ever.Mandates).Any() ? GrantMandate.OwnMandate
        : wanted.Organisation != ever.Organisation ? OperatorOnly.With("Nobody changes their own organisation.")
        : null;

    Problem? OverPlace(AdmitPerson wanted, Person? ever) =>
        wanted.Organisation is not { } organisation ? OverCoalition()
        : Administers(organisation) || MaySeat(organisation) || MayMakeSteward(wanted, ever) ? null
        // To say what is so already is no act.
        : IsKeeper && ever is { HasLeft: false } && wanted.Says(ever) ? null
        : ever is null && IsSteward
            ? OperatorOnly.With("An organisation that has people already brings in others itself: by somebody who administers it.")
        : OverOrganisation(organisation);

    // Who speaks for nobody but themself is moved only before they have come: into an organisation's hands they could be taken over.
    Problem? OverMove(AdmitPerson wanted, Person ever) =>
        ever.Organisation is not null ? OperatorOnly.With("Somebody who belongs to an organisation, or did, is moved to no other one by a steward.")
        : OverCoalition()
            ?? (CameEver(ever) ? OperatorOnly.With("Somebody who has come as themself is moved into an organisation by the operator only.") : null)
            ?? (Administers(wanted.Organisation!) || MaySeat(wanted.Organisation!)
                ? null
                : OperatorOnly.With("An organisation that has people already brings in others itself: by somebody who administers it."));

    // The first person of an organisation.
    bool MaySeat(string organisation) => IsSteward && !state.HasHadPeople(organisation);

    // Stewards are the coalition's to make. Of another organisation's people only those who administer it already: the others would come to.
    bool MayMakeSteward(AdmitPerson wanted, Person? ever) =>
        IsSteward && ever is not null && ever.Has(Mandate.Administer, known.Now)
        && wanted.Says(ever with { Role = Role.Steward });

    bool Administers(string organisation) => IsOperator || state.Administers(by.Person, organisation, known.Now);

    bool CameEver(Person person) => person.HasCome || known.CameBefore.Contains(person.Id);
}
