using Annotate.Deciding;
using Annotate.Names;

namespace Annotate.Coalitions;

/// <summary>
/// Who belongs to a coalition and what they may do. Each silo keeps a replica for its access checks by applying the same entries, so
/// every question is answered without waiting; a replica is used by one thread at a time.
/// </summary>
[GenerateSerializer, Alias("annotate.coalition-state.v1")]
public sealed class CoalitionState : IState
{
    [Id(0)] readonly Dictionary<string, Organisation> _organisations = [];
    [Id(1)] readonly Dictionary<string, Person> _people = [];

    /// <summary>Empty while the coalition has not been founded.</summary>
    [Id(2)] public string Name { get; private set; } = "";

    [Id(3)] public Policy Policy { get; private set; }

    // Organisations that were ever given the mandate to administer: their stewards administer them no more.
    [Id(4)] readonly HashSet<string> _administered = [];

    // Organisations of which somebody has come, or may have: whoever was moved out of one can have come before comings were recorded.
    [Id(5)] readonly HashSet<string> _entered = [];

    // Those that can be used, by person.
    [Id(6)] readonly Dictionary<string, Invitation> _invitations = [];

    // What organisations were called before, and people: the latest last. Null while none was called anything else.
    [Id(7)] Dictionary<string, string[]>? _formerOrganisations;
    [Id(8)] Dictionary<string, string[]>? _formerPeople;

    // Not stored: what the names here look like, found out when a name is first compared.
    [NonSerialized] readonly Dictionary<string, LookAlike> _looks = new(StringComparer.Ordinal);

    public bool Exists => Name.Length > 0;

    public IReadOnlyCollection<Organisation> Organisations => _organisations.Values;

    /// <summary>Those who belong to it now.</summary>
    public IEnumerable<Person> People => _people.Values.Where(person => !person.HasLeft);

    /// <summary>The number of ids ever given to people.</summary>
    public int PeopleEver => _people.Count;

    public Organisation? FindOrganisation(string organisation) => _organisations.GetValueOrDefault(organisation);

    /// <summary>The person, while they belong to the coalition.</summary>
    public Person? Find(string person) => _people.TryGetValue(person, out var found) && !found.HasLeft ? found : null;

    /// <summary>The person, whether or not they have left: the author of what they wrote.</summary>
    public Person? FindEver(string person) => _people.GetValueOrDefault(person);

    /// <summary>Whether the person may act under that mandate now.</summary>
    public bool Has(string person, Mandate mandate, DateTimeOffset now) => Find(person) is { } found && found.Has(mandate, now);

    /// <summary>Whether they may keep the list of people: a steward, or the server's operator.</summary>
    public bool MaySteward(string person) => person == By.OperatorPerson || Find(person) is { Role: Role.Steward };

    /// <summary>The organisations for which somebody may take positions now: those whose consent counts.</summary>
    public HashSet<string> OrganisationsWith(Mandate mandate, DateTimeOffset now) =>
        People.Where(person => person.Organisation is not null && person.Has(mandate, now)).Select(person => person.Organisation!)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether somebody belongs to the organisation, or did.</summary>
    internal bool HasHadPeople(string organisation) =>
        _entered.Contains(organisation) || _people.Values.Any(person => person.Organisation == organisation);

    /// <summary>Whether somebody keeps what is an organisation's own: see <see cref="Authority"/>.</summary>
    public bool Administers(string person, string organisation, DateTimeOffset now) =>
        Find(person) is { } found && found.Organisation == organisation
        && (found.Has(Mandate.Administer, now) || (found.Role == Role.Steward && !_administered.Contains(organisation)));

    /// <summary>Whether anybody of the organisation was ever given the mandate to administer it.</summary>
    public bool HasAdministrators(string organisation) => _administered.Contains(organisation);

    /// <summary>The links that somebody else made and that can be used, by person.</summary>
    public IReadOnlyDictionary<string, Invitation> Invitations => _invitations;

    /// <summary>The link that somebody else made for a person last; null when there is none that can be used.</summary>
    public Invitation? InvitationOf(string person) => _invitations.GetValueOrDefault(person);

    /// <summary>Whether anybody who belongs to the organisation, or did, has ever come.</summary>
    internal bool HasAnybodyCome(string organisation, IReadOnlySet<string> cameBefore) =>
        _entered.Contains(organisation) || PeopleEverOf(organisation).Any(person => cameBefore.Contains(person.Id));

    /// <summary>Those of whom it is not recorded that they have come.</summary>
    internal IEnumerable<Person> PeopleEverOf(string? organisation) =>
        _people.Values.Where(person => person.Organisation == organisation && !person.HasCome);

    /// <summary>Whether an organisation would be left, now or by mere time, without anybody who administers it.</summary>
    /// <param name="organisation">The person's, as it is to be.</param>
    /// <param name="next">The person's mandate to administer as it is to be; null when they are to have none.</param>
    internal bool EndsAdministration(string person, string? organisation, MandateHeld? next, DateTimeOffset now)
    {
        if (organisation is null || next is { Until: null }) return false;
        // What lasts no shorter than it does already ends nothing.
        if (next is not null && Find(person) is { } holder && holder.Organisation == organisation
            && Array.Exists(holder.Mandates, held => held.Mandate == Mandate.Administer && held.Until <= next.Until && held.Until > now)) return false;
        var others = People.Where(other => other.Id != person && other.Organisation == organisation && other.Has(Mandate.Administer, now)).ToArray();
        if (others.Any(AdministersForGood)) return false;
        // An end that time sets; else it is taken away from whoever is the last, or the last without an end.
        return next is not null
            || (Find(person) is { } found && found.Organisation == organisation && found.Has(Mandate.Administer, now)
                && (others.Length == 0 || AdministersForGood(found)));
    }

