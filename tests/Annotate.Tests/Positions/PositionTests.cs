using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Positions;

namespace Annotate.Tests.Positions;

public sealed class PositionTests
{
    static readonly DateTimeOffset Closing = Commands.Now.AddDays(3);
    static readonly Voices Asked = new(Policy.NoBlock, ["rights-now", "open-net"]);

    readonly Bench<PositionState> _bench = new();
    DateTimeOffset _now = Commands.Now;

    /// <param name="given">What a, b, c… said: G agree, C with caveat, S stand aside, B block, - nothing.</param>
    /// <param name="voices">The organisations that are asked.</param>
    /// <param name="atOnce">What comes of it before it closes; null for nothing.</param>
    [Theory]
    [InlineData("---", "abc", null, OutcomeReason.NobodyAgreed, OutcomeReason.NobodyAgreed)]
    [InlineData("G--", "abc", null, OutcomeReason.VoicesMissing, OutcomeReason.NobodyBlocked)]
    [InlineData("C--", "abc", null, OutcomeReason.VoicesMissing, OutcomeReason.NobodyBlocked)]
    [InlineData("S--", "abc", null, OutcomeReason.NobodyAgreed, OutcomeReason.NobodyAgreed)] // standing aside is not agreeing
    [InlineData("SSS", "abc", null, OutcomeReason.NobodyAgreed, OutcomeReason.NobodyAgreed)]
    [InlineData("GGG", "abc", OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard)]
    [InlineData("GCS", "abc", OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard)]
    [InlineData("GG-", "abc", null, OutcomeReason.VoicesMissing, OutcomeReason.NobodyBlocked)]
    [InlineData("GGB", "abc", null, OutcomeReason.Blocked, OutcomeReason.Blocked)]
    [InlineData("GSB", "abc", null, OutcomeReason.Blocked, OutcomeReason.Blocked)]
    [InlineData("B--", "abc", null, OutcomeReason.Blocked, OutcomeReason.Blocked)]
    [InlineData("GG-", "ab", OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard, OutcomeReason.EveryVoiceHeard)] // c was not asked
    [InlineData("---", "", null, OutcomeReason.NobodyAgreed, OutcomeReason.NobodyAgreed)] // nobody is asked: nobody agreed
    public void The_rule_of_agreement(string given, string voices, OutcomeReason? atOnce, OutcomeReason underUnanimity, OutcomeReason underNoBlock)
    {
        foreach (var (policy, atClosing) in new[] { (Policy.Unanimity, underUnanimity), (Policy.NoBlock, underNoBlock) })
        {
            var state = new PositionState();
            var terms = new ProposalTerms(policy, [.. voices.Select(c => $"{c}")], Closing);
            state.Apply(1, Commands.Entry(1, Commands.Ana, new CoalitionPositionProposed(PositionKind.Amend, "so", terms)));
            foreach (var (letter, at) in given.Select((c, i) => (c, i)).Where(each => each.c != '-'))
                state.Apply(2 + at, Commands.Entry(2 + at, Commands.Ana, new ConsentGiven($"{(char)('a' + at)}", OfLetter(letter), "", 1)));
            Assert.Equal(atOnce, ReasonOf(CloseProposal.Due(state, Closing.AddTicks(-1))));
            Assert.Equal(atClosing, ReasonOf(CloseProposal.Due(state, Closing)));
            // Decided once: whatever comes later, there is nothing more to decide.
            state.Apply(9, new Entry(Closing, By.Coalition, Guid.Empty, 0, CloseProposal.Due(state, Closing)!));
            state.Apply(10, Commands.Entry(10, Commands.Ana, new ConsentGiven("a", Consent.Block, "", 1)));
            Assert.Null(CloseProposal.Due(state, Closing.AddYears(1)));
            Assert.Equal(atClosing, state.Proposal!.Outcome!.Reason);
            Assert.Equal(state.Proposal.Outcome.IsAdopted, state.Adopted == state.Proposal);
        }
    }

