using Annotate.Journals;
using Annotate.Tests.Journals;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>What the journal needs of a grain storage. One subclass per provider; each test starts with an empty store.</summary>
public abstract class StorageContract : IAsyncLifetime
{
    protected static readonly GrainId Section = GrainId.Create("section", "coalition/statement/section-1");
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    readonly List<IAsyncDisposable> opened = [];

    /// <summary>Opens the test's store once more, with connections of its own.</summary>
    protected abstract Task<(IGrainStorage Storage, IAsyncDisposable Closing)> OpenOnce();

    /// <summary>Harms what is stored under a name, past the provider.</summary>
    protected abstract Task HarmAsync(string name, Harm harm);

    /// <summary>First writes that are raced.</summary>
    protected virtual int RacedKeys => 300;

    /// <summary>Grains that write at once.</summary>
    protected virtual int ManyGrains => 60;

    public enum Harm
    {
        /// <summary>As many bytes, all of them zero.</summary>
        Zeroed,

        /// <summary>The first ten bytes only.</summary>
        CutShort,

        /// <summary>None.</summary>
        Emptied,
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var storage in opened) await storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<IGrainStorage> Open()
    {
        var (storage, closing) = await OpenOnce();
        opened.Add(closing);
        return storage;
    }

    protected static GrainState<JournalRecord> Holding(byte[] bytes, string? etag = null) =>
        new(new JournalRecord { Bytes = bytes }, etag) { RecordExists = etag is not null };

    protected static async Task<string> Write(IGrainStorage storage, GrainId grain, string name, byte[] bytes, string? etag = null)
    {
        // What a storage still has of it afterwards is no longer the record.
        var lent = bytes.ToArray();
        var state = Holding(lent, etag);
        await storage.WriteStateAsync(name, grain, state);
        lent.AsSpan().Fill(LentBytes.Poison);
        Assert.True(state.RecordExists);
        Assert.False(string.IsNullOrEmpty(state.ETag));
        return state.ETag;
    }

    protected static async Task<Found> Read(IGrainStorage storage, GrainId grain, string name)
    {
        // A state that holds something else beforehand shows that reading sets everything.
        var state = Holding([0xff], "before");
        await storage.ReadStateAsync(name, grain, state);
        Assert.NotNull(state.State);
        return new Found(state.State.Bytes, state.ETag, state.RecordExists);
    }

    protected sealed record Found(byte[] Bytes, string? ETag, bool RecordExists);

