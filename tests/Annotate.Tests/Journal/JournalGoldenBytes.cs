using Annotate.Journals;

namespace Annotate.Tests.Journals;

/// <summary>The stored bytes of every kind of record, so that old journals load for ever (G10). Never change these; add.</summary>
public sealed class JournalGoldenBytes
{
    static readonly GrainId Grain = GrainId.Create("thread", "net/un-cybercrime/art_40");

    static readonly JournalLimits Limits = new() { FoldSegmentsMin = 2, SnapshotWeightBytesMin = 23, ChunkWeightBytesMin = 1 };

    static readonly string[] Entries = ["one", "two", "three", "пять", "six", "seven"];

    /// <summary>The entries above, each in a segment of its own, except the first two; a snapshot at segment 2, a chunk after it, one in the tail.</summary>
    static readonly Dictionary<string, string> Golden = new()
    {
        ["thread.chunk.000000000000"] =
            "0102000000000000000000000000000000000000000000000000000000000000000002000000000000000300000000000000a9d34f362718" +
            "6240030000006f6e650300000074776f05000000746872656518cd026af119ba9f",
        ["thread.chunk.000000000001"] =
            "0102010000000000000002000000000000000300000000000000a9d34f3627186240040000000000000005000000000000007aa8e5584b1c" +
            "a2cb08000000d0bfd18fd182d18c03000000736978028e3e8618728e74",
        ["thread.head"] =
            "010402000000000000000200000000000000040000000000000005000000000000007aa8e5584b1ca2cb626923861cc7af37",
        ["thread.snapshot.000000000002"] =
            "0103010000000000000002000000000000000300000000000000a9d34f36271862406f6e650a74776f0a74687265650a63b34713c3811e93",
        ["thread.tail.01"] =
            "01010000000000000000000000000000000000000000000000000200000000000000030000006f6e650300000074776ffaf154ef696c74c1",
        ["thread.tail.02"] =
            "010101000000000000000200000000000000faf154ef696c74c10100000000000000050000007468726565a9d34f3627186240",
        ["thread.tail.03"] =
            "010102000000000000000300000000000000a9d34f3627186240010000000000000008000000d0bfd18fd182d18cd6587110b2300a40",
        ["thread.tail.04"] =
            "010103000000000000000400000000000000d6587110b2300a400100000000000000030000007369787aa8e5584b1ca2cb",
        ["thread.tail.05"] =
            "0101040000000000000005000000000000007aa8e5584b1ca2cb010000000000000005000000736576656e40e21373e13f767f",
    };

    [Fact]
    public Task Records_are_written_as_they_always_were() => OneAtATime.RunAsync(async () =>
    {
        var storage = new MemoryRecords(leavesTombstones: false);
        var activation = await Activation.OpenAsync(storage, Grain, Limits);
        await activation.AppendDurablyAsync(Entries[0], Entries[1]);
        foreach (var entry in Entries[2..]) await activation.AppendDurablyAsync(entry);
        await activation.Journal.CloseAsync();
        var written = storage.RecordsOf(Grain).ToDictionary(record => record.Key, record => Convert.ToHexStringLower(record.Value));
        Assert.Equal(Golden.OrderBy(record => record.Key, StringComparer.Ordinal), written.OrderBy(record => record.Key, StringComparer.Ordinal));
    });

    [Fact]
    public Task Records_written_long_ago_load() => OneAtATime.RunAsync(async () =>
    {
        var storage = new MemoryRecords(leavesTombstones: false);
        foreach (var (record, hex) in Golden)
        {
            var state = new GrainState<JournalRecord>(new() { Bytes = Convert.FromHexString(hex) });
            await storage.WriteStateAsync(record, Grain, state);
        }

        var opened = await Activation.OpenAsync(storage, Grain, Limits);
        Assert.Equal(Entries, opened.State.Entries);
        Assert.Equal(Entries, await opened.HistoryAsync());
        await opened.AppendDurablyAsync("eight");
        Assert.Equal([.. Entries, "eight"], (await Activation.OpenAsync(storage, Grain, Limits)).State.Entries);
    });

    [Fact]
    public async Task A_record_of_a_format_to_come_is_refused() => await OneAtATime.RunAsync(async () =>
    {
        var storage = new MemoryRecords(leavesTombstones: false);
        var bytes = Convert.FromHexString(Golden["thread.tail.01"]);
        bytes[0] = 2;
        await storage.WriteStateAsync("thread.tail.01", Grain, new GrainState<JournalRecord>(new() { Bytes = bytes }));
        await Assert.ThrowsAsync<JournalDamagedException>(() => Activation.OpenAsync(storage, Grain, Limits));
    });
}
