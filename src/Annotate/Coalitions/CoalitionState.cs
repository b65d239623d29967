using Annotate.Deciding;

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

    /// <summary>Whether somebody belongs to the organisation, or did when they left.</summary>
    internal bool HasHadPeople(string organisation) => _people.Values.Any(person => person.Organisation == organisation);

    internal bool IsLastSteward(string person) =>
        Find(person) is { Role: Role.Steward } && !People.Any(other => other.Role == Role.Steward && other.Id != person);

    public void Apply(long version, Entry entry)
    {
        switch (entry.Event)
        {
            case CoalitionDescribed e:
                Name = e.Name;
                Policy = e.Policy;
                break;
            case PolicyChosen e:
                Policy = e.Policy;
                break;
            case OrganisationNamed e:
                _organisations[e.Organisation] = new Organisation(e.Organisation, e.Name);
                break;
            case PersonAdmitted e:
                _people[e.Person] = new Person(e.Person, e.Name, e.Organisation, e.Affiliation, e.Role, e.Mandates, Stay: StayOf(e.Person));
                break;
            // A person who is not there cannot leave or be given a mandate: an entry that says so is skipped.
            case PersonLeft e when _people.TryGetValue(e.Person, out var person):
                _people[e.Person] = person with { HasLeft = true, Mandates = [] };
                break;
            case MandateGranted e when _people.TryGetValue(e.Person, out var person):
                _people[e.Person] = person with { Mandates = With(person.Mandates, new MandateHeld(e.Mandate, e.Until)) };
                break;
            case MandateRevoked e when _people.TryGetValue(e.Person, out var person):
                _people[e.Person] = person with { Mandates = [.. person.Mandates.Where(held => held.Mandate != e.Mandate)] };
                break;
        }
    }

    int StayOf(string admitted) => FindEver(admitted) is not { } known ? 0 : known.HasLeft ? known.Stay + 1 : known.Stay;

    static MandateHeld[] With(MandateHeld[] mandates, MandateHeld granted) =>
        [.. mandates.Where(held => held.Mandate != granted.Mandate).Append(granted).OrderBy(held => held.Mandate)];
}