    protected static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        var storage = await Open();
        var etag = await Write(storage, Section, "tail.00", [1, 2, 3]);
        var read = await Read(storage, Section, "tail.00");
        Assert.Equal([1, 2, 3], read.Bytes);
        Assert.Equal(etag, read.ETag);
        Assert.True(read.RecordExists);
    }

    [Fact]
    public async Task A_missing_record_reads_as_not_existing()
    {
        var storage = await Open();
        await Write(storage, Section, "head", [1]);
        foreach (var (grain, name) in new[] { (Section, "tail.00"), (GrainId.Create("section", "other"), "head") })
        {
            var read = await Read(storage, grain, name);
            Assert.False(read.RecordExists);
            Assert.Null(read.ETag);
            Assert.Empty(read.Bytes);
        }
    }

    [Fact]
    public async Task An_empty_record_is_not_taken_for_a_missing_one()
    {
        var storage = await Open();
        await Write(storage, Section, "head", []);
        var read = await Read(storage, Section, "head");
        Assert.NotNull(read.ETag);
        Assert.Empty(read.Bytes);
    }

    [Fact]
    public async Task Records_of_one_grain_and_of_others_are_kept_apart()
    {
        var storage = await Open();
        (GrainId, string)[] names =
        [
            (Section, "head"), (Section, "tail.00"), (Section, "tail.01"),
            (GrainId.Create("section", "coalition/statement/section-2"), "head"), (GrainId.Create("section", "Coalition/statement/section-1"), "head"),
            // The same key under another type, and keys that read as one and the same number.
            (GrainId.Create("thread", "coalition/statement/section-1"), "head"),
            (GrainId.Create("coalition", "cafe"), "head"), (GrainId.Create("coalition", "CAFE"), "head"), (GrainId.Create("coalition", "0cafe"), "head"),
            (GrainId.Create("coalition", "51966"), "head"), (GrainId.Create("coalition", "cafe+"), "head"),
        ];
        foreach (var (index, (grain, name)) in names.Index()) await Write(storage, grain, name, [(byte)index]);
        foreach (var (index, (grain, name)) in names.Index()) Assert.Equal([(byte)index], (await Read(storage, grain, name)).Bytes);
    }

    [Fact]
    public async Task Of_first_writes_that_race_exactly_one_wins()
    {
        var storages = new List<IGrainStorage>();
        for (var instance = 0; instance < 4; instance++) storages.Add(await Open());
        for (var key = 0; key < RacedKeys; key++)
        {
            var outcomes = await Task.WhenAll(storages.Select((storage, instance) => Task.Run(() => TryFirstWrite(storage, key, (byte)instance), Cancel))).WaitAsync(Patience, Cancel);
            var winner = Assert.Single(outcomes, outcome => outcome.Won);
            Assert.Equal([winner.Instance], (await Read(storages[0], Section, $"chunk.{key}")).Bytes);
        }

        static async Task<(bool Won, byte Instance)> TryFirstWrite(IGrainStorage storage, int key, byte instance)
        {
            try
            {
                await Write(storage, Section, $"chunk.{key}", [instance]);
                return (true, instance);
            }
            catch (InconsistentStateException)
            {
                return (false, instance);
            }
        }
    }

    [Fact]
    public async Task Of_overwrites_that_race_exactly_one_wins()
    {
        var first = await Open();
        var second = await Open();
        var etag = await Write(first, Section, "tail.00", [0]);
        for (byte round = 1; round <= 50; round++)
        {
            var writes = new[] { first, second }.Select(storage => Task.Run(() => Write(storage, Section, "tail.00", [round], etag), Cancel)).ToArray();
            await Task.WhenAll(writes).WaitAsync(Patience, Cancel).ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
            var winner = Assert.Single(writes, write => write.IsCompletedSuccessfully);
            Assert.All(writes.Where(write => write != winner), loser => Assert.IsType<InconsistentStateException>(loser.Exception?.InnerException));
            etag = await winner;
        }
    }

    [Fact]
    public async Task An_outdated_ETag_is_refused_and_changes_nothing()
    {
        var storage = await Open();
        var first = await Write(storage, Section, "tail.00", [1]);
        var second = await Write(storage, Section, "tail.00", [2], first);
        Assert.NotEqual(first, second);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "tail.00", [3], first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "tail.00", [3]));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "tail.01", [3], second));
        var read = await Read(storage, Section, "tail.00");
        Assert.Equal([2], read.Bytes);
        Assert.Equal(second, read.ETag);
        Assert.False((await Read(storage, Section, "tail.01")).RecordExists);
    }

    [Fact]
    public async Task A_write_whose_acknowledgement_was_lost_is_found_by_reading()
    {
        var storage = await Open();
        var before = await Write(storage, Section, "tail.00", [1]);
        var landed = await Write(storage, Section, "tail.00", [2], before);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "tail.00", [2], before));
        var read = await Read(storage, Section, "tail.00");
        Assert.Equal([2], read.Bytes);
        await Write(storage, Section, "tail.00", [3], read.ETag);
        Assert.Equal(landed, read.ETag);
    }

    [Fact]
    public async Task A_conflict_leaves_the_writes_beside_it_alone()
    {
        var storage = await Open();
        var stale = await Write(storage, Section, "tail.00", [1]);
        await Write(storage, Section, "tail.00", [2], stale);
        var writes = Enumerable.Range(0, 400).Select(number => (
            IsStale: number % 4 == 0,
            Task: number % 4 == 0 ? Write(storage, Section, "tail.00", [9], stale) : Write(storage, Section, $"chunk.{number}", [(byte)number]))).ToArray();
        foreach (var (isStale, task) in writes)
        {
            if (isStale) await Assert.ThrowsAsync<InconsistentStateException>(() => task.WaitAsync(Patience, Cancel));
            else await task.WaitAsync(Patience, Cancel);
        }

        for (var number = 1; number < 400; number++)
        {
            if (number % 4 != 0) Assert.Equal([(byte)number], (await Read(storage, Section, $"chunk.{number}")).Bytes);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(6 * 1024 * 1024)]
    public async Task A_record_of_any_size_is_kept(int length)
    {
        var storage = await Open();
        var etag = await Write(storage, Section, "snapshot", Bytes(1, length));
        Assert.Equal(Bytes(1, length), (await Read(storage, Section, "snapshot")).Bytes);
        await Write(storage, Section, "snapshot", Bytes(2, length / 2), etag);
        Assert.Equal(Bytes(2, length / 2), (await Read(storage, Section, "snapshot")).Bytes);
    }

    [Fact]
    public async Task Many_grains_write_at_once_and_all_is_read_back()
    {
        const int writes = 80, slots = 16;
        var grains = ManyGrains;
        var storage = await Open();
        await Task.WhenAll(Enumerable.Range(0, grains).Select(grain => Task.Run(() => WriteRing(storage, grain, writes, slots), Cancel))).WaitAsync(Patience, Cancel);
        for (var grain = 0; grain < grains; grain++)
        {
            for (var slot = 0; slot < slots; slot++)
            {
                var last = writes - slots + slot;
                Assert.Equal(Bytes(grain * 1000 + last, 100), (await Read(storage, GrainOf(grain), $"tail.{slot}")).Bytes);
            }
        }

        static GrainId GrainOf(int number) => GrainId.Create("section", $"coalition/statement/section-{number}");

        static async Task WriteRing(IGrainStorage storage, int grain, int writes, int slots)
        {
            var etags = new string?[slots];
            for (var write = 0; write < writes; write++)
                etags[write % slots] = await Write(storage, GrainOf(grain), $"tail.{write % slots}", Bytes(grain * 1000 + write, 100), etags[write % slots]);
        }
    }

    [Fact]
    public async Task A_store_opened_again_has_everything_and_its_ETags_hold()
    {
        var (storage, closing) = await OpenOnce();
        var etag = await Write(storage, Section, "tail.00", [1]);
        await Write(storage, Section, "chunk.0", Bytes(7, 50_000));
        await closing.DisposeAsync();
        storage = await Open();
        Assert.Equal(Bytes(7, 50_000), (await Read(storage, Section, "chunk.0")).Bytes);
        etag = await Write(storage, Section, "tail.00", [2], etag);
        Assert.Equal(etag, (await Read(storage, Section, "tail.00")).ETag);
    }

    [Fact]
    public async Task A_cleared_record_is_gone_unless_it_has_changed()
    {
        var storage = await Open();
        var old = await Write(storage, Section, "snapshot.1", [1]);
        var current = await Write(storage, Section, "snapshot.1", [2], old);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("snapshot.1", Section, Holding([1], old)));
        Assert.Equal([2], (await Read(storage, Section, "snapshot.1")).Bytes);
        var state = Holding([2], current);
        await storage.ClearStateAsync("snapshot.1", Section, state);
        Assert.False(state.RecordExists);
        Assert.False((await Read(storage, Section, "snapshot.1")).RecordExists);
    }

    [Theory]
    [InlineData(Harm.Zeroed), InlineData(Harm.CutShort), InlineData(Harm.Emptied)]
    public async Task An_unreadable_record_is_an_error_or_has_an_ETag_and_is_never_taken_for_missing(Harm harm)
    {
        var storage = await Open();
        await Write(storage, Section, "chunk.0", Bytes(1, 100));
        var beside = await Write(storage, Section, "chunk.1", Bytes(2, 100));
        await HarmAsync("chunk.0", harm);

        var again = await Open();
        Found? found = null;
        var error = await Record.ExceptionAsync(async () => found = await Read(again, Section, "chunk.0"));
        if (error is not null) Assert.Contains("chunk.0", Assert.IsType<InvalidDataException>(error).Message, StringComparison.Ordinal);
        else Assert.True(found is { ETag: not null } && !found.Bytes.AsSpan().SequenceEqual(Bytes(1, 100)), $"{found}");
        // So nobody begins anew over it, and its neighbour is whole.
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(again, Section, "chunk.0", [1]));
        Assert.Equal(Bytes(2, 100), (await Read(again, Section, "chunk.1")).Bytes);
        await Write(again, Section, "chunk.1", [3], beside);
    }

    [Fact]
    public async Task Only_journal_records_are_stored()
    {
        var storage = await Open();
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => storage.WriteStateAsync("state", Section, new GrainState<string>("text")));
        Assert.Contains(nameof(JournalRecord), refusal.Message, StringComparison.Ordinal);
    }
}
