using Annotate.Deciding;
using Annotate.Following;
using Annotate.Server.Live;
using Annotate.Text;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Live;

/// <summary>What one silo knows of the cursors of others.</summary>
public sealed class AwarenessTests
{
    const long Here = 1, There = 2, Elsewhere = 3;

    static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    static readonly By Ada = new("ada", "tide"), Ben = new("ben", "reef");

    const long ShownFrom = 1_000;

    readonly FakeTimeProvider _clock = new();
    readonly Awareness _awareness;
    long _lastShown = ShownFrom;

    public AwarenessTests() => _awareness = new Awareness(Here, Silence, _clock, () => ++_lastShown);

    [Fact]
    public void A_silo_that_falls_silent_takes_its_people_along_and_nobody_else()
    {
        _awareness.Take(Says(11, 1), Ada, 100);
        _awareness.Hear(new AwarenessNotice(Says(22, 5), 200, Ben, There));
        _clock.Advance(Silence - TimeSpan.FromSeconds(1));
        _awareness.Hear(new AwarenessNotice(Says(33, 1), 300, Ben, Elsewhere));
        Assert.False(_awareness.ForgetSilent());
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_awareness.ForgetSilent());
        Assert.Equal([(11, 1, false), (22, 6, true), (33, 1, false)], Known());
        Assert.False(_awareness.ForgetSilent());
        // One that was cut off and comes back is heard again.
        Assert.True(_awareness.Hear(new AwarenessNotice(Says(22, 7), 200, Ben, There)));
        Assert.Contains((22, 7, false), Known());
    }

    [Fact]
    public void Saying_who_is_still_there_keeps_them_and_ends_the_others()
    {
        _awareness.Hear(new AwarenessNotice(Says(22, 5), 200, Ben, There));
        _awareness.Hear(new AwarenessNotice(Says(23, 5), 201, Ben, There));
        for (var renewal = 0; renewal < 10; renewal++)
        {
            _clock.Advance(Silence / 2);
            Assert.False(_awareness.Hear(new AwarenessNotice([], 0, By.Operator, There, [200, 201])));
            Assert.False(_awareness.ForgetSilent());
        }

        // The word that it went was lost; that it is not named any more tells as much.
        Assert.True(_awareness.Hear(new AwarenessNotice([], 0, By.Operator, There, [200])));
        Assert.Equal([(22, 5, false), (23, 6, true)], Known());
    }

    [Fact]
    public void It_says_whom_it_has_until_there_is_nobody()
    {
        Assert.Null(_awareness.StillHere());
        _awareness.Take(Says(11, 1), Ada, 100);
        _awareness.Take(Says(12, 1), Ada, 100);
        _awareness.Hear(new AwarenessNotice(Says(22, 5), 200, Ben, There));
        var said = _awareness.StillHere()!;
        Assert.Equal([100], said.StillHere!);
        Assert.Equal(Here, said.Silo);
        Assert.NotNull(_awareness.Remove(Ada, 100));
        Assert.Empty(_awareness.StillHere()!.StillHere!);
        Assert.Null(_awareness.StillHere());
    }

    [Fact]
    public void Its_own_words_that_come_back_are_no_news()
    {
        _awareness.Take(Says(11, 1), Ada, 100);
        Assert.False(_awareness.Hear(new AwarenessNotice(Says(11, 1), 100, Ada, Here)));
        Assert.False(_awareness.Hear(new AwarenessNotice([], 0, By.Operator, Here, [])));
        _clock.Advance(Silence * 2);
        Assert.False(_awareness.ForgetSilent());
        Assert.Equal([(11, 1, false)], Known());
    }

    [Fact]
    public void A_client_id_is_told_to_its_own_person_and_others_are_told_of_one_that_stays_the_same()
    {
        var notice = _awareness.Take(Says(11, 1), Ada, 100)!;
        var shown = Assert.Single(notice.ShownAs!);
        Assert.True(shown > ShownFrom);
        Assert.Equal((11, shown), (IdsFor("ada").Single(), IdsFor("ben").Single()));
        // On another silo it is the same one, over renewals, a new connection and her return.
        var there = new Awareness(There, Silence, _clock, () => throw new InvalidOperationException("It has one already."));
        Assert.True(there.Hear(notice));
        there.Take(Says(11, 2), Ada, 101);
        Assert.NotNull(there.Remove(Ada, 101));
        Assert.Equal([shown], there.Take(Says(11, 9), Ada, 102)!.ShownAs!);
    }

    [Fact]
    public void What_others_repeat_counts_for_nothing_and_a_guessed_id_tells_nothing()
    {
        var shown = _awareness.Take(Says(11, 1), Ada, 100)!.ShownAs![0];
        Assert.Null(_awareness.Take(Says(shown, 9), Ben, 200));
        Assert.Null(_awareness.OwnOf(Says(shown, 9)));
        // Whether somebody is here under that id, or nobody: it is taken for Ben's own.
        foreach (var id in new[] { 11, 12 })
        {
            Assert.NotNull(_awareness.Take(Says(id, 1), Ben, 200));
            Assert.NotNull(_awareness.OwnOf(Says(id, 1)));
            Assert.Contains(id, IdsFor("ben"));
        }

        Assert.DoesNotContain(12, IdsFor("ada"));
        Assert.Equal(3, IdsFor("ada").Distinct().Count());
    }

    long[] IdsFor(string person)
    {
        Assert.True(AwarenessUpdate.TryRead(_awareness.After(0, person, out _)!, out var entries, out _));
        return [.. entries.Select(entry => entry.ClientId)];
    }

    (long Client, long Clock, bool IsGone)[] Known() => [.. new[] { Ada, Ben }.SelectMany(by => OwnOf(by.Person)).Order()];

    IEnumerable<(long, long, bool)> OwnOf(string person)
    {
        Assert.True(AwarenessUpdate.TryRead(_awareness.After(0, person, out _)!, out var entries, out _));
        return entries.Where(entry => entry.ClientId < ShownFrom).Select(entry => (entry.ClientId, entry.Clock, entry.IsRemoval));
    }

    static byte[] Says(long client, long clock) => AwarenessUpdate.Write([new AwarenessEntry(client, clock, "{}"u8.ToArray())]);
}
