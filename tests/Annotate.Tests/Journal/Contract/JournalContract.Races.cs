using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

public abstract partial class JournalContract
{
    // Before, at and after a fold, the first segment ever, and once round the ring.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100)]
    public Task Of_two_activations_that_append_exactly_one_wins(int before) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        await AppendOneByOneAsync(await Activation.OpenAsync(storage, grain, Narrow), Numbered(1, before));
        var one = await Activation.OpenAsync(storage, grain, Narrow);
        var other = await Activation.OpenAsync(storage, grain, Narrow);
        List<string> told = [];
        one.Journal.Committed = (_, _) => told.Add("one");
        other.Journal.Committed = (_, _) => told.Add("other");

        Task[] tasks = [one.AppendDurablyAsync("one"), other.AppendDurablyAsync("other")];
        Assert.IsType<JournalFailedException>(await Record.ExceptionAsync(() => Task.WhenAll(tasks)));

        var winner = Assert.Single(told);
        Assert.Equal([winner == "one", winner == "other"], tasks.Select(task => task.IsCompletedSuccessfully));
        var loser = winner == "one" ? other : one;
        Assert.IsType<InconsistentStateException>(await loser.Journal.Failure);
        Assert.Equal([.. Numbered(1, before), winner], (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(130)]
    public Task A_stale_activation_never_acknowledges_however_far_the_other_went(int ahead) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var stale = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(stale, Numbered(1, 3));
        var other = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(other, Numbered(4, ahead));

        await Assert.ThrowsAsync<JournalFailedException>(() => stale.AppendDurablyAsync("stale"));
        await other.AppendDurablyAsync("still good");
        Assert.Equal([.. Numbered(1, ahead + 3), "still good"], (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Fact]
    public Task A_write_that_lands_after_its_activation_was_given_up_wins_or_loses_whole() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var first = await Activation.OpenAsync(storage, grain);
        await first.AppendDurablyAsync("kept");
        var (arrived, gate) = first.Storage.HoldNextWrite();
        first.Append("late");
        await arrived;

        var second = await Activation.OpenAsync(storage, grain);
        gate.SetResult();
        await first.Journal.WhenDurableAsync();
        await Assert.ThrowsAsync<JournalFailedException>(() => second.AppendDurablyAsync("second"));
        var third = await Activation.OpenAsync(storage, grain);
        Assert.Equal(["kept", "late"], third.State.Entries);
    });

