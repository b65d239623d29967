using Annotate.Access;
using Annotate.Deciding;
using Annotate.Feeding;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Coalitions;

/// <summary>A coalition; its key is the coalition's id.</summary>
[Alias("annotate.coalition-grain")]
public interface ICoalitionGrain : ITopicGrain
{
    [Alias("run")]
    Task<Answer> RunAsync(CoalitionCommand command);

    /// <summary>Null while the coalition has not been founded.</summary>
    [Alias("read")]
    Task<CoalitionView?> ReadAsync();

    /// <summary>The people of an organisation, or (null) those of none, and what somebody may do about them; null when there is no such one.</summary>
    [Alias("people")]
    Task<PeopleView?> PeopleAsync(By by, string? organisation);

    /// <summary>By what policy and by whose consent the coalition settles its positions, now.</summary>
    [Alias("voices")]
    Task<Voices> VoicesAsync();
}

/// <param name="Organisations">Those for which somebody holds the mandate to take positions.</param>
[GenerateSerializer, Immutable, Alias("annotate.voices.v1")]
public sealed record Voices([property: Id(0)] Policy Policy, [property: Id(1)] HashSet<string> Organisations);

[Reentrant, GrainType(TopicKind)]
public sealed class CoalitionGrain(TimeProvider clock) : FeedingGrain<CoalitionState>(clock), ICoalitionGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "coalition";

    readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    readonly HashSet<string> _cameBefore = new(StringComparer.Ordinal);

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Key, Tier.Coalition);

    public async Task<Answer> RunAsync(CoalitionCommand command)
    {
        foreach (var person in command.AsksAbout(State).Where(person => !_asked.Contains(person)).ToArray()) await AskAsync(person);
        var canComeIn = command is InvitePerson invite && State.Find(invite.Person) is { } invited && await TokensOf(invited.Id).CanComeInAsync(invited.Stay);
        var hasTokens = command is EndTokens end && State.Find(end.Person) is { } ended && await HasTokensAsync(ended);
        return await RunAsync(command, () => new Circumstances(Clock.GetUtcNow(), _cameBefore, canComeIn, hasTokens));
    }

    public Task<CoalitionView?> ReadAsync() =>
        ReadAsync((state, version) => state.Exists ? CoalitionView.Of(Key, state, version) : null);

    public async Task<PeopleView?> PeopleAsync(By by, string? organisation)
    {
        await Task.WhenAll(State.PeopleEverOf(organisation).Select(person => person.Id).Where(person => !_asked.Contains(person)).ToArray().Select(AskAsync));
        var canComeIn = organisation is not null && State.Administers(by.Person, organisation, Clock.GetUtcNow()) ? await WhoCanComeInAsync(organisation) : [];
        return await ReadAsync((state, version) => PeopleView.Of(state, version, by, organisation, Clock.GetUtcNow(), _cameBefore, canComeIn));
    }

    // Only to those who administer the organisation does it make a difference.
    async Task<HashSet<string>> WhoCanComeInAsync(string organisation)
    {
        var people = State.People.Where(person => person.Organisation == organisation).ToArray();
        var can = await Task.WhenAll(people.Select(person => TokensOf(person.Id).CanComeInAsync(person.Stay)));
        return [.. people.Where((_, index) => can[index]).Select(person => person.Id)];
    }

    public Task<Voices> VoicesAsync() =>
        ReadAsync((state, _) => new Voices(state.Policy, state.OrganisationsWith(Mandate.Position, Clock.GetUtcNow())));

    // Who came before it was recorded here has had tokens. Once asked is enough: whoever comes from now on is recorded.
    async Task AskAsync(string person)
    {
        if (await TokensOf(person).HasComeAsync()) _cameBefore.Add(person);
        _asked.Add(person);
    }

    // What cannot be asked must not keep anybody from ending it.
    async Task<bool> HasTokensAsync(Person person)
    {
        try
        {
            return await TokensOf(person.Id).HasAnyAsync(person.Stay);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return true;
        }
    }

    IPersonTokensGrain TokensOf(string person) => GrainFactory.GetGrain<IPersonTokensGrain>($"{Key}/{person}");

    protected override SourceCount Count(CoalitionState state) => new(0, state.People.Count());
}
