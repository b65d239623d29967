using Annotate.Deciding;

namespace Annotate.Tests.Deciding;

public sealed class CommandLogTests
{
    readonly CommandLog _log = new();

    [Fact]
    public void A_repeat_gives_the_first_answer_and_other_content_is_refused()
    {
        _log.Remember("ana", Commands.Id(1), 11, 5);
        Assert.True(_log.TryFind("ana", Commands.Id(1), 11, Commands.Now, out var version, out var problem));
        Assert.Equal((5, null), (version, problem));
        Assert.False(_log.TryFind("ana", Commands.Id(1), 12, Commands.Now, out _, out problem));
        Assert.Equal("command-reused", problem?.Code);
        Assert.False(_log.TryFind("ben", Commands.Id(1), 12, Commands.Now, out _, out problem));
        Assert.Null(problem);
    }

    [Fact]
    public void What_was_forgotten_is_refused_and_never_run()
    {
        for (var i = 0; i <= Limits.CommandsRememberedPerPersonMax; i++) _log.Remember("ana", Commands.Id(i), 0, i);
        Assert.False(_log.TryFind("ana", Commands.Id(0), 0, Commands.Now, out _, out var problem));
        Assert.Equal("command-too-old", problem?.Code);
        Assert.True(_log.TryFind("ana", Commands.Id(1), 0, Commands.Now, out _, out _));
        Assert.False(_log.TryFind("ana", Commands.Id(9_999), 0, Commands.Now, out _, out problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Ids_are_version_7_and_not_from_the_future()
    {
        Assert.False(_log.TryFind("ana", Guid.Empty, 0, Commands.Now, out _, out var problem));
        Assert.Equal("command-malformed", problem?.Code);
        var late = Limits.CommandAheadSecondsMax * 1000 + 1;
        Assert.False(_log.TryFind("ana", Commands.Id(late), 0, Commands.Now, out _, out problem));
        Assert.Equal("command-malformed", problem?.Code);
    }
}
