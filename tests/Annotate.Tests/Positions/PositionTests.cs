using Annotate.Coalitions;
using Annotate.Positions;

namespace Annotate.Tests.Positions;

public sealed class PositionTests
{
    readonly Bench<PositionState> _bench = new();

    /// <param name="given">What a, b, c… said: G agree, C with caveat, S stand aside, B block, - nothing.</param>
    /// <param name="voices">The organisations that are asked.</param>
    [Theory]
    [InlineData("---", "abc", Agreement.Open, Agreement.Open)]
    [InlineData("G--", "abc", Agreement.Open, Agreement.Adopted)]
    [InlineData("C--", "abc", Agreement.Open, Agreement.Adopted)]
    [InlineData("S--", "abc", Agreement.Open, Agreement.Open)] // standing aside is not agreeing
    [InlineData("SSS", "abc", Agreement.Open, Agreement.Open)]
    [InlineData("GGG", "abc", Agreement.Adopted, Agreement.Adopted)]
    [InlineData("GCS", "abc", Agreement.Adopted, Agreement.Adopted)]
    [InlineData("GG-", "abc", Agreement.Open, Agreement.Adopted)]
    [InlineData("GGB", "abc", Agreement.Blocked, Agreement.Blocked)]
    [InlineData("B--", "abc", Agreement.Blocked, Agreement.Blocked)]
    [InlineData("GG-", "ab", Agreement.Adopted, Agreement.Adopted)] // c is not asked (any more)
    [InlineData("GGB", "ab", Agreement.Blocked, Agreement.Blocked)] // a block does not lapse with a mandate
    [InlineData("---", "", Agreement.Open, Agreement.Open)] // nobody is asked: nobody agreed
    [InlineData("G--", "", Agreement.Adopted, Agreement.Adopted)]
    public void The_rule_of_agreement(string given, string voices, Agreement underUnanimity, Agreement underNoBlock)
    {
        ConsentHeld[] consents = [.. given.Select((c, i) => (c, i)).Where(each => each.c != '-').Select(each =>
            new ConsentHeld($"{(char)('a' + each.i)}", OfLetter(each.c), "", Commands.Ana, Commands.Now))];
        var asked = voices.Select(c => $"{c}").ToHashSet();
        Assert.Equal(underUnanimity, AgreementRule.Of(Policy.Unanimity, true, consents, asked));
        Assert.Equal(underNoBlock, AgreementRule.Of(Policy.NoBlock, true, consents, asked));
        Assert.Equal(Agreement.None, AgreementRule.Of(Policy.NoBlock, false, [], asked));
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

    string? Code(PositionCommand command) => _bench.Run(command, command.Decide).Problem?.Code;
}
