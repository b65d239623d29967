namespace Annotate.Text.Tests;

/// <summary>What must hold of merging, comparing and adding, whatever the updates.</summary>
public sealed class Algebra(Oracle yjs)
{
    const int Programs = 60;
    const int Steps = 50;

    static Update Read(byte[] bytes)
    {
        Assert.True(Update.TryRead(bytes, out var update, out var fault), $"{fault}: {Convert.ToBase64String(bytes)}");
        return update;
    }

    void Each(Action<Random, Update[], Update[]> property)
    {
        for (var seed = 2000; seed < 2000 + Night.Times(Programs); seed++)
        {
            var (updates, syncs) = yjs.Program(seed, Steps);
            try
            {
                property(new Random(seed), [.. updates.Select(Read)], [.. syncs.Select(Read)]);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
    }

    [Fact]
    public void A_merge_merged_with_itself_is_itself() => Each((_, updates, syncs) =>
    {
        var merged = Updates.Merge([.. updates, .. syncs]);
        Assert.Equal(merged, Updates.Merge(Read(merged), Read(merged)));
        Assert.Equal(merged, Updates.Merge(Read(merged)));
    });

    [Fact]
    public void The_order_of_updates_that_do_not_overlap_does_not_matter() => Each((random, updates, _) =>
    {
        var merged = Updates.Merge(updates);
        random.Shuffle(updates);
        Assert.Equal(merged, Updates.Merge(updates));
        var cut = random.Next(updates.Length);
        Assert.Equal(merged, Updates.Merge(Read(Updates.Merge(updates.AsSpan(cut))), Read(Updates.Merge(updates.AsSpan(0, cut)))));
    });

    [Fact]
    public void Of_an_update_nothing_is_left_that_its_own_state_vector_lacks() => Each((_, updates, syncs) =>
    {
        var whole = Read(Updates.Merge([.. updates, .. syncs]));
        var diff = Read(Updates.MergeSince([whole], Updates.StateVectorOf(whole)));
        Assert.Equal(0, diff.Ranges.Length);
        Assert.Equal(whole.Deletes.ToArray(), diff.Deletes.ToArray());
    });

    [Fact]
    public void What_is_held_and_what_is_new_make_the_whole() => Each((random, updates, _) =>
    {
        var state = new TextState();
        var held = new List<Update>();
        var count = random.Next(updates.Length);
        foreach (var update in updates.Take(count)) Take(state, update, held);
        var whole = Read(Updates.Merge(updates));
        Take(state, whole, held);
        var vector = Updates.StateVectorOf(whole);
        Assert.Equal(vector, state.StateVector.ToArray());
        var kept = Read(Updates.Merge([.. held]));
        Assert.Equal(vector, Updates.StateVectorOf(kept));
        // Whoever holds every struct is told of deletions alone, by the state as by the text itself.
        Assert.True(state.IsHeldBy(vector));
        Assert.Equal(vector.Length == 0, state.IsHeldBy(vector.AsSpan(vector.Length > 0 ? 1 : 0)));
        Assert.Equal(Updates.MergeSince([whole], vector), state.EncodeDeletes());
        Assert.Equal(whole.Deletes.ToArray(), kept.Deletes.ToArray());
        // Not a clock, nor a deletion, came twice.
        Assert.Equal(vector.Sum(entry => entry.Clock), held.Sum(update => update.Ranges.ToArray().Sum(range => range.To - range.From)));
        Assert.Equal(whole.Deletes.ToArray().Sum(Length), held.Sum(update => update.Deletes.ToArray().Sum(Length)));
    });

    static long Length(DeleteRange range) => range.To - range.From;

    static void Take(TextState state, Update update, List<Update> held)
    {
        var verdict = state.Check(update, out var fresh);
        Assert.NotEqual(Verdict.Missing, verdict);
        if (verdict != Verdict.New) return;
        Assert.True(state.Add(fresh!));
        held.Add(fresh!);
    }

    [Fact]
    public void A_state_is_read_as_it_was_written() => Each((_, updates, _) =>
    {
        var state = new TextState();
        foreach (var update in updates) Take(state, update, []);
        Assert.True(TextState.TryRead(state.ToBytes(), out var again, out var fault), fault.ToString());
        Assert.Equal(state.ToBytes(), again.ToBytes());
        Assert.All(updates, update => Assert.Equal(Verdict.Held, again.Check(update, out _)));
        var bytes = state.ToBytes();
        for (var length = 0; length < bytes.Length; length++) Assert.False(TextState.TryRead(bytes.AsSpan(0, length), out _, out _));
    });

    [Fact]
    public void Deleted_clocks_are_what_a_row_of_booleans_says()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (deleted, model) = (new DeletedClocks(), new bool[120]);
            for (var step = 0; step < 40; step++)
            {
                var ranges = RandomRanges(random, random.Next(3) == 0 ? 30 : 3);
                foreach (var range in ranges) AssertSame(deleted, model, range, $"seed {seed}, step {step}");
                deleted.Add(ranges);
                foreach (var range in ranges) model.AsSpan((int)range.From, (int)(range.To - range.From)).Fill(true);
            }
            Assert.Equal(Runs(model), Enumerable.Range(0, deleted.Count).Select(i => deleted[i]));
        }
    }

    static DeleteRange[] RandomRanges(Random random, int most)
    {
        var rows = default(Rows<DeleteRange>);
        for (var i = random.Next(most); i >= 0; i--)
        {
            var from = random.Next(115);
            rows.Add(new DeleteRange(1, from, from + 1 + random.Next(4)));
        }
        Deletes.Normalise(ref rows);
        return rows.ToArray();
    }

    static void AssertSame(DeletedClocks deleted, bool[] model, DeleteRange range, string where)
    {
        var clocks = model[(int)range.From..(int)range.To];
        Assert.True(deleted.Holds(range.From, range.To) == Array.TrueForAll(clocks, clock => clock), where);
        Assert.True(deleted.Touches(range.From, range.To) == Array.Exists(clocks, clock => clock), where);
        var left = default(Rows<DeleteRange>);
        deleted.Subtract(range, ref left);
        var expected = new bool[model.Length];
        for (var clock = range.From; clock < range.To; clock++) expected[clock] = !model[clock];
        Assert.Equal(Runs(expected), left.Span.ToArray().Select(row => (row.From, row.To)));
    }

    static IEnumerable<(long From, long To)> Runs(bool[] clocks)
    {
        for (var from = 0; from < clocks.Length; from++)
        {
            if (!clocks[from]) continue;
            var to = from;
            while (to < clocks.Length && clocks[to]) to++;
            yield return (from, to);
            from = to;
        }
    }
}