    // Between any two operations of a load, another activation appends and folds. What is loaded must be what was acknowledged when loading
    // ended, and good for appending and folding.
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(66)]
    public Task A_load_raced_by_another_activations_folding_is_whole_and_current(int ahead) => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        for (var (at, reached) = (1, true); reached; at += RaceStride)
        {
            var grain = NextGrain();
            var first = await Activation.OpenAsync(storage, grain, Narrow);
            await AppendOneByOneAsync(first, Numbered(1, 33));
            await first.Journal.CloseAsync();
            var other = await Activation.OpenAsync(storage, grain, Narrow);
            reached = false;
            var racing = new FaultyStorage(storage)
            {
                Before = async operation =>
                {
                    if (operation.Number != at) return;
                    reached = true;
                    await AppendOneByOneAsync(other, Numbered(34, ahead));
                    await other.Journal.CloseAsync();
                },
            };
            var loaded = await Activation.OpenAsync(racing, grain, Narrow);
            racing.Before = null;
            if (!reached) Assert.True(at > 4, "the load must have been raced at each of its operations");
            // Entries that came after the tail was read are another matter: this activation is stale, and appending tells it so.
            Assert.Equal(other.State.Entries.Take(loaded.State.Entries.Count), loaded.State.Entries);
            Assert.True(loaded.State.Entries.Count >= 33);
            if (loaded.State.Entries.Count < other.State.Entries.Count)
            {
                await Assert.ThrowsAsync<JournalFailedException>(() => loaded.AppendDurablyAsync("stale"));
                continue;
            }

            await AppendOneByOneAsync(loaded, Numbered(200, 12));
            Assert.Equal(loaded.State.Entries, (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
        }
    });

    [Fact]
    public Task A_load_that_another_activation_never_lets_finish_gives_up_without_calling_it_damage() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        await AppendAndFoldAsync();
        var racing = new FaultyStorage(storage)
        {
            After = operation => operation.Record == $"{Name}.head" ? AppendAndFoldAsync() : Task.CompletedTask,
        };
        await Assert.ThrowsAsync<JournalFailedException>(() => Activation.OpenAsync(racing, grain, Narrow));
        Assert.Equal(0, racing.Writes);

        // Folds run beside the appends; one that closes has ended its last.
        async Task AppendAndFoldAsync()
        {
            var other = await Activation.OpenAsync(storage, grain, Narrow);
            await AppendOneByOneAsync(other, Numbered(other.State.Entries.Count + 1, 12));
            await other.Journal.CloseAsync();
        }
    });

    [Fact]
    public Task A_chunk_that_reaches_further_than_an_activation_knows_tells_it_that_it_is_stale() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        await AppendOneByOneAsync(await Activation.OpenAsync(storage, grain, Narrow), Numbered(1, 4));
        // Its fifth segment lands, then it hangs before its fold.
        var stale = await Activation.OpenAsync(storage, grain, Narrow);
        await stale.AppendDurablyAsync();
        TaskCompletionSource arrived = new(), gate = new();
        stale.Storage.Before = operation =>
        {
            var isChunkWrite = operation.Kind == OperationKind.Write && operation.Record.Contains("chunk", StringComparison.Ordinal);
            if (!isChunkWrite) return Task.CompletedTask;
            arrived.TrySetResult();
            return gate.Task;
        };
        await stale.AppendDurablyAsync("e5");
        await arrived.Task;
        // Another one takes over, and its fold is longer because the head does not know of any yet.
        var other = await Activation.OpenAsync(storage, grain, Narrow with { ChunkBytesMax = 1000 });
        await AppendOneByOneAsync(other, Numbered(6, 8));
        await other.Journal.CloseAsync();
        gate.SetResult();

        Assert.IsType<JournalFailedException>(await stale.Journal.Failure);
        Assert.Equal(Numbered(1, 13), (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Theory]
    [InlineData("chunk")]
    [InlineData("head")]
    public Task Appends_wait_for_a_slow_fold_only_when_the_ring_is_full(string record) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        var (arrived, gate) = activation.Storage.HoldNextWrite(record);
        var count = 0;
        while (!arrived.IsCompleted) await activation.AppendDurablyAsync($"e{++count}");
        // It is the first fold, and each append was a segment of its own.
        while (count < JournalLimits.TailSlots) await activation.AppendDurablyAsync($"e{++count}");
        activation.Append($"e{++count}");
        var waiting = activation.Journal.WhenDurableAsync();
        Assert.Equal(Numbered(1, count - 1), (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
        Assert.False(waiting.IsCompleted);

        gate.SetResult();
        await waiting;
        await AppendOneByOneAsync(activation, Numbered(count + 1, 150));
        Assert.Equal(Numbered(1, count + 150), await activation.HistoryAsync(countMax: 11));
        Assert.Equal(Numbered(1, count + 150), (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_fold_that_fails_beside_an_append_ends_the_activation_and_confirms_no_more(bool landed) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        var (arrived, gate) = activation.Storage.HoldNextWrite("chunk");
        var count = 0;
        while (!arrived.IsCompleted) await activation.AppendDurablyAsync($"e{++count}");
        if (landed) activation.Storage.After = operation => throw new StorageStoppedException(operation);
        activation.Append($"e{++count}");
        var waiting = activation.Journal.WhenDurableAsync();
        activation.Journal.Committed = (_, _) => Assert.Fail("nothing may be told after a failure");
        gate.SetException(new StorageStoppedException(new Operation(0, OperationKind.Write, "chunk")));
        await activation.Journal.Failure;
        await Assert.ThrowsAsync<JournalFailedException>(() => waiting);
        await activation.Journal.CloseAsync();

        var reopened = await Activation.OpenAsync(storage, grain, Narrow);
        Assert.Equal(Numbered(1, (int)reopened.Journal.Version), reopened.State.Entries);
        Assert.InRange(reopened.Journal.Version, count - 1, count);
    });
}
