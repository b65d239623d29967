using Annotate.Deciding;
using Annotate.Feeds;
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

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Key, Tier.Coalition);

    public Task<Answer> RunAsync(CoalitionCommand command) => RunAsync(command, command.DecideBy);

    public Task<CoalitionView?> ReadAsync() =>
        ReadAsync((state, version) => state.Exists ? CoalitionView.Of(Key, state, version) : null);

    public Task<Voices> VoicesAsync() =>
        ReadAsync((state, _) => new Voices(state.Policy, state.OrganisationsWith(Mandate.Position, Clock.GetUtcNow())));

    protected override Activity? ActivityOf(Entry entry) => entry.Event switch
    {
        CoalitionDescribed e => new Activity("", e.Name),
        PolicyChosen e => new Activity("", Json.Word(e.Policy)),
        OrganisationNamed e => new Activity(e.Organisation, e.Name),
        PersonAdmitted e => new Activity(e.Person, e.Name),
        PersonLeft e => new Activity(e.Person, ""),
        MandateGranted e => new Activity(e.Person, Json.Word(e.Mandate)),
        MandateRevoked e => new Activity(e.Person, Json.Word(e.Mandate)),
        _ => null,
    };

    protected override SourceCount Count(CoalitionState state) => new(0, state.People.Count());
}