    [Fact]
    public void A_proposal_records_its_policy_its_voices_and_when_it_closes()
    {
        Assert.Null(Code(Propose(1, PositionKind.Amend)));
        var terms = _bench.State.Proposal!.Terms!;
        Assert.Equal((Policy.NoBlock, "open-net rights-now", Commands.Now.AddDays(Limits.ProposalOpenDays)),
            (terms.Policy, string.Join(' ', terms.Voices), terms.ClosesAt));
        Assert.Equal("not-asked", Code(new GiveConsent("late", Consent.Block, "", 1) { Id = Commands.Id(2), By = new By("lea", "late") }));
    }

    [Theory]
    [InlineData(-1, "invalid")]
    [InlineData(Limits.ProposalOpenHoursMin - 1, "invalid")]
    [InlineData(Limits.ProposalOpenHoursMin, null)]
    [InlineData(Limits.ProposalOpenDaysMax * 24, null)]
    [InlineData(Limits.ProposalOpenDaysMax * 24 + 1, "invalid")]
    public void Nobody_closes_a_proposal_before_others_can_answer(int hours, string? code) =>
        Assert.Equal(code, Code(Propose(1, PositionKind.Amend) with { ClosesAt = Commands.Now.AddHours(hours) }));

    [Fact]
    public void What_is_adopted_takes_no_more_answers_and_stands_until_something_else_is()
    {
        Assert.Null(Code(Propose(1, PositionKind.Amend)));
        Assert.Null(Code(Agree(2, Commands.Ana, 1)));
        Assert.Null(_bench.State.Adopted);
        Assert.Null(Code(Agree(3, Commands.Ben, 1)));
        Assert.Equal(new Tally(2, 0, 0, 0, 0), _bench.State.Adopted!.Outcome!.Tally);
        Assert.Null(Code(Agree(4, Commands.Ben, 1))); // It is what Ben said.
        Assert.Equal("proposal-closed", Code(new GiveConsent("open-net", Consent.Block, "", 1) { Id = Commands.Id(5), By = Commands.Ben }));

        // The same again asks everyone anew.
        Assert.Null(Code(Propose(6, PositionKind.Amend)));
        Assert.Equal((1, null), (_bench.State.Adopted!.Version, _bench.State.Proposal!.Outcome));
        Assert.Empty(_bench.State.Consents);
        Assert.Null(Code(new GiveConsent("open-net", Consent.Block, "", _bench.State.Proposal.Version) { Id = Commands.Id(7), By = Commands.Ben }));
        _now = _now.AddDays(Limits.ProposalOpenDays);
        Assert.Equal("proposal-closed", Code(Agree(8, Commands.Ana, _bench.State.Proposal.Version)));
        Assert.Equal((OutcomeReason.Blocked, 1), (_bench.State.Proposal.Outcome!.Reason, _bench.State.Adopted.Version));
    }

    [Fact]
    public void A_proposal_of_before_stays_open_until_it_is_made_again()
    {
        _bench.State.Apply(1, Commands.Entry(1, Commands.Ana, new CoalitionPositionProposed(PositionKind.Amend, "so")));
        Assert.Null(Code(Agree(2, Commands.Ana, 1)));
        Assert.Null(Code(Agree(3, Commands.Ben, 1)));
        Assert.Null(CloseProposal.Due(_bench.State, Commands.Now.AddYears(9)));
        Assert.Equal(Agreement.Open, PositionsView.Of(_bench.State, 0).State);
        Assert.Null(Code(Propose(4, PositionKind.Amend)));
        Assert.NotNull(_bench.State.Proposal!.Terms);
    }

    [Fact]
    public void Nobody_speaks_for_another_organisation()
    {
        Assert.Equal("mandate-missing", Code(new TakePosition("open-net", PositionKind.Oppose, false, "") { Id = Commands.Id(1), By = Commands.Ana }));
        Assert.Equal("mandate-missing", Code(new GiveConsent("open-net", Consent.Agree, "", 1) { Id = Commands.Id(1), By = Commands.Ana }));
        Assert.Equal("mandate-missing", Code(new TakePosition("rights-now", PositionKind.Oppose, false, "") { Id = Commands.Id(1), By = Commands.Eve }));
    }

