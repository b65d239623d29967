using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>What can be done about an organisation and its people.</summary>
public enum Deed
{
    /// <summary>Brings another organisation into the coalition.</summary>
    BringInOrganisation,

    /// <summary>Gives the organisation another name.</summary>
    Rename,

    /// <summary>Brings in somebody who was never there; of those without an organisation, an individual expert.</summary>
    Admit,

    /// <summary>Makes a link that signs the person in.</summary>
    MakeLink,

    /// <summary>Ends all that the person is signed in with.</summary>
    EndTokens,

    /// <summary>Ends their belonging to the coalition.</summary>
    Remove,

    /// <summary>Gives them a mandate.</summary>
    GiveMandate,

    /// <summary>Takes one back.</summary>
    TakeMandate,
}

/// <summary>Why something may not be done.</summary>
[GenerateSerializer, Immutable, Alias("annotate.deeds-refused.v1")]
public sealed record DeedsRefused([property: Id(0)] Deed[] Deeds, [property: Id(1)] Problem Problem);

/// <summary>The people of an organisation, or of none, as one who asks may deal with them now. It is what the decisions themselves say.</summary>
/// <param name="Organisation">Null for those who belong to none.</param>
/// <param name="HasAdministrators">Whether it was ever given any: until then its own stewards administer it.</param>
/// <param name="HasAnybodyCome">Whether anybody of it ever has: until then stewards let in the first.</param>
/// <param name="May">What the caller may do about the organisation, or the coalition.</param>
/// <param name="Give">The mandates that somebody who is brought in here can be given.</param>
/// <param name="Version">Of the coalition.</param>
[GenerateSerializer, Immutable, Alias("annotate.people-view.v1")]
public sealed record PeopleView(
    [property: Id(0)] string? Organisation,
    [property: Id(1)] bool HasAdministrators,
    [property: Id(2)] bool HasAnybodyCome,
    [property: Id(3)] Deed[] May,
    [property: Id(4)] DeedsRefused[] MayNot,
    [property: Id(5)] PersonDeeds[] People,
    [property: Id(6)] Mandate[] Give,
    [property: Id(7)] long Version)
{
    /// <param name="cameBefore">Those who came before comings were recorded in the coalition.</param>
    /// <param name="canComeIn">Of those whom the caller administers, who has something left to come in with.</param>
    /// <returns>Null when there is no such organisation, or coalition.</returns>
    public static PeopleView? Of(
        CoalitionState state, long version, By by, string? organisation, DateTimeOffset now, IReadOnlySet<string> cameBefore, IReadOnlySet<string> canComeIn)
    {
        if (!state.Exists || (organisation is not null && state.FindOrganisation(organisation) is null)) return null;
        var known = new Circumstances(now, cameBefore, CanComeIn: false, HasTokens: true);
        var authority = new Authority(state, by, known);
        var verdicts = new Verdicts();
        if (organisation is null) verdicts.Add(Deed.BringInOrganisation, authority.OverName(""));
        else verdicts.Add(Deed.Rename, authority.OverName(organisation));
        verdicts.Add(Deed.Admit, authority.OverAdmission(new AdmitPerson("", "", organisation, null, Role.Member, []) { Id = default, By = by }));
        var people = state.People.Where(person => person.Organisation == organisation).OrderBy(person => person.Id, StringComparer.Ordinal)
            .Select(person => PersonDeeds.Of(state, by, person, known with { CanComeIn = canComeIn.Contains(person.Id) }));
        return new PeopleView(
            organisation, organisation is not null && state.HasAdministrators(organisation), organisation is not null && state.HasAnybodyCome(organisation, cameBefore),
            verdicts.May, verdicts.MayNot, [.. people], PersonDeeds.Grantable(organisation, organisation is null ? "" : null, Role.Member), version);
    }
}

/// <summary>A person, and what the caller may do about them.</summary>
/// <param name="HasCome">Whether they ever came in.</param>
/// <param name="Link">The link that somebody else made for them, while it can be used.</param>
/// <param name="May">Making a link and ending tokens are said for somebody else; one's own are one's own affair.</param>
/// <param name="Give">The mandates that can be given to them.</param>
/// <param name="Take">Those that can be taken back.</param>
[GenerateSerializer, Immutable, Alias("annotate.person-deeds.v1")]
public sealed record PersonDeeds(
    [property: Id(0)] string Id,
    [property: Id(1)] bool HasCome,
    [property: Id(2)] Invitation? Link,
    [property: Id(3)] Deed[] May,
    [property: Id(4)] DeedsRefused[] MayNot,
    [property: Id(5)] Mandate[] Give,
    [property: Id(6)] Mandate[] Take)
{
    // The commands themselves are decided, and what they would record is forgotten: whatever the rules become, this says the same.
    internal static PersonDeeds Of(CoalitionState state, By by, Person person, Circumstances known)
    {
        Problem? WhyNot(CoalitionCommand command) => command.Decide(state, known).Problem;
        var verdicts = new Verdicts();
        verdicts.Add(Deed.MakeLink, WhyNot(new InvitePerson(person.Id, known.Now) { Id = default, By = by }));
        verdicts.Add(Deed.EndTokens, WhyNot(new EndTokens(person.Id) { Id = default, By = by }));
        verdicts.Add(Deed.Remove, WhyNot(new RemovePerson(person.Id) { Id = default, By = by }));
        var held = person.Mandates.Select(each => each.Mandate).ToHashSet();
        var give = verdicts.AddEach(Deed.GiveMandate, Grantable(person.Organisation, person.Affiliation, person.Role).Where(mandate => !held.Contains(mandate)),
            mandate => WhyNot(new GrantMandate(person.Id, mandate, null) { Id = default, By = by }));
        var take = verdicts.AddEach(Deed.TakeMandate, held.Order(), mandate => WhyNot(new RevokeMandate(person.Id, mandate) { Id = default, By = by }));
        var link = state.InvitationOf(person.Id) is { } invitation && known.Now < invitation.Expires ? invitation : null;
        return new PersonDeeds(person.Id, person.HasCome || known.CameBefore.Contains(person.Id), link, verdicts.May, verdicts.MayNot, give, take);
    }

    internal static Mandate[] Grantable(string? organisation, string? affiliation, Role role) =>
        Array.FindAll(Enum.GetValues<Mandate>(), mandate => GrantMandate.Check(mandate, organisation, affiliation, role) is null);
}

/// <summary>What may be done, and what may not, by the reason.</summary>
sealed class Verdicts
{
    readonly List<Deed> _may = [];
    readonly List<(Deed Deed, Problem Problem)> _mayNot = [];

    public Deed[] May => [.. _may];

    public DeedsRefused[] MayNot =>
        [.. _mayNot.Distinct().GroupBy(refused => refused.Problem).Select(group => new DeedsRefused([.. group.Select(refused => refused.Deed)], group.Key))];

    public void Add(Deed deed, Problem? problem)
    {
        if (problem is null) _may.Add(deed);
        else _mayNot.Add((deed, problem));
    }

    /// <summary>The same about several things.</summary>
    /// <returns>Those about which it may be done.</returns>
    public Mandate[] AddEach(Deed deed, IEnumerable<Mandate> mandates, Func<Mandate, Problem?> whyNot)
    {
        var judged = mandates.Select(mandate => (Mandate: mandate, Problem: whyNot(mandate))).ToArray();
        foreach (var (_, problem) in judged)
            if (problem is not null) Add(deed, problem);
        Mandate[] may = [.. judged.Where(each => each.Problem is null).Select(each => each.Mandate)];
        if (may.Length > 0) Add(deed, null);
        return may;
    }
}
