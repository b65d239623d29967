using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Positions;

namespace Annotate.Tests.Positions;

/// <summary>A proposal that closes, in a silo: by the voices it recorded, once, whether or not anybody looks.</summary>
public sealed class ClosingTests
{
    readonly GatedRecords _records = new();
    readonly LateClock _clock = new();

    [Fact]
    public async Task It_is_closed_by_its_own_voices_whatever_becomes_of_their_mandates()
    {
        await using (var silo = await Silo.StartAsync(_records, _clock))
        {
            var (coalition, positions) = (silo.Grains.GetGrain<ICoalitionGrain>("c"), silo.Grains.GetGrain<IPositionGrain>("c/treaty/art_40"));
            await FoundAsync(coalition);
            await RunAsync(positions, new ProposeCoalitionPosition(PositionKind.Delete, "") { Id = NewId(), By = Commands.Ben });
            Assert.NotNull(await ReminderAsync(silo, positions));
            await RunAsync(positions, new GiveConsent("rights-now", Consent.Agree, "", 1) { Id = NewId(), By = Commands.Ana });
            // The proposal's other voice can answer no more, a third organisation can, and the policy is another: none of it is this proposal's.
            await RunAsync(coalition, new RevokeMandate("ben", Mandate.Position) { Id = NewId(), By = By.Operator });
            await AdmitAsync(coalition, "lea", "late");
            await RunAsync(coalition, new ChoosePolicy(Policy.Unanimity) { Id = NewId(), By = By.Operator });
            await TickAsync(positions);
            Assert.Equal(Agreement.Open, (await positions.ReadAsync()).State);
            Assert.NotNull(await ReminderAsync(silo, positions));

            _clock.Ahead = TimeSpan.FromDays(Limits.ProposalOpenDays);
            await TickAsync(positions);
            Assert.Null(await ReminderAsync(silo, positions));
            var outcome = (await positions.ReadAsync()).Adopted!.Outcome!;
            Assert.Equal((OutcomeReason.NobodyBlocked, new Tally(1, 0, 0, 0, 1)), (outcome.Reason, outcome.Tally));
            var last = (await silo.HistoryAsync(positions))[^1];
            Assert.Equal((By.Coalition, Guid.Empty, 3), (last.By, last.Command, (await positions.ReadAsync()).Version));
        }

        // It stays what it was, in another silo and after the voices are others.
        await using var next = await Silo.StartAsync(_records, _clock);
        Assert.Equal(Agreement.Adopted, (await next.Grains.GetGrain<IPositionGrain>("c/treaty/art_40").ReadAsync()).State);
    }

    [Fact]
    public async Task What_closed_while_nobody_was_there_is_closed_before_anything_else_is_decided()
    {
        await using var silo = await Silo.StartAsync(_records, _clock);
        var (coalition, positions) = (silo.Grains.GetGrain<ICoalitionGrain>("c"), silo.Grains.GetGrain<IPositionGrain>("c/treaty/art_40"));
        await FoundAsync(coalition);
        await RunAsync(positions, new ProposeCoalitionPosition(PositionKind.Delete, "") { Id = NewId(), By = Commands.Ben });
        _clock.Ahead = TimeSpan.FromDays(Limits.ProposalOpenDays);
        var late = await positions.RunAsync(new GiveConsent("open-net", Consent.Agree, "", 1) { Id = NewId(), By = Commands.Ben });
        Assert.Equal(("proposal-closed", 2), (late.Problem?.Code, late.Version));
        Assert.Equal(OutcomeReason.NobodyAgreed, (await positions.ReadAsync()).Coalition!.Outcome!.Reason);
    }

    async Task FoundAsync(ICoalitionGrain coalition)
    {
        await RunAsync(coalition, new DescribeCoalition("C", Policy.NoBlock) { Id = NewId(), By = By.Operator });
        await AdmitAsync(coalition, "ana", "rights-now");
        await AdmitAsync(coalition, "ben", "open-net");
    }

    async Task AdmitAsync(ICoalitionGrain coalition, string person, string organisation)
    {
        await RunAsync(coalition, new NameOrganisation(organisation, organisation) { Id = NewId(), By = By.Operator });
        MandateHeld[] mandates = [new MandateHeld(Mandate.Position, null)];
        await RunAsync(coalition, new AdmitPerson(person, person, organisation, null, Role.Member, mandates) { Id = NewId(), By = By.Operator });
    }

    Guid NewId() => Guid.CreateVersion7(_clock.GetUtcNow());

    static Task TickAsync(IPositionGrain positions) => positions.AsReference<IRemindable>().ReceiveReminder("closing", default);

    static async Task<ReminderEntry?> ReminderAsync(Silo silo, IPositionGrain positions) =>
        await silo.Reminders.ReadRow(positions.GetGrainId(), "closing");

    static async Task RunAsync(ICoalitionGrain coalition, CoalitionCommand command) => Assert.Null((await coalition.RunAsync(command)).Problem);

    static async Task RunAsync(IPositionGrain positions, PositionCommand command) => Assert.Null((await positions.RunAsync(command)).Problem);

    /// <summary>The real clock, set ahead: timers run as ever, but dates pass.</summary>
    sealed class LateClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
