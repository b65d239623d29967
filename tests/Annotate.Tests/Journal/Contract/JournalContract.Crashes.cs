using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

public abstract partial class JournalContract
{
    const int CrashSteps = 70;
    const int SecondCrashSteps = 10;

    // Enough steps to fold often, with and without a snapshot, and to go round the ring once.
    [Fact]
    public Task A_crash_between_any_two_operations_loses_nothing_acknowledged() => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        for (var stop = 1; ; stop += Stride)
        {
            var grain = NextGrain();
            var survived = await CrashAsync(storage, grain, stop, after: false, CrashSteps);
            await CrashAsync(storage, NextGrain(), stop, after: true, CrashSteps);
            if (!survived) continue;
            Assert.True(stop > CrashSteps, "the workload must have been stopped in every write");
            return;
        }
    });

    [Fact]
    public Task A_second_crash_while_recovering_from_the_first_loses_nothing_either() => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        var survived = false;
        for (var first = 1; !survived; first += Stride)
        {
            for (var second = 1; ; second += Stride)
            {
                var grain = NextGrain();
                survived = await CrashAsync(storage, grain, first, after: first % 2 == 0, SecondCrashSteps, thenGoOn: false);
                if (await CrashAsync(storage, grain, second, after: second % 2 == 1, SecondCrashSteps)) break;
            }
        }
    });

    // Runs the workload on a storage that stops at one operation, opens again, and compares with what was acknowledged.
    // True when the workload came to its end before that operation.
    static async Task<bool> CrashAsync(IGrainStorage storage, GrainId grain, int stop, bool after, int steps, bool thenGoOn = true)
    {
        var faulty = new FaultyStorage(storage);
        faulty.StopAt(stop, after);
        var before = (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries;
        List<string> attempted = [.. before];
        var acknowledged = before.Count;
        var survived = true;
        Activation? activation = null;
        try
        {
            activation = await Activation.OpenAsync(faulty, grain, Narrow);
            for (var step = 0; step < steps; step++)
            {
                for (var i = 0; i <= step % 3; i++) attempted.Add($"{before.Count}/{step}/{i}");
                await activation.AppendDurablyAsync([.. attempted.Skip(activation.State.Entries.Count)]);
                acknowledged = attempted.Count;
            }

            await activation.Journal.CloseAsync();
            survived = !activation.Journal.Failure.IsCompleted;
        }
        catch (Exception exception) when (exception is StorageStoppedException or JournalFailedException)
        {
            survived = false;
        }

        // A write may be in flight beside the one that failed, and nothing may land once the next activation has loaded.
        if (activation is not null) await activation.Journal.CloseAsync();
        var reopened = await Activation.OpenAsync(storage, grain, Narrow);
        var found = reopened.State.Entries;
        Assert.True(found.Count >= acknowledged, $"stop {stop} after {after}: {acknowledged} acknowledged, {found.Count} found");
        Assert.Equal(attempted.Take(found.Count), found);
        if (thenGoOn)
        {
            await AppendOneByOneAsync(reopened, Numbered(1, 12));
            Assert.Equal(reopened.State.Entries, await reopened.HistoryAsync(countMax: 7));
            Assert.Equal(reopened.State.Entries, (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
        }

        return survived;
    }

    [Fact]
    public Task Folds_that_never_succeed_stop_at_the_full_ring_and_go_on_from_there() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        List<string> acknowledged = [];
        for (var life = 0; life < 70; life++)
        {
            var activation = await Activation.OpenAsync(storage, grain, Narrow);
            activation.Storage.Before = operation =>
                operation.Kind == OperationKind.Write && !operation.Record.Contains("tail", StringComparison.Ordinal)
                    ? throw new StorageStoppedException(operation)
                    : Task.CompletedTask;
            activation.Append($"e{life}");
            try
            {
                await activation.Journal.WhenDurableAsync();
                acknowledged.Add($"e{life}");
            }
            catch (JournalFailedException)
            {
                Assert.True(acknowledged.Count == JournalLimits.TailSlots, "only a full ring may refuse");
            }

            await activation.Journal.CloseAsync();
        }

        var healed = await Activation.OpenAsync(storage, grain, Narrow);
        Assert.Equal(acknowledged, healed.State.Entries);
        await AppendOneByOneAsync(healed, Numbered(100, 70));
        Assert.Equal([.. acknowledged, .. Numbered(100, 70)], await (await Activation.OpenAsync(storage, grain, Narrow)).HistoryAsync());
    });
}
