using System.Text;
using Annotate.Journals;

namespace Annotate.Tests.Journals;

/// <summary>A check of a journal's records finds what opening it would refuse, names the record, and finds nothing else.</summary>
public sealed class JournalCheckTests
{
    const int Segments = 113;
    static readonly GrainId Grain = GrainId.Create("journal-test", "checked");

    // Folds, snapshots and splits come early.
    static readonly JournalLimits Narrow = new()
    {
        EntryBytesMax = 64,
        QueuedBytesMax = 256,
        FoldSegmentsMin = 5,
        ChunkBytesMax = 40,
        SnapshotWeightBytesMin = 60,
        ChunkWeightBytesMin = 1,
        ReadAheadRecords = 3,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_journal_is_whole_after_every_operation_however_it_was_interrupted(bool leavesTombstones) => OneAtATime.RunAsync(async () =>
    {
        var isOver = false;
        for (var number = 1; !isOver; number++)
        {
            var records = new MemoryRecords(leavesTombstones);
            var storage = new FaultyStorage(records);
            storage.StopAt(number, after: number % 2 == 0);
            isOver = await FillAsync(storage);
            Assert.Empty(Check(records.RecordsOf(Grain)));
        }
    });

    [Fact]
    public Task Every_record_that_is_lost_or_changed_is_named() => OneAtATime.RunAsync(async () =>
    {
        var records = new MemoryRecords(leavesTombstones: false);
        Assert.True(await FillAsync(new FaultyStorage(records)));
        var whole = records.RecordsOf(Grain);
        Assert.Empty(Check(whole));
        foreach (var kind in (string[])["head", "tail", "chunk", "snapshot"]) Assert.Contains(whole.Keys, name => name.Contains($".{kind}", StringComparison.Ordinal));
        foreach (var (name, bytes) in whole)
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                byte[] flipped = [.. bytes];
                flipped[at] ^= 1;
                Assert.Equal(name, Assert.Single(Check(With(whole, name, flipped))).Record);
            }

            Assert.Equal(name, Assert.Single(Check(With(whole, name, bytes[..^1]))).Record);
            // A ring slot that is lost breaks the chain where the next one should have followed; without its head a journal is all contradictions.
            var lost = Check(With(whole, name, null));
            Assert.True(name.EndsWith(".head", StringComparison.Ordinal) ? lost.Count > 0 : lost[0].Record == name, $"{name} lost: {string.Join(", ", lost)}");
        }
    });

    [Fact]
    public Task A_record_in_the_place_of_another_is_named() => OneAtATime.RunAsync(async () =>
    {
        var records = new MemoryRecords(leavesTombstones: false);
        Assert.True(await FillAsync(new FaultyStorage(records)));
        var whole = records.RecordsOf(Grain);
        string first = $"{JournalContract.Name}.chunk.000000000000", second = $"{JournalContract.Name}.chunk.000000000001";
        Assert.Contains(Check(With(whole, first, whole[second])), fault => fault.Record == first);
        var head = $"{JournalContract.Name}.head";
        // An older head, as whole as the present one.
        var older = new MemoryRecords(leavesTombstones: false);
        await FillAsync(new FaultyStorage(older), Segments / 2);
        Assert.NotEmpty(Check(With(whole, head, older.RecordsOf(Grain)[head])));
        Assert.Contains(Check(whole, entry => Encoding.UTF8.GetString(entry.Span) != "e7"), fault => fault.Record.Contains("chunk", StringComparison.Ordinal));
    });

    [Fact]
    public Task A_chunk_of_another_history_breaks_the_chain() => OneAtATime.RunAsync(async () =>
    {
        var whole = await HistoryAsync(differsFrom: int.MaxValue);
        string[] chunks = [.. whole.Keys.Where(name => name.StartsWith($"{JournalContract.Name}.chunk.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.NotInRange(chunks.Length, 0, 2);

        // As whole as the ones in their places, and told from them by what comes before and after alone.
        var other = await HistoryAsync(differsFrom: 1);
        foreach (var chunk in chunks[1..])
            Assert.Contains(Check(With(whole, chunk, other[chunk])), fault => fault.Record == chunk && fault.What.Contains("follow", StringComparison.Ordinal));
        // One that differs in its last segment only, and is itself the last.
        var late = other;
        for (var segment = Segments; segment > 0 && late == other; segment--)
            if (await HistoryAsync(segment) is var next && !next[chunks[^1]].SequenceEqual(whole[chunks[^1]])) late = next;
        Assert.Contains(Check(With(whole, chunks[^1], late[chunks[^1]])), fault => fault.Record == $"{JournalContract.Name}.head");

        static async Task<IReadOnlyDictionary<string, byte[]>> HistoryAsync(int differsFrom)
        {
            var records = new MemoryRecords(leavesTombstones: false);
            Assert.True(await FillAsync(new FaultyStorage(records), Segments, differsFrom));
            return records.RecordsOf(Grain);
        }
    });

    /// <returns>False when the storage stopped.</returns>
    static async Task<bool> FillAsync(FaultyStorage storage, int segments = Segments, int differsFrom = int.MaxValue)
    {
        try
        {
            var activation = await Activation.OpenAsync(storage, Grain, Narrow);
            for (var number = 1; number <= segments; number++) await activation.AppendDurablyAsync($"{(number < differsFrom ? 'e' : 'f')}{number}");
            await activation.Journal.CloseAsync();
            // A fold may have been what stopped, of which only the next append would have told.
            return !activation.Journal.Failure.IsCompleted;
        }
        catch (Exception stopped) when (stopped is StorageStoppedException or JournalFailedException)
        {
            return false;
        }
    }

    static IReadOnlyList<JournalFault> Check(IReadOnlyDictionary<string, byte[]> records, Func<ReadOnlyMemory<byte>, bool>? canRead = null)
    {
        var check = new JournalCheck(Grain, JournalContract.Name, canRead);
        foreach (var (name, bytes) in records) check.Take(name, bytes);
        return check.Finish();
    }

    static Dictionary<string, byte[]> With(IReadOnlyDictionary<string, byte[]> records, string name, byte[]? bytes)
    {
        var changed = records.ToDictionary();
        if (bytes is null) changed.Remove(name);
        else changed[name] = bytes;
        return changed;
    }
}
