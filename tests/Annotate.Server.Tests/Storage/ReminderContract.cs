namespace Annotate.Server.Tests.Storage;

/// <summary>What Orleans needs of a table of reminders. One subclass per provider; each test starts with an empty table.</summary>
public abstract class ReminderContract
{
    static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the test's table, once more on a second call.</summary>
    protected abstract Task<IReminderTable> Open();

    static ReminderEntry Entry(GrainId grain, string name, int minutes = 5) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Noon, Period = TimeSpan.FromMinutes(minutes) };

    static GrainId Grain(int number) => GrainId.Create("feed", $"coalition-{number}");

    [Fact]
    public async Task What_was_set_is_read_back_also_by_another_start()
    {
        var table = await Open();
        var etag = await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        await table.UpsertRow(Entry(Grain(1), "remind", minutes: 60 * 24 * 40), Cancel);
        table = await Open();
        var found = await table.ReadRow(Grain(1), "retell", Cancel);
        Assert.NotNull(found);
        Assert.Equal((Grain(1), "retell", Noon, TimeSpan.FromMinutes(5), etag), (found.GrainId, found.ReminderName, found.StartAt, found.Period, found.ETag));
        Assert.NotEqual(DateTimeKind.Local, found.StartAt.Kind);
        Assert.Equal(["remind", "retell"], (await table.ReadRows(Grain(1), Cancel)).Reminders.Select(reminder => reminder.ReminderName).Order());
        Assert.Equal(TimeSpan.FromDays(40), (await table.ReadRow(Grain(1), "remind", Cancel))!.Period);
    }

    [Fact]
    public async Task What_was_never_set_is_not_there()
    {
        var table = await Open();
        await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        Assert.Null(await table.ReadRow(Grain(1), "other", Cancel));
        Assert.Null(await table.ReadRow(Grain(2), "retell", Cancel));
        Assert.Empty((await table.ReadRows(Grain(2), Cancel)).Reminders);
    }

    [Fact]
    public async Task Setting_again_replaces_it_under_a_new_ETag()
    {
        var table = await Open();
        var first = await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        var second = await table.UpsertRow(Entry(Grain(1), "retell", minutes: 7), Cancel);
        Assert.NotEqual(first, second);
        var only = Assert.Single((await table.ReadRows(Grain(1), Cancel)).Reminders);
        Assert.Equal((TimeSpan.FromMinutes(7), second), (only.Period, only.ETag));
    }

    [Fact]
    public async Task Only_the_last_ETag_removes_it()
    {
        var table = await Open();
        var first = await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        var second = await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        Assert.False(await table.RemoveRow(Grain(1), "retell", first!, Cancel));
        Assert.False(await table.RemoveRow(Grain(2), "retell", second!, Cancel));
        Assert.True(await table.RemoveRow(Grain(1), "retell", second!, Cancel));
        Assert.False(await table.RemoveRow(Grain(1), "retell", second!, Cancel));
        var third = await table.UpsertRow(Entry(Grain(1), "retell"), Cancel);
        Assert.DoesNotContain(third, new[] { first, second });
    }

    [Fact]
    public async Task A_range_of_the_ring_holds_the_grains_whose_hash_is_in_it()
    {
        var table = await Open();
        var grains = Enumerable.Range(0, 60).Select(Grain).ToArray();
        foreach (var grain in grains) await table.UpsertRow(Entry(grain, "retell"), Cancel);
        var hashes = grains.Select(grain => grain.GetUniformHashCode()).Order().ToArray();
        // Borders on grains' own hashes and beside them, on both sides of the sign, at the ends of the ring, empty and full ranges.
        uint[] borders = [0, 1, int.MaxValue, 1u + int.MaxValue, uint.MaxValue, hashes[0], hashes[0] - 1, hashes[30], hashes[30] + 1, hashes[^1], hashes[^1] + 1];
        foreach (var begin in borders)
        {
            foreach (var end in borders)
            {
                var expected = grains.Where(grain => IsIn(grain.GetUniformHashCode(), begin, end)).Order();
                var found = (await table.ReadRows(begin, end, Cancel)).Reminders.Select(reminder => reminder.GrainId).Order();
                Assert.True(expected.SequenceEqual(found), $"({begin}, {end}]");
            }
        }

        // As the interface's own documentation says it.
        static bool IsIn(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    }
}
