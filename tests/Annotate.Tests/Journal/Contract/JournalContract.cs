using System.IO.Hashing;
using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

/// <summary>What the journal promises over any storage that compares ETags. A storage passes by subclassing this.</summary>
public abstract partial class JournalContract
{
    public const string Name = "thread";

    // Folds, snapshots and splits come early, so that few entries reach every path.
    protected static readonly JournalLimits Narrow = new()
    {
        EntryBytesMax = 64,
        QueuedBytesMax = 256,
        FoldSegmentsMin = 5,
        ChunkBytesMax = 40,
        SnapshotWeightBytesMin = 60,
        ChunkWeightBytesMin = 1,
        ReadAheadRecords = 3,
    };

    static int s_grains;

    /// <summary>A storage that holds nothing of this test's grains; asked for once per test. Tests may share one.</summary>
    protected abstract IGrainStorage NewStorage();

    /// <summary>1 tries every place that something can go wrong at; a slow storage may leave some out.</summary>
    protected virtual int Stride => 1;

    /// <summary>1 races a load at each of its operations.</summary>
    protected virtual int RaceStride => 1;

    /// <summary>Other records whose bytes are put in a record's place.</summary>
    protected virtual int ImpostorsOfEach => int.MaxValue;

    protected virtual int ManyAppends => 10_000;

    /// <summary>Appends over which the bytes that each of them costs are compared.</summary>
    protected virtual int GrowingAppends => 10_000;

    protected virtual int RandomRounds => 150;

    /// <summary>A grain that no other test has, of whatever storage.</summary>
    protected static GrainId NextGrain() => GrainId.Create("journal-test", $"grain/{Interlocked.Increment(ref s_grains)}");

    protected static string[] Numbered(int from, int count) => [.. Enumerable.Range(from, count).Select(i => $"e{i}")];

    static async Task AppendOneByOneAsync(Activation activation, IEnumerable<string> entries)
    {
        foreach (var entry in entries) await activation.AppendDurablyAsync(entry);
    }

    [Fact]
    public Task A_new_journal_is_empty_and_opening_it_writes_nothing() => OneAtATime.RunAsync(async () =>
    {
        var opened = await Activation.OpenAsync(NewStorage(), NextGrain());
        Assert.Equal(0, opened.Journal.Version);
        Assert.Empty(await opened.HistoryAsync());
        await opened.Journal.WhenDurableAsync();
        Assert.Equal(0, opened.Storage.Writes);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public Task What_was_acknowledged_is_there_after_reopening(int count) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var first = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(first, Numbered(1, count));
        Assert.Equal(count, first.Journal.DurableVersion);

        var second = await Activation.OpenAsync(storage, grain, Narrow);
        Assert.Equal(Numbered(1, count), second.State.Entries);
        Assert.Equal(count, second.Journal.Version);
        Assert.Equal(0, second.Storage.Writes);
        await second.AppendDurablyAsync("last");
        Assert.Equal([.. Numbered(1, count), "last"], await second.HistoryAsync());
    });

    [Fact]
    public Task What_one_step_appends_is_written_together_and_committed_before_it_is_acknowledged() => OneAtATime.RunAsync(async () =>
    {
        var activation = await Activation.OpenAsync(NewStorage(), NextGrain());
        var (arrived, gate) = activation.Storage.HoldNextWrite();
        List<string> happened = [];
        activation.Journal.Committed = (from, to) => happened.Add($"committed {from}-{to}");
        activation.Append("a");
        activation.Append("b");
        var first = activation.Journal.WhenDurableAsync(1);
        await arrived;
        for (var i = 0; i < 1000; i++) activation.Append($"c{i}");
        var all = activation.Journal.WhenDurableAsync();
        Assert.Equal(0, activation.Journal.DurableVersion);
        Assert.False(first.IsCompleted);

        gate.SetResult();
        await first;
        happened.Add("first");
        await all;
        Assert.Equal(1002, activation.Journal.DurableVersion);
        Assert.Equal(2, activation.Storage.Writes);
        Assert.True(happened.IndexOf("committed 1-2") < happened.IndexOf("first"));
        Assert.Equal(["committed 1-2", "committed 3-1002"], happened.Where(what => what != "first"));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_failed_write_ends_the_activation_and_replay_tells_whether_it_landed(bool landed) => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var first = await Activation.OpenAsync(storage, grain);
        await first.AppendDurablyAsync("kept");
        first.Storage.FailNextWrite(after: landed);
        first.Journal.Committed = (_, _) => Assert.Fail("nothing may be told of a write in doubt");
        first.Append("in doubt");
        var waiting = first.Journal.WhenDurableAsync();
        var inner = await first.Journal.Failure;

        Assert.IsType<StorageStoppedException>(inner);
        await Assert.ThrowsAsync<JournalFailedException>(() => waiting);
        await Assert.ThrowsAsync<JournalFailedException>(() => first.Journal.WhenDurableAsync());
        Assert.Throws<JournalFailedException>(() => first.Append("too late"));
        await first.Journal.WhenDurableAsync(1);
        await first.Journal.CloseAsync();
        var second = await Activation.OpenAsync(storage, grain);
        Assert.Equal(landed ? ["kept", "in doubt"] : ["kept"], second.State.Entries);
    });