    static bool AdministersForGood(Person person) => Array.Exists(person.Mandates, held => held is { Mandate: Mandate.Administer, Until: null });

    /// <summary>Another organisation whose name looks like this one, or did: what is known under it must not pass to somebody else.</summary>
    /// <param name="except">The one whose name it is to be; null when it is none's.</param>
    /// <param name="withFormer">Whether what it was called before counts.</param>
    /// <returns>The organisation in words.</returns>
    internal string? FindOrganisationLike(string name, string? except, bool withFormer)
    {
        var look = LookAlike.Of(name);
        return _organisations.Values.FirstOrDefault(other => other.Id != except && LookOf(other.Name).Resembles(look))?.Name
            ?? (withFormer ? FindFormer(_formerOrganisations, look, except, id => _organisations[id].Name) : null);
    }

    /// <summary>Another person, who may have left, whose name looks like this one, or did: what they wrote stands under it.</summary>
    /// <param name="withFormer">Whether what they were called before counts.</param>
    /// <returns>The person in words.</returns>
    internal string? FindPersonLike(string name, string except, bool withFormer)
    {
        var look = LookAlike.Of(name);
        return _people.Values.FirstOrDefault(other => other.Id != except && LookOf(other.Name).Resembles(look))?.Name
            ?? (withFormer ? FindFormer(_formerPeople, look, except, id => _people[id].Name) : null);
    }

    string? FindFormer(Dictionary<string, string[]>? all, LookAlike look, string? except, Func<string, string> nameNow)
    {
        foreach (var (id, names) in all ?? [])
            if (id != except && Array.Find(names, former => LookOf(former).Resembles(look)) is { } former) return $"{nameNow(id)}, which was called {former}";
        return null;
    }

    internal bool IsLastSteward(string person) =>
        Find(person) is { Role: Role.Steward } && !People.Any(other => other.Role == Role.Steward && other.Id != person);

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<CoalitionState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Describe(string name, Policy policy) => (Name, Policy) = (name, policy);

    internal void Take(Organisation organisation)
    {
        NoteFormer(ref _formerOrganisations, organisation.Id, FindOrganisation(organisation.Id)?.Name, organisation.Name);
        _organisations[organisation.Id] = organisation;
    }

    internal void Admit(PersonAdmitted e)
    {
        var ever = FindEver(e.Person);
        NoteFormer(ref _formerPeople, e.Person, ever?.Name, e.Name);
        var person = new Person(e.Person, e.Name, e.Organisation, e.Affiliation, e.Role, e.Mandates, Stay: StayOf(ever), HasCome: ever is { HasCome: true });
        _people[e.Person] = person;
        if (ever?.Organisation != e.Organisation)
        {
            _invitations.Remove(e.Person);
            if (ever is { HasLeft: false }) Enter(ever.Organisation);
        }

        if (person.HasCome) Enter(e.Organisation);
        foreach (var held in e.Mandates) NoteAdministrators(e.Organisation, held.Mandate);
    }

    static void NoteFormer(ref Dictionary<string, string[]>? all, string id, string? before, string now)
    {
        if (before is null || before == now) return;
        all ??= [];
        var known = all.GetValueOrDefault(id, []).Where(name => name != before && name != now).Append(before);
        all[id] = [.. known.TakeLast(Limits.FormerNamesMax)];
    }

    internal void Leave(Person person)
    {
        _people[person.Id] = person with { HasLeft = true, Mandates = [] };
        _invitations.Remove(person.Id);
    }

    internal void Grant(Person person, MandateHeld granted)
    {
        _people[person.Id] = person with { Mandates = With(person.Mandates, granted) };
        NoteAdministrators(person.Organisation, granted.Mandate);
    }

    internal void Revoke(Person person, Mandate mandate) =>
        _people[person.Id] = person with { Mandates = [.. person.Mandates.Where(held => held.Mandate != mandate)] };

    internal void Invite(Person person, Invitation invitation)
    {
        if (invitation.ByOutsider) EndOutsiders(person.Organisation);
        _invitations[person.Id] = invitation;
    }

    internal void Come(Person person, Guid? used)
    {
        _people[person.Id] = person with { HasCome = true };
        if (InvitationOf(person.Id) is { } invitation && (invitation.ByOutsider || invitation.Id == used)) _invitations.Remove(person.Id);
        Enter(person.Organisation);
    }

    internal void EndInvitation(string person) => _invitations.Remove(person);

    void NoteAdministrators(string? organisation, Mandate mandate)
    {
        if (mandate == Mandate.Administer && organisation is not null) _administered.Add(organisation);
    }

    void Enter(string? organisation)
    {
        if (organisation is null) return;
        _entered.Add(organisation);
        EndOutsiders(organisation);
    }

    void EndOutsiders(string? organisation)
    {
        if (organisation is null) return;
        foreach (var (person, invitation) in _invitations)
            if (invitation.ByOutsider && FindEver(person)?.Organisation == organisation) _invitations.Remove(person);
    }

    LookAlike LookOf(string name)
    {
        if (_looks.TryGetValue(name, out var look)) return look;
        // Names of before pile up only where people are renamed for ever.
        if (_looks.Count > (2 + Limits.FormerNamesMax) * (Limits.PeoplePerCoalitionMax + Limits.OrganisationsPerCoalitionMax)) _looks.Clear();
        return _looks[name] = LookAlike.Of(name);
    }

    static int StayOf(Person? ever) => ever is null ? 0 : ever.HasLeft ? ever.Stay + 1 : ever.Stay;

    static MandateHeld[] With(MandateHeld[] mandates, MandateHeld granted) =>
        [.. mandates.Where(held => held.Mandate != granted.Mandate).Append(granted).OrderBy(held => held.Mandate)];
}
