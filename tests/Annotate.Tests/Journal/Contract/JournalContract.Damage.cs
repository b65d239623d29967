using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

public abstract partial class JournalContract
{
    const int Filled = 113;

    /// <summary>Writes a journal that has gone round the ring, with a snapshot, chunks after it and a tail.</summary>
    /// <returns>The names of the records that opening it reads.</returns>
    static async Task<string[]> FillAsync(IGrainStorage storage, GrainId grain)
    {
        // Closed whenever a fold is under way, so that on a slow storage as on a fast one each fold holds the same.
        foreach (var entries in Numbered(1, Filled).Chunk(Narrow.FoldSegmentsMin))
        {
            var activation = await Activation.OpenAsync(storage, grain, Narrow);
            await AppendOneByOneAsync(activation, entries);
            await activation.Journal.CloseAsync();
        }

        var reader = await Activation.OpenAsync(storage, grain, Narrow);
        Assert.Equal(Numbered(1, Filled), reader.State.Entries);
        string[] read = [.. reader.Storage.Operations.Select(operation => operation.Record).Distinct()];
        foreach (var kind in new[] { "head", "tail", "chunk", "snapshot" })
        {
            Assert.Contains(read, record => record.StartsWith($"{Name}.{kind}", StringComparison.Ordinal));
        }

        return read;
    }

    static async Task RewriteAsync(IGrainStorage storage, GrainId grain, string record, Func<byte[], byte[]> change)
    {
        var state = new GrainState<JournalRecord>(new());
        await storage.ReadStateAsync(record, grain, state);
        state.State = new() { Bytes = change([.. state.State!.Bytes]) };
        await storage.WriteStateAsync(record, grain, state);
    }

    static async Task<byte[]> BytesOfAsync(IGrainStorage storage, GrainId grain, string record)
    {
        var state = new GrainState<JournalRecord>(new());
        await storage.ReadStateAsync(record, grain, state);
        return state.State!.Bytes;
    }

    static async Task LoseAsync(IGrainStorage storage, GrainId grain, string record)
    {
        var state = new GrainState<JournalRecord>(new());
        await storage.ReadStateAsync(record, grain, state);
        await storage.ClearStateAsync(record, grain, state);
    }

    static async Task AssertRefusedAsync(IGrainStorage storage, GrainId grain, string what)
    {
        var faulty = new FaultyStorage(storage);
        // Damage that nobody is at work on is the same at every attempt.
        var exception = await Record.ExceptionAsync(() => Activation.OpenAsync(faulty, grain, Narrow with { LoadAttemptsMax = 2 }));
        Assert.True(exception is JournalDamagedException, $"{what}: {exception?.GetType().Name ?? "opened"}");
        Assert.Equal(0, faulty.Writes);
    }

    [Fact]
    public Task A_record_with_a_flipped_bit_or_cut_short_is_refused_and_nothing_written() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        foreach (var record in await FillAsync(storage, grain))
        {
            var whole = await BytesOfAsync(storage, grain, record);
            for (var i = 0; i < whole.Length; i += Stride)
            {
                await RewriteAsync(storage, grain, record, bytes =>
                {
                    bytes[i] ^= (byte)(1 << (i % 8));
                    return bytes;
                });
                await AssertRefusedAsync(storage, grain, $"{record} flipped at {i}");
                await RewriteAsync(storage, grain, record, _ => whole[..i]);
                await AssertRefusedAsync(storage, grain, $"{record} cut to {i}");
                await RewriteAsync(storage, grain, record, _ => [.. whole, 0]);
                await AssertRefusedAsync(storage, grain, $"{record} with a byte more");
                await RewriteAsync(storage, grain, record, _ => whole);
            }
        }

