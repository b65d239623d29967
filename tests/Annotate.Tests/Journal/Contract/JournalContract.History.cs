using System.Globalization;
using System.Text;
using Annotate.Journals;

namespace Annotate.Tests.Journals;

public abstract partial class JournalContract
{
    [Fact]
    public Task Thousands_of_appends_over_many_folds_are_all_there_in_order() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var writer = await Activation.OpenAsync(storage, grain);
        await AppendOneByOneAsync(writer, Numbered(1, ManyAppends));
        var reader = await Activation.OpenAsync(storage, grain);
        Assert.Equal(Numbered(1, ManyAppends), reader.State.Entries);
        Assert.Equal(Numbered(1, ManyAppends), await reader.HistoryAsync());
        Assert.Equal(Numbered(1, ManyAppends), await writer.HistoryAsync(countMax: 333, bytesMax: 4000));
        Assert.True(writer.State.Snapshots < ManyAppends / 48 / 2, $"{writer.State.Snapshots} snapshots");
    });

    [Fact]
    public Task History_is_read_from_any_version_within_the_bounds_asked_for() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        await FillAsync(storage, grain);
        for (var after = 0; after <= Filled; after += Stride)
        {
            // A fresh one each time, which has to find the chunk without having met any.
            var reader = await Activation.OpenAsync(storage, grain, Narrow);
            var opening = reader.Storage.Operations.Count;
            var page = await reader.Journal.ReadAsync(after, 3, bytesMax: 7);
            string[] rest = Numbered(after + 1, Filled - after);
            var fitting = Enumerable.Range(0, 4).Last(count => count <= rest.Length && string.Concat(rest.Take(count)).Length <= 7);
            Assert.Equal(rest.Take(fitting), page.Select(entry => Encoding.UTF8.GetString(entry.Bytes.Span)));
            Assert.True(reader.Storage.Operations.Count - opening <= 10, "finding a chunk is a binary search");
            if (rest.Length > 0) Assert.Single(await reader.Journal.ReadAsync(after, 5, bytesMax: 1));
        }
    });

    [Fact]
    public Task History_shows_nothing_that_is_not_durable_and_follows_a_fold_while_reading() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(activation, Numbered(1, 14));
        var (arrived, gate) = activation.Storage.HoldNextWrite("tail");
        activation.Append("e15");
        await arrived;
        Assert.Equal(Numbered(1, 14), await activation.HistoryAsync());
        gate.SetResult();
        await activation.Journal.CloseAsync();

        var folding = await Activation.OpenAsync(storage, grain, Narrow);
        folding.Storage.Before = async operation =>
        {
            var isChunkRead = operation.Kind == OperationKind.Read && operation.Record.Contains("chunk", StringComparison.Ordinal);
            if (!isChunkRead || folding.State.Entries.Count >= 40) return;
            await AppendOneByOneAsync(folding, Numbered(folding.State.Entries.Count + 1, 6));
        };
        Assert.Equal(folding.State.Entries, await folding.HistoryAsync());
        Assert.True(folding.State.Entries.Count >= 40);
    });

    [Fact]
    public Task Bytes_written_per_entry_stay_constant_as_the_state_grows() => OneAtATime.RunAsync(async () =>
    {
        var activation = await Activation.OpenAsync(NewStorage(), NextGrain());
        var entry = new string('x', 40);
        var quarter = GrowingAppends / 4;
        List<double> bytesPerEntry = [];
        for (var i = 0; i < 4; i++)
        {
            var before = activation.Storage.BytesWritten;
            await AppendOneByOneAsync(activation, Enumerable.Repeat(entry, quarter));
            bytesPerEntry.Add((activation.Storage.BytesWritten - before) / (double)quarter);
        }

        // An entry is written in its segment (with an envelope), in its chunk, and about twice in snapshots. A state rewritten at each
        // fold would cost 40 bytes times 10,000 entries over 48: more than 8,000.
        var figures = string.Join(", ", bytesPerEntry.Select(bytes => bytes.ToString("F0", CultureInfo.InvariantCulture)));
        TestContext.Current.TestOutputHelper?.WriteLine($"bytes written per entry, by quarter: {figures}; {activation.State.Snapshots} snapshots");
        Assert.All(bytesPerEntry, bytes => Assert.True(bytes < 500, figures));
        Assert.InRange(activation.State.Snapshots, 2, 40);
    });

    [Fact]
    public Task A_state_too_large_for_a_snapshot_is_replayed_from_its_chunks() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var limits = Narrow with { SnapshotBytesMax = 100 };
        var activation = await Activation.OpenAsync(storage, grain, limits);
        await AppendOneByOneAsync(activation, Numbered(1, 200));
        // The last append is acknowledged before the fold that it makes due, and a load that meets a fold reads twice.
        await activation.Journal.CloseAsync();
        Assert.InRange(activation.State.Snapshots, 2, 12);
        var reopened = await Activation.OpenAsync(storage, grain, limits);
        Assert.Equal(Numbered(1, 200), reopened.State.Entries);
        Assert.Single(reopened.Storage.Operations, operation => operation.Record.Contains("snapshot", StringComparison.Ordinal));
    });

    [Fact]
    public Task The_snapshot_before_the_last_is_cleared() => OneAtATime.RunAsync(async () =>
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        var activation = await Activation.OpenAsync(storage, grain, Narrow);
        await AppendOneByOneAsync(activation, Numbered(1, 200));
        await activation.Journal.CloseAsync();
        string[] written = [.. activation.Storage.Operations
            .Where(operation => operation.Kind == OperationKind.Write && operation.Record.Contains("snapshot", StringComparison.Ordinal))
            .Select(operation => operation.Record)];
        Assert.True(written.Length > 2);
        var cleared = activation.Storage.Operations.Where(operation => operation.Kind == OperationKind.Clear);
        Assert.Equal(written[..^1], cleared.Select(operation => operation.Record));
        foreach (var record in written) Assert.Equal(record != written[^1], (await BytesOfAsync(storage, grain, record)).Length == 0);
    });

    [Fact]
    public async Task A_journal_is_used_on_one_scheduler_only()
    {
        var (storage, grain) = (NewStorage(), NextGrain());
        Activation? activation = null;
        await OneAtATime.RunAsync(async () => activation = await Activation.OpenAsync(storage, grain));
        Assert.Throws<InvalidOperationException>(() => activation!.Journal.Append(default));
        var onThePool = Task.Run(() => Journal.OpenAsync(storage, grain, Name, new Ledger()), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => onThePool);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a,b")]
    [InlineData("a`b")]
    public Task A_name_that_a_storage_might_misread_is_refused(string name) => OneAtATime.RunAsync(async () =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Journal.OpenAsync(NewStorage(), NextGrain(), name, new Ledger())));
}
