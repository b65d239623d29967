using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Tests.Access;

public sealed class TokenTests
{
    static readonly DateTimeOffset Expires = Commands.Now.AddHours(1);

    [Fact]
    public void A_link_is_used_once_and_only_while_it_lasts()
    {
        var bench = new Bench<TokenState>();
        Assert.Null(Issue(bench, TokenKind.SignIn).Problem);
        Assert.Equal(RedeemLink.Spent, Redeem(bench, Expires).Problem);
        Assert.Null(Redeem(bench, Expires.AddTicks(-1)).Problem);
        Assert.Equal(RedeemLink.Spent, Redeem(bench, Commands.Now).Problem);
        Assert.Null(bench.State.View(Commands.Now));
    }

    [Theory]
    [InlineData(TokenKind.Bearer), InlineData(TokenKind.Session), InlineData(TokenKind.Operator)]
    public void What_is_no_link_cannot_be_redeemed(TokenKind kind)
    {
        var bench = new Bench<TokenState>();
        Issue(bench, kind);
        Assert.Equal(RedeemLink.Spent, Redeem(bench, Commands.Now).Problem);
        Assert.NotNull(bench.State.View(Commands.Now));
    }

    [Fact]
    public void A_token_is_made_once_and_revoked_for_good()
    {
        var bench = new Bench<TokenState>();
        var revoke = new RevokeToken { Id = Commands.Id(2), By = Commands.Ana };
        Assert.Equal(Problem.NotFound, bench.Run(revoke, Commands.Now).Problem);
        Issue(bench, TokenKind.Bearer);
        Assert.Equal(("ana", 1), (bench.State.View(Commands.Now)!.Person, bench.State.View(Commands.Now)!.Stay));
        Assert.Null(bench.State.View(Expires));
        Assert.NotNull(Issue(bench, TokenKind.Operator).Problem);
        Assert.Null(bench.Run(revoke, Commands.Now).Problem);
        Assert.Equal(Decision.Unchanged, bench.Run(revoke, Commands.Now));
        Assert.Null(bench.State.View(Commands.Now));
    }

    [Fact]
    public void Revocations_are_kept_as_long_as_they_matter_and_are_bounded()
    {
        var state = new RevocationState();
        Apply(state, 0, new TokenRevoked("soon", Commands.Now.AddMinutes(10)));
        Apply(state, 0, new TokenRevoked("over", Commands.Now));
        Apply(state, 0, new PersonTokensRevoked("river", "ana"));
        Assert.Equal(["soon"], state.Tokens.Keys);

        for (var i = 0; i < Limits.RevokedTokensMax; i++) Apply(state, 1, new TokenRevoked($"late{i}", Commands.Now.AddDays(1)));
        // Full: the one that runs out first went.
        Assert.Equal(Limits.RevokedTokensMax, state.Tokens.Count);
        Assert.DoesNotContain("soon", state.Tokens.Keys);

        Apply(state, 2 * 24 * 60, new PersonTokensRevoked("river", "ben"));
        Assert.Empty(state.Tokens);
        Assert.Equal(["river/ana", "river/ben"], state.People.Keys.Order());
        Apply(state, (Limits.TokenDaysMax + 1) * 24 * 60, new PersonTokensRevoked("river", "eve"));
        Assert.Equal(["river/ben", "river/eve"], state.People.Keys.Order());
    }

    [Fact]
    public void All_can_be_revoked_at_once_and_that_is_never_forgotten()
    {
        var state = new RevocationState();
        Apply(state, 1, new EveryTokenRevoked());
        Apply(state, 2, new OperatorKeysRevoked("kept"));
        Apply(state, (Limits.TokenDaysMax + 1) * 24 * 60, new PersonTokensRevoked("river", "eve"));
        Assert.Equal((Commands.Now.AddMinutes(1), Commands.Now.AddMinutes(2), "kept"), (state.EveryoneUpTo, state.OperatorsUpTo, state.OperatorsExcept));
    }

    static Decision Issue(Bench<TokenState> bench, TokenKind kind)
    {
        var issue = new IssueToken(kind, "river", "ana", Expires, 1) { Id = Commands.Id(1), By = Commands.Ana };
        return bench.Run(issue, Commands.Now);
    }

    static Decision Redeem(Bench<TokenState> bench, DateTimeOffset now)
    {
        var redeem = new RedeemLink { Id = Commands.Id(3), By = Commands.Ana };
        return bench.Run(redeem, now);
    }

    static void Apply(RevocationState state, int minutes, Event happened) => state.Apply(0, Commands.Entry(minutes, Commands.Ana, happened));
}
