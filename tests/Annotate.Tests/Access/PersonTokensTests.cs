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

    void Counted(string token, DateTimeOffset expires, int stay = 0, string? inPlaceOf = null) => Apply(new TokenCounted(token, expires, stay, inPlaceOf));

    void Apply(Annotate.Deciding.Event happened) => _state.Apply(++_entries, new(Commands.Now, Commands.Ana, default, 0, happened));
}