        Assert.Equal(Filled, (await Activation.OpenAsync(storage, grain, Narrow)).Journal.Version);
    });

    [Fact]
    public Task A_record_under_anothers_name_is_refused() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain, stranger) = (NewStorage(), NextGrain(), NextGrain());
        var records = await FillAsync(storage, grain);
        await FillAsync(storage, stranger);
        foreach (var record in records)
        {
            var own = await BytesOfAsync(storage, grain, record);
            foreach (var other in records.Where(other => other != record).Take(ImpostorsOfEach))
            {
                var taken = await BytesOfAsync(storage, grain, other);
                await RewriteAsync(storage, grain, record, _ => taken);
                await AssertRefusedAsync(storage, grain, $"{other} in the place of {record}");
            }

            var foreign = await BytesOfAsync(storage, stranger, record);
            await RewriteAsync(storage, grain, record, _ => foreign);
            await AssertRefusedAsync(storage, grain, $"another grain's {record}");
            await RewriteAsync(storage, grain, record, _ => own);
        }
    });

    [Fact]
    public Task A_missing_record_is_refused_and_never_taken_for_an_empty_journal() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        foreach (var record in await FillAsync(storage, grain))
        {
            var whole = await BytesOfAsync(storage, grain, record);
            await LoseAsync(storage, grain, record);
            await AssertRefusedAsync(storage, grain, $"{record} lost");
            await RewriteAsync(storage, grain, record, _ => whole);
        }

        Assert.Equal(Filled, (await Activation.OpenAsync(storage, grain, Narrow)).Journal.Version);
    });

    [Fact]
    public Task A_segment_missing_from_the_middle_of_the_first_round_is_refused() => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        for (var lost = 1; lost < 20; lost++)
        {
            var grain = NextGrain();
            await AppendOneByOneAsync(await Activation.OpenAsync(storage, grain), Numbered(1, 20));
            await LoseAsync(storage, grain, $"{Name}.tail.{lost:00}");
            await AssertRefusedAsync(storage, grain, $"segment {lost}");
        }
    });

    // As if two writers had both won: what one activation wrote stands among what the other did.
    [Theory]
    [InlineData("tail.01", 2)]
    [InlineData("head", 5)]
    [InlineData("chunk.000000000000", 5)]
    public Task Two_histories_that_a_storage_mixed_are_refused(string record, int count) => OneAtATime.RunAsync(async () =>
    {
        var (storage, elsewhere, grain) = (NewStorage(), new MemoryRecords(leavesTombstones: false), NextGrain());
        foreach (var (place, entry) in new[] { (storage, "a"), (elsewhere, "b") })
        {
            var activation = await Activation.OpenAsync(place, grain, Narrow);
            await AppendOneByOneAsync(activation, Enumerable.Repeat(entry, count));
            await activation.Journal.CloseAsync();
        }

        var other = await BytesOfAsync(elsewhere, grain, $"{Name}.{record}");
        await RewriteAsync(storage, grain, $"{Name}.{record}", _ => other);
        await AssertRefusedAsync(storage, grain, record);
    });

    [Fact]
    public Task A_chunk_of_another_history_met_while_folding_ends_the_activation() => OneAtATime.RunAsync(async () =>
    {
        var (storage, elsewhere, grain) = (NewStorage(), new MemoryRecords(leavesTombstones: false), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(activation, Numbered(1, 4));
        var other = await Activation.OpenAsync(elsewhere, grain, Narrow);
        await AppendOneByOneAsync(other, Numbered(11, 5));
        await other.Journal.CloseAsync();
        var chunk = new JournalRecord { Bytes = await BytesOfAsync(elsewhere, grain, $"{Name}.chunk.000000000000") };
        await storage.WriteStateAsync($"{Name}.chunk.000000000000", grain, new GrainState<JournalRecord>(chunk));

        await activation.AppendDurablyAsync("e5");
        Assert.IsType<JournalDamagedException>(await activation.Journal.Failure);
        Assert.Equal(Numbered(1, 5), (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries);
    });

    [Fact]
    public Task An_older_head_put_back_is_refused_or_leads_to_the_same_entries() => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        for (var (more, refused) = (1, 0); ; more += Stride)
        {
            var grain = NextGrain();
            var activation = await Activation.OpenAsync(storage, grain, Narrow);
            await AppendOneByOneAsync(activation, Numbered(1, 33));
            var old = await BytesOfAsync(storage, grain, $"{Name}.head");
            await AppendOneByOneAsync(activation, Numbered(34, more));
            await activation.Journal.CloseAsync();
            await RewriteAsync(storage, grain, $"{Name}.head", _ => old);
            var exception = await Record.ExceptionAsync(async () =>
                Assert.Equal(activation.State.Entries, (await Activation.OpenAsync(storage, grain, Narrow)).State.Entries));
            if (exception is not null) Assert.IsType<JournalDamagedException>(exception);
            if (exception is not null) refused++;
            if (more < 70) continue;
            Assert.True(refused > 0, "once the ring has gone round, the old head fits nothing any more");
            return;
        }
    });

    [Fact]
    public Task An_entry_or_a_snapshot_that_cannot_be_decoded_is_refused_and_nothing_written() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain, other) = (NewStorage(), NextGrain(), NextGrain());
        await (await Activation.OpenAsync(storage, grain)).AppendDurablyAsync("good", Ledger.Undecodable, "good");
        await AssertRefusedAsync(storage, grain, "an entry of the future");

        await FillAsync(storage, other);
        var faulty = new FaultyStorage(storage);
        var state = new Ledger { RefusesSnapshots = true };
        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.OpenAsync(faulty, other, Name, state, Narrow));
        Assert.Equal(0, faulty.Writes);
    });

    [Fact]
    public Task A_chunk_lost_from_before_the_snapshot_fails_whoever_reads_it_and_nobody_else() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        await FillAsync(storage, grain);
        await LoseAsync(storage, grain, $"{Name}.chunk.000000000000");
        var opened = await Activation.OpenAsync(storage, grain, Narrow);
        Assert.Equal(Numbered(1, Filled), opened.State.Entries);
        await Assert.ThrowsAsync<JournalDamagedException>(async () => await opened.Journal.ReadAsync(0, 10, 1000));
        Assert.Equal(10, (await opened.Journal.ReadAsync(Filled - 10, 20, 1000)).Count);
    });
}