    [Fact]
    public void A_position_is_one_per_organisation()
    {
        Assert.Null(Code(new TakePosition("rights-now", PositionKind.Amend, true, "why") { Id = Commands.Id(1), By = Commands.Ana }));
        Assert.Null(Code(new TakePosition("rights-now", PositionKind.Delete, false, "") { Id = Commands.Id(2), By = Commands.Ana }));
        Assert.Equal(PositionKind.Delete, Assert.Single(_bench.State.Positions).Kind);
        Assert.Equal("invalid", Code(new TakePosition("rights-now", PositionKind.NoPosition, true, "") { Id = Commands.Id(3), By = Commands.Ana }));
    }

    [Fact]
    public void A_consent_is_to_one_proposal()
    {
        Assert.Equal("conflict", Code(new GiveConsent("rights-now", Consent.Agree, "", 1) { Id = Commands.Id(1), By = Commands.Ana }));
        Assert.Null(Code(new ProposeCoalitionPosition(PositionKind.Amend, "so") { Id = Commands.Id(2), By = Commands.Ben }));
        Assert.Null(Code(new GiveConsent("rights-now", Consent.Agree, "", 1) { Id = Commands.Id(3), By = Commands.Ana }));
        Assert.Null(Code(new ProposeCoalitionPosition(PositionKind.Delete, "or so") { Id = Commands.Id(4), By = Commands.Ben }));
        Assert.Empty(_bench.State.Consents);
        Assert.Equal("version-mismatch", Code(new GiveConsent("rights-now", Consent.Agree, "", 1) { Id = Commands.Id(5), By = Commands.Ana }));
        Assert.Equal("invalid", Code(new GiveConsent("rights-now", Consent.AgreeWithCaveat, " ", 3) { Id = Commands.Id(6), By = Commands.Ana }));
        Assert.Null(Code(new GiveConsent("rights-now", Consent.Block, "", 3) { Id = Commands.Id(7), By = Commands.Ana }));
    }

    [Fact]
    public void A_proposal_said_again_keeps_its_consents()
    {
        Assert.Null(Code(new ProposeCoalitionPosition(PositionKind.Amend, "so") { Id = Commands.Id(1), By = Commands.Ben }));
        Assert.Null(Code(new GiveConsent("rights-now", Consent.Agree, "", 1) { Id = Commands.Id(2), By = Commands.Ana }));
        Assert.Null(Code(new ProposeCoalitionPosition(PositionKind.Amend, "so") { Id = Commands.Id(3), By = Commands.Ben }));
        Assert.Single(_bench.State.Consents);
    }

    [Fact]
    public void If_match_compares_with_all_of_them()
    {
        Assert.Null(Code(new ProposeCoalitionPosition(PositionKind.Amend, "so") { Id = Commands.Id(1), By = Commands.Ben }));
        Assert.Equal("version-mismatch", Code(new ProposeCoalitionPosition(PositionKind.Delete, "") { Id = Commands.Id(2), By = Commands.Ana, IfVersion = 0 }));
    }

    static Consent OfLetter(char letter) => letter switch
    {
        'G' => Consent.Agree,
        'C' => Consent.AgreeWithCaveat,
        'S' => Consent.StandAside,
        _ => Consent.Block,
    };

    static OutcomeReason? ReasonOf(Event? happened) => happened switch
    {
        CoalitionPositionAdopted e => Checked(e.Reason, isAdopted: true),
        CoalitionPositionLapsed e => Checked(e.Reason, isAdopted: false),
        _ => null,
    };

    static OutcomeReason Checked(OutcomeReason reason, bool isAdopted)
    {
        Assert.Equal(isAdopted, reason is OutcomeReason.EveryVoiceHeard or OutcomeReason.NobodyBlocked);
        return reason;
    }

    static ProposeCoalitionPosition Propose(int id, PositionKind kind) => new(kind, "so") { Id = Commands.Id(id), By = Commands.Ben };

    static GiveConsent Agree(int id, By by, long proposal) => new(by.Organisation!, Consent.Agree, "", proposal) { Id = Commands.Id(id), By = by };

    // As the grain does: what is due is recorded before anything is decided, and after it.
    string? Code(PositionCommand command)
    {
        RecordDue();
        var code = _bench.Run(command, new PositionMoment(_now, Asked)).Problem?.Code;
        RecordDue();
        return code;
    }

    void RecordDue()
    {
        if (CloseProposal.Due(_bench.State, _now) is { } due) _bench.Record(Agree(0, By.Coalition with { Organisation = "" }, 0), due);
    }
}
