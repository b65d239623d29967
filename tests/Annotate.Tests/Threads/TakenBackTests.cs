using Annotate.Deciding;
using Annotate.Following;
using Annotate.Threads;

namespace Annotate.Tests.Threads;

/// <summary>What was deleted is given to nobody who catches up later, wherever the entries come from.</summary>
public sealed class TakenBackTests
{
    const string Secret = "taken back";

    readonly By _ana = Commands.Ana;
    int _ids;

    [Theory]
    [InlineData(0)]
    [InlineData(1_100)] // more than are kept in memory: the first ones come from chunks
    public async Task Whoever_catches_up_gets_no_deleted_words(int later)
    {
        Assert.True(later is 0 || later > Limits.RecentEntriesMax);
        await using var silo = await Silo.StartAsync(new GatedRecords());
        var grain = silo.Grains.GetGrain<IThreadGrain>(new ThreadKey("c", Tier.Coalition, "treaty", "art_1").ToString());
        var kept = await DoneAsync(grain, Annotate("kept"));
        var gone = await DoneAsync(grain, Annotate(Secret));
        await DoneAsync(grain, new EditAnnotation(gone, Secret + " again", [Secret]) { Id = NextId(), By = _ana });
        var reply = await DoneAsync(grain, new ReplyToAnnotation(kept, Secret) { Id = NextId(), By = _ana });
        await DoneAsync(grain, new EditAnnotation(reply, Secret + " too", null) { Id = NextId(), By = _ana });
        await DoneAsync(grain, new ReplyToAnnotation(gone, "an answer that stays") { Id = NextId(), By = _ana });
        foreach (var each in new[] { gone, reply }) await DoneAsync(grain, new DeleteAnnotation(each, false) { Id = NextId(), By = _ana });
        for (var i = 0; i < later / 2; i++)
        {
            await DoneAsync(grain, new ResolveAnnotation(kept) { Id = NextId(), By = _ana });
            await DoneAsync(grain, new ReopenAnnotation(kept) { Id = NextId(), By = _ana });
        }

        foreach (var since in new[] { 0, 2, 4 })
        {
            var entries = await silo.HistoryAsync(grain, since);
            Assert.Equal(8 - since + later, entries.Count);
            var words = entries.Select(ChangeJson.DataOf).ToList();
            Assert.DoesNotContain(words, word => word.Contains(Secret, StringComparison.Ordinal));
            Assert.Contains(words, word => word.Contains("an answer that stays", StringComparison.Ordinal));
            if (since == 0) Assert.Contains("kept", words[0]);
        }
    }

    [Fact]
    public async Task Words_are_not_hidden_before_their_deletion_is_durable()
    {
        var records = new GatedRecords();
        await using var silo = await Silo.StartAsync(records);
        var grain = silo.Grains.GetGrain<IThreadGrain>(new ThreadKey("c", Tier.Coalition, "treaty", "art_1").ToString());
        var gone = await DoneAsync(grain, Annotate(Secret));
        var gate = records.Close(grain.GetGrainId());
        var deletion = DoneAsync(grain, new DeleteAnnotation(gone, false) { Id = NextId(), By = _ana });
        await gate.Reached;
        var following = silo.HistoryAsync(grain);
        // Asked after it, so that the grain has turned to both.
        var read = grain.ReadAsync();
        Assert.False(following.IsCompleted || read.IsCompleted);
        gate.Open();
        await deletion;
        Assert.DoesNotContain(await following, entry => ChangeJson.DataOf(entry).Contains(Secret, StringComparison.Ordinal));
        await read;
    }

    AnnotateProvision Annotate(string text) =>
        new(new Target("treaty", "one", "art_1", null, null), Motivation.Commenting, text, [text]) { Id = NextId(), By = _ana };

    Guid NextId() => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(++_ids));

    static async Task<Guid> DoneAsync(IThreadGrain grain, ThreadCommand command)
    {
        Assert.Null((await grain.RunAsync(command)).Problem);
        return command.Id;
    }
}
