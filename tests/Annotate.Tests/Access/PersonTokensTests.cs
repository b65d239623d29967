using Annotate.Access;

namespace Annotate.Tests.Access;

public sealed class PersonTokensTests
{
    static readonly DateTimeOffset Soon = Commands.Now.AddHours(1);
    static readonly DateTimeOffset Late = Commands.Now.AddHours(2);

    readonly PersonTokensState _state = new();
    int _entries;

    [Fact]
    public void What_has_run_out_or_was_revoked_or_used_up_is_counted_no_more()
    {
        Counted("soon", Soon);
        Counted("late", Late);
        Assert.Equal(2, _state.CountWithout(null, 0, Commands.Now));
        Assert.Equal(1, _state.CountWithout(null, 0, Soon));
        Counted("session", Late, inPlaceOf: "late");
        Assert.Equal(["session", "soon"], _state.Live.Keys.Order());
        Apply(new TokensUncounted("soon"));
        Apply(new TokensUncounted("unheard-of"));
        Assert.Equal(["session"], _state.Live.Keys);
        Apply(new TokensUncounted(null));
        Assert.Empty(_state.Live);
    }

    [Fact]
    public void Those_of_an_earlier_stay_are_counted_no_more()
    {
        Counted("first", Late);
        Assert.Equal(0, _state.CountWithout(null, 1, Commands.Now));
        Counted("second", Late, stay: 1);
        Assert.Equal(["second"], _state.Live.Keys);
    }

    [Fact]
    public void What_has_run_out_is_forgotten()
    {
        Counted("soon", Soon);
        _state.Apply(0, new(Soon, Commands.Ana, default, 0, new TokenCounted("next", Late, 0, null)));
        Assert.Equal(["next"], _state.Live.Keys);
    }

    [Fact]
    public void Invitations_are_over_when_the_person_has_come()
    {
        Assert.Null(Invite("first").Problem);
        Assert.Null(Invite("second").Problem);
        Assert.Null(Session("session", "second").Problem);
        Assert.Equal("has-come", Invite("third").Problem?.Code);
        // One that was kept back must not let in somebody else.
        Assert.Equal("link-spent", Session("other", "first").Problem?.Code);
        Apply(new TokensUncounted(null));
        Assert.Equal("has-come", Invite("fourth").Problem?.Code);
        Assert.Null(Decide(new CountToken("link", Late, 1, null, IsInvitation: false) { Id = Commands.Id(1), By = Commands.Ana }).Problem);
        Assert.Equal("has-come", Invite("fifth", stay: 1).Problem?.Code);
        Assert.Null(Session("next", "link", stay: 1).Problem);
    }

    [Fact]
    public void Who_was_given_a_token_is_invited_no_more()
    {
        Counted("bearer", Late);
        Assert.Equal("has-come", Invite("link").Problem?.Code);
    }

    Annotate.Deciding.Decision Invite(string token, int stay = 0) =>
        Decide(new CountToken(token, Late, stay, null, IsInvitation: true) { Id = Commands.Id(1), By = Commands.Ben });

    Annotate.Deciding.Decision Session(string token, string link, int stay = 0) =>
        Decide(new CountToken(token, Late, stay, link, IsInvitation: false) { Id = Commands.Id(1), By = Commands.Ana });

    Annotate.Deciding.Decision Decide(CountToken command)
    {
        var decision = command.Decide(_state, _entries, Commands.Now);
        if (decision.Event is { } happened) Apply(happened);
        return decision;
    }

    void Counted(string token, DateTimeOffset expires, int stay = 0, string? inPlaceOf = null) => Apply(new TokenCounted(token, expires, stay, inPlaceOf));

    void Apply(Annotate.Deciding.Event happened) => _state.Apply(++_entries, new(Commands.Now, Commands.Ana, default, 0, happened));
}
