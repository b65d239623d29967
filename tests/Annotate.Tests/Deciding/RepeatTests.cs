using Annotate.Deciding;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>Commands that are sent twice happen once (G11), whatever came of them the first time, and whatever happened in between.</summary>
public sealed class RepeatTests
{
    static readonly ThreadKey Key = new("c", Tier.Coalition, "treaty", "art_40");

    readonly GatedRecords _records = new();

    [Fact]
    public async Task What_changed_nothing_gives_its_first_answer_after_a_crash_as_well()
    {
        var settled = new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(3), By = Commands.Ana };
        await using (var silo = await Silo.StartAsync(_records))
        {
            var thread = await AnnotatedAndResolvedAsync(silo);
            Assert.Equal(new Answer(null, 2), await thread.RunAsync(settled));
            Assert.Equal(new Answer(null, 3), await thread.RunAsync(new ReopenAnnotation(Commands.Id(1)) { Id = Commands.Id(4), By = Commands.Ben }));
        }

        await using var next = await Silo.StartAsync(_records);
        var after = Thread(next);
        Assert.Equal(new Answer(null, 2), await after.RunAsync(settled));
        Assert.Equal("command-reused", (await after.RunAsync(new ResolveAnnotation(Commands.Id(9)) { Id = settled.Id, By = Commands.Ana })).Problem?.Code);
        Assert.False(Assert.Single((await after.ReadAsync()).Annotations).Resolved);
    }

    [Fact]
    public async Task While_nothing_happens_what_changed_nothing_costs_no_entry_and_comes_to_the_same_after_a_crash()
    {
        var settled = new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(3), By = Commands.Ana };
        await using (var silo = await Silo.StartAsync(_records))
        {
            var thread = await AnnotatedAndResolvedAsync(silo);
            for (var i = 0; i < Limits.SettledCommandsMax; i++)
                Assert.Equal(new Answer(null, 2), await thread.RunAsync(settled with { Id = Commands.Id(3 + i) }));
            Assert.Equal(2, (await silo.HistoryAsync(thread)).Count);
        }

        await using var next = await Silo.StartAsync(_records);
        Assert.Equal(new Answer(null, 2), await Thread(next).RunAsync(settled));
    }

    [Fact]
    public async Task When_too_many_changed_nothing_they_are_remembered_all_the_same()
    {
        ThreadCommand Settled(int person) => new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(10 + person), By = new By($"p{person}", null) };
        await using (var silo = await Silo.StartAsync(_records))
        {
            var thread = await AnnotatedAndResolvedAsync(silo);
            for (var person = 0; person <= Limits.SettledCommandsMax; person++) Assert.Null((await thread.RunAsync(Settled(person))).Problem);
            Assert.Equal(new Answer(null, 4), await thread.RunAsync(new ReopenAnnotation(Commands.Id(1)) { Id = Commands.Id(4), By = Commands.Ben }));
        }

        await using var next = await Silo.StartAsync(_records);
        var after = Thread(next);
        Assert.Equal(new Answer(null, 2), await after.RunAsync(Settled(0)));
        Assert.Equal(new Answer(null, 3), await after.RunAsync(Settled(Limits.SettledCommandsMax)));
        Assert.False(Assert.Single((await after.ReadAsync()).Annotations).Resolved);
    }

    [Fact]
    public async Task What_was_refused_has_not_happened_and_may_happen_later_once()
    {
        await using var silo = await Silo.StartAsync(_records);
        var thread = Thread(silo);
        var reply = new ReplyToAnnotation(Commands.Id(1), "a reply") { Id = Commands.Id(2), By = Commands.Ben };
        Assert.Equal("not-found", (await thread.RunAsync(reply)).Problem?.Code);
        Assert.Equal(new Answer(null, 1), await thread.RunAsync(Annotate(Commands.Id(1), "words", [])));
        Assert.Equal(new Answer(null, 2), await thread.RunAsync(reply));
        Assert.Equal(new Answer(null, 2), await thread.RunAsync(reply));
        Assert.Single(Assert.Single((await thread.ReadAsync()).Annotations).Replies);
    }

    [Fact]
    public async Task A_repeat_is_known_by_what_it_says_and_not_by_how_it_was_put_together()
    {
        await using var silo = await Silo.StartAsync(_records);
        var thread = Thread(silo);
        // One object twice in the first, which the second says with two.
        const string once = "scope";
        Assert.Equal(new Answer(null, 1), await thread.RunAsync(Annotate(Commands.Id(1), once, [once])));
        Assert.Equal(new Answer(null, 1), await thread.RunAsync(Annotate(Commands.Id(1), new string(once), [new string(once)])));
        Assert.Equal("command-reused", (await thread.RunAsync(Annotate(Commands.Id(1), once, ["other"]))).Problem?.Code);
        var other = new ReplyToAnnotation(Commands.Id(1), once) { Id = Commands.Id(1), By = Commands.Ana };
        Assert.Equal("command-reused", (await thread.RunAsync(other)).Problem?.Code);
    }

    static IThreadGrain Thread(Silo silo) => silo.Grains.GetGrain<IThreadGrain>(Key.ToString());

    static async Task<IThreadGrain> AnnotatedAndResolvedAsync(Silo silo)
    {
        var thread = Thread(silo);
        Assert.Equal(new Answer(null, 1), await thread.RunAsync(Annotate(Commands.Id(1), "words", [])));
        Assert.Equal(new Answer(null, 2), await thread.RunAsync(new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(2), By = Commands.Ben }));
        return thread;
    }

    static AnnotateProvision Annotate(Guid id, string text, string[] tags) =>
        new(new Target("treaty", "l15", "art_40"), Motivation.Commenting, text, tags) { Id = id, By = Commands.Ana };
}
