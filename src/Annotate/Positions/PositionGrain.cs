using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeds;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Positions;

/// <summary>The positions on a provision; its key is a <see cref="PositionKey"/>.</summary>
[Alias("annotate.position-grain")]
public interface IPositionGrain : ITopicGrain
{
    /// <summary>Whoever calls this has checked that the sender has the mandate to take positions.</summary>
    [Alias("run")]
    Task<Answer> RunAsync(PositionCommand command);

    /// <summary>The positions, and how far the coalition has come by its policy and its voices as they are now.</summary>
    [Alias("read")]
    Task<PositionsView> ReadAsync();
}

[Reentrant, GrainType(TopicKind)]
public sealed class PositionGrain(TimeProvider clock) : FeedingGrain<PositionState>(clock), IPositionGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "positions";

    PositionKey? _provision;

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Provision.Coalition, Tier.Coalition);

    PositionKey Provision =>
        _provision ??= PositionKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of positions.");

    public Task<Answer> RunAsync(PositionCommand command) => RunAsync(command, command.Decide);

    public async Task<PositionsView> ReadAsync()
    {
        // Asked each time: mandates and the policy change, and run out, without any entry here.
        var voices = await GrainFactory.GetGrain<ICoalitionGrain>(Provision.Coalition).VoicesAsync();
        return await ReadAsync((state, version) => PositionsView.Of(state, version, voices));
    }

    protected override Activity? ActivityOf(Entry entry) => entry.Event switch
    {
        PositionTaken e => new Activity(e.Organisation, e.RedLine ? $"{Json.Word(e.Kind)}, red line" : Json.Word(e.Kind)),
        CoalitionPositionProposed e => new Activity("", Json.Word(e.Kind)),
        ConsentGiven e => new Activity(e.Organisation, Json.Word(e.Consent)),
        _ => null,
    };

    protected override SourceCount Count(PositionState state) => new(0, state.Positions.Count);
}
