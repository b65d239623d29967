using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeding;
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

    /// <summary>The positions, and how far the coalition has come with its own.</summary>
    [Alias("read")]
    Task<PositionsView> ReadAsync();
}

[Reentrant, GrainType(TopicKind)]
public sealed class PositionGrain(TimeProvider clock) : FeedingGrain<PositionState>(clock), IPositionGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "positions";

    const string Closing = "closing";

    PositionKey? _provision;

    static readonly Voices Nobody = new(default, []);

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Provision.Coalition, Tier.Coalition);

    PositionKey Provision =>
        _provision ??= PositionKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of positions.");

    public async Task<Answer> RunAsync(PositionCommand command)
    {
        var asked = command is ProposeCoalitionPosition proposal ? await AskedAsync(proposal) : Nobody;
        return await RunAsync(command, () => new PositionMoment(Clock.GetUtcNow(), asked));
    }

    public Task<PositionsView> ReadAsync() => ReadAsync(PositionsView.Of);

    public override async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (reminderName != Closing)
        {
            await base.ReceiveReminder(reminderName, status);
            return;
        }

        await SettleAsync();
        if (State.Proposal is { Outcome: null, Terms: { } terms }) await RemindAsync(terms.ClosesAt);
        else if (await this.GetReminder(Closing) is { } reminder) await this.UnregisterReminder(reminder);
    }

    protected override Event? DueAt(PositionState state, DateTimeOffset now) => CloseProposal.Due(state, now);

    protected override SourceCount Count(PositionState state) => new(0, state.Positions.Count);

    // Both before the decision, which is made in one step: and a crash right after it leaves nothing open that nobody would close.
    async Task<Voices> AskedAsync(ProposeCoalitionPosition proposal)
    {
        var closing = proposal.ClosingFrom(Clock.GetUtcNow());
        // It may be refused, and what is open then closes in its time.
        if (State.Proposal is { Outcome: null, Terms: { } terms } && terms.ClosesAt < closing) closing = terms.ClosesAt;
        await RemindAsync(closing);
        return await GrainFactory.GetGrain<ICoalitionGrain>(Provision.Coalition).VoicesAsync();
    }

    Task RemindAsync(DateTimeOffset closing)
    {
        var wait = Math.Clamp((closing - Clock.GetUtcNow()).TotalSeconds, 0, Limits.ClosingReminderSecondsMax);
        return this.RegisterOrUpdateReminder(Closing, TimeSpan.FromSeconds(wait), TimeSpan.FromSeconds(Limits.ClosingAgainSeconds));
    }
}