    [Fact]
    public Task Entries_queued_behind_a_failed_write_fail_with_it() => OneAtATime.RunAsync(async () =>
    {
        var activation = await Activation.OpenAsync(NewStorage(), NextGrain());
        var (arrived, gate) = activation.Storage.HoldNextWrite();
        activation.Append("in flight");
        await arrived;
        activation.Append("queued");
        var queued = activation.Journal.WhenDurableAsync();
        gate.SetException(new StorageStoppedException(activation.Storage.Operations[^1]));
        await Assert.ThrowsAsync<JournalFailedException>(() => queued);
        Assert.Equal(1, activation.Storage.Writes);
    });

    [Fact]
    public Task Too_much_waiting_is_refused_and_nothing_of_it_recorded() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        var (arrived, gate) = activation.Storage.HoldNextWrite();
        activation.Append("first");
        await arrived;
        var entry = new string('x', 60);
        for (var i = 0; i < 4; i++) activation.Append(entry);
        Assert.False(activation.Journal.HasRoomFor(1, 0));
        Assert.Throws<JournalBusyException>(() => activation.Append(""));
        Assert.Throws<ArgumentException>(() => activation.Append(new string('x', 65)));
        Assert.Equal(5, activation.Journal.Version);

        gate.SetResult();
        await activation.Journal.WhenDurableAsync();
        Assert.True(activation.Journal.HasRoomFor(4, 240));
        await activation.AppendDurablyAsync("again");
        Assert.Equal(["first", entry, entry, entry, entry, "again"], (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Fact]
    public Task The_count_of_waiting_entries_is_bounded_too() => OneAtATime.RunAsync(async () =>
    {
        var activation = await Activation.OpenAsync(NewStorage(), NextGrain(), new JournalLimits { QueuedEntriesMax = 3 });
        for (var i = 0; i < 3; i++) activation.Append("");
        Assert.Throws<JournalBusyException>(() => activation.Append(""));
        await activation.Journal.WhenDurableAsync();
        Assert.Equal(["", "", ""], await activation.HistoryAsync());
    });

    [Fact]
    public Task Closing_waits_for_what_was_appended_and_takes_no_more() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain);
        var (arrived, gate) = activation.Storage.HoldNextWrite();
        activation.Append("in flight");
        await arrived;
        activation.Append("queued");
        var closed = activation.Journal.CloseAsync();
        Assert.False(closed.IsCompleted);
        Assert.Throws<JournalFailedException>(() => activation.Journal.Append(default));
        gate.SetResult();
        await closed;
        Assert.Equal(["in flight", "queued"], (await Activation.OpenAsync(storage, grain)).State.Entries);
    });

    [Fact]
    public Task What_is_appended_while_telling_followers_is_written_too() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        activation.Journal.Committed = (_, to) =>
        {
            if (to < 30) activation.Append($"after {to}");
        };
        activation.Append("first");
        while (activation.Journal.DurableVersion < activation.Journal.Version) await activation.Journal.WhenDurableAsync();
        Assert.Equal(30, activation.Journal.Version);
        Assert.Equal(activation.State.Entries, (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    // A storage may read what it was given for as long as it likes, and send it once more after an answer that was lost.
    [Fact]
    public Task What_was_given_to_the_storage_is_never_changed_afterwards() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(activation, Numbered(1, 70));
        await activation.Journal.CloseAsync();
        Assert.True(activation.Storage.Given.Count > 70, "folds give chunks, snapshots and heads, too");
        Assert.All(activation.Storage.Given, given => Assert.Equal(given.Hash, XxHash3.HashToUInt64(given.Bytes)));
    });
}
