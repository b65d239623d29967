using Annotate.Access;

namespace Annotate.Tests.Access;

public sealed class PersonTokensTests
{
    static readonly DateTimeOffset Soon = Commands.Now.AddHours(1);
    static readonly DateTimeOffset Late = Commands.Now.AddHours(2);

    readonly PersonTokensState _state = new();
    DateTimeOffset _now = Commands.Now;
    int _entries;

    [Fact]
    public void What_has_run_out_or_was_revoked_or_used_up_is_counted_no_more()
    {
        Counted("soon", Soon);
        Counted("late", Late);
        Assert.Equal(2, _state.CountWithout(null, 0, At()));
        Assert.Equal(1, _state.CountWithout(null, 0, At(Soon)));
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
        Assert.Equal(0, _state.CountWithout(null, 1, At()));
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

    [Fact]
    public void A_link_of_the_operators_or_an_administrators_stays_and_each_link_ends_the_one_before()
    {
        Decide(Link("first", mayHaveCome: true));
        Counted("bearer", Late);
        Assert.Equal(["bearer", "first"], _state.Live.Keys.Order());
        Assert.Empty(_state.Notices);
        // By now they have come: an administrator waits until nothing is left, the operator does not.
        Assert.Equal("can-come-in", Decide(Link("second", mayHaveCome: true)).Problem?.Code);
        Assert.Null(Decide(Link("third", mayHaveCome: true) with { By = Annotate.Deciding.By.Operator }).Problem);
        Assert.Equal(["bearer", "third"], _state.Live.Keys.Order());
        Apply(new TokensUncounted("bearer"));
        Assert.Null(Decide(Link("fourth", mayHaveCome: true)).Problem);
        Assert.Equal(["fourth"], _state.Live.Keys);
        // They are told at their next visit.
        Assert.Equal(2, _state.Notices.Count);
        Apply(new NoticesSeen());
        Assert.Empty(_state.Notices);
        for (var i = 0; i <= Limits.NoticesMax; i++) Decide(Link($"link{i}", mayHaveCome: true));
        Assert.Equal(Limits.NoticesMax, _state.Notices.Count);
    }

    [Fact]
    public void A_notice_of_a_link_that_is_made_while_the_others_are_read_is_told_still()
    {
        Counted("bearer", Late);
        Apply(new TokensUncounted("bearer"));
        Assert.Null(Decide(Link("read", mayHaveCome: true)).Problem);
        var read = Assert.Single(_state.Notices);
        _now += TimeSpan.FromSeconds(1);
        Assert.Null(Decide(Link("later", mayHaveCome: true)).Problem);
        var seen = new SeeNotices("bearer", read.At) { Id = Commands.Id(1), By = Commands.Ana };
        Apply(seen.Decide(_state, new PersonTokensMoment(_entries, At())).Event!);
        Assert.Equal(["later"], _state.Notices.Select(notice => notice.Link));
        Assert.Null(seen.Decide(_state, new PersonTokensMoment(_entries, At())).Event);
        // For whoever used a link themself, too.
        Apply(new TokenCounted("session", Late, 0, "later", Kind: TokenKind.Session));
        Apply(new NoticesSeen("session", read.At));
        Assert.Single(_state.NoticesFor("session"));
    }

    [Fact]
    public void Whoever_came_in_by_a_link_that_somebody_else_made_cannot_put_its_notice_away_for_the_person()
    {
        Counted("bearer", Late);
        Apply(new TokensUncounted("bearer"));
        Assert.Null(Decide(Link("link", mayHaveCome: true)).Problem);
        Apply(new TokenCounted("session", Late, 0, "link", Kind: TokenKind.Session));
        // What they make with it is theirs as well, however often.
        Apply(new TokenCounted("another link", Late, 0, null, Kind: TokenKind.SignIn, MadeWith: "session"));
        Apply(new TokenCounted("another session", Late, 0, "another link", Kind: TokenKind.Session));
        Apply(new TokenCounted("program", Late, 0, null, Kind: TokenKind.Bearer, MadeWith: "another session"));
        Assert.Single(_state.NoticesFor("session"));
        See("session");
        foreach (var theirs in new[] { "session", "another session", "program" })
        {
            Assert.Empty(_state.NoticesFor(theirs));
            See(theirs);
        }

        // Nor by way of a second link.
        Apply(new TokensUncounted(null));
        Assert.Null(Decide(Link("second", mayHaveCome: true)).Problem);
        Apply(new TokenCounted("second session", Late, 0, "second", Kind: TokenKind.Session));
        Assert.Equal(["link", "second"], _state.NoticesFor("second session").Select(notice => notice.Link));
        See("second session");
        Assert.Empty(_state.NoticesFor("second session"));

        // The person, let in by the operator.
        Apply(new TokenCounted("rescue", Late, 0, null, Kind: TokenKind.Session));
        Assert.Equal(["link", "second"], _state.View(0, At(), "rescue").Notices.Select(notice => notice.Link));
        See("rescue");
        Assert.Empty(_state.Notices);

        void See(string token)
        {
            var decision = new SeeNotices(token) { Id = Commands.Id(1), By = Commands.Ana }.Decide(_state, new PersonTokensMoment(_entries, At()));
            if (decision.Event is { } happened) Apply(happened);
        }
    }

    [Fact]
    public void What_was_made_with_a_token_ends_with_it()
    {
        Apply(new TokenCounted("parent", Late, 0, null, Kind: TokenKind.Bearer));
        Apply(new TokenCounted("child", Late, 0, null, Kind: TokenKind.Bearer, Parent: "parent"));
        Apply(new TokenCounted("grandchild", Late, 0, null, Kind: TokenKind.Bearer, Parent: "child"));
        Apply(new TokenCounted("other", Late, 0, null, Kind: TokenKind.Session, Name: "Firefox"));
        Assert.Equal(4, _state.View(0, At(), "any").Tokens.Length);
        Apply(new TokensUncounted("parent"));
        Assert.Equal(["other"], _state.View(0, At(), "any").Tokens.Select(token => token.Token));
        Assert.Equal("sign-in-needed", Decide(Link("orphan", mayHaveCome: true) with { IsInvitation = false, Parent = "child" }).Problem?.Code);
    }

    [Fact]
    public void What_was_ended_for_everybody_takes_no_place()
    {
        Counted("known by its hash alone", Late);
        Apply(new TokenCounted("before", Late, 0, null, Kind: TokenKind.Bearer));
        var ended = At() with { EndedUpTo = Commands.Now };
        Assert.Equal((2, 0), (_state.CountWithout(null, 0, At()), _state.CountWithout(null, 0, ended)));
        Assert.False(_state.CanComeIn(0, ended));
        _state.Apply(++_entries, new(Commands.Now.AddTicks(1), Commands.Ana, default, 0, new TokenCounted("after", Late, 0, null, Kind: TokenKind.Bearer)));
        Assert.Equal(["after"], _state.View(0, ended, "any").Tokens.Select(token => token.Token));
    }

    static TokenTimes At(DateTimeOffset? now = null) => new(now ?? Commands.Now, default);

    static CountToken Link(string token, bool mayHaveCome) =>
        new(token, Late, 0, null, IsInvitation: true, mayHaveCome, TokenKind.SignIn) { Id = Commands.Id(1), By = Commands.Ben };

    Annotate.Deciding.Decision Invite(string token, int stay = 0) =>
        Decide(new CountToken(token, Late, stay, null, IsInvitation: true) { Id = Commands.Id(1), By = Commands.Ben });

    Annotate.Deciding.Decision Session(string token, string link, int stay = 0) =>
        Decide(new CountToken(token, Late, stay, link, IsInvitation: false) { Id = Commands.Id(1), By = Commands.Ana });

    Annotate.Deciding.Decision Decide(CountToken command)
    {
        var decision = command.Decide(_state, new PersonTokensMoment(_entries, At()));
        if (decision.Event is { } happened) Apply(happened);
        return decision;
    }

    void Counted(string token, DateTimeOffset expires, int stay = 0, string? inPlaceOf = null) => Apply(new TokenCounted(token, expires, stay, inPlaceOf));

    void Apply(Annotate.Deciding.Event happened) => _state.Apply(++_entries, new(_now, Commands.Ana, default, 0, happened));
}
