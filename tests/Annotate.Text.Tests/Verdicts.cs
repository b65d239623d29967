namespace Annotate.Text.Tests;

/// <summary>What a text's state says of an update is what a yjs document shows when it is applied.</summary>
public sealed class Verdicts(Oracle yjs)
{
    const int Programs = 100;
    const int Steps = 40;

    [Fact]
    public void Agree_with_what_a_yjs_document_does()
    {
        var counts = new int[3];
        for (var seed = 1000; seed < 1000 + Programs; seed++)
        {
            var current = seed;
            yjs.InOneTurn(() => Follow(current, counts));
        }
        Assert.All(counts, count => Assert.True(count > Programs, $"held {counts[0]}, new {counts[1]}, missing {counts[2]}"));
        TestContext.Current.SendDiagnosticMessage($"held {counts[0]}, new {counts[1]}, missing {counts[2]}");
    }

    void Follow(int seed, int[] counts)
    {
        var random = new Random(seed);
        var (updates, syncs) = yjs.Program(seed, Steps);
        var state = new TextState();
        var offered = Offers(random, updates, syncs);
        yjs.Ask(new { ask = "open" });
        foreach (var bytes in offered)
        {
            var verdict = Offer(state, bytes, $"seed {seed}");
            counts[(int)verdict]++;
        }
        // In the end everything has come, so nothing is missing any more.
        foreach (var bytes in updates) Assert.NotEqual(Verdict.Missing, Offer(state, bytes, $"seed {seed}, at the end"));
        Assert.Equal((string)yjs.Ask(new { ask = "see", updates })["vector"]!, Convert.ToBase64String(state.EncodeStateVector()));
    }

    /// <summary>Updates nearly in order, merges and syncs among them, some twice.</summary>
    static List<byte[]> Offers(Random random, byte[][] updates, byte[][] syncs)
    {
        var offers = new List<byte[]>();
        for (var i = 0; i < updates.Length; i++)
        {
            offers.Add(updates[Math.Clamp(i + random.Next(-3, 4), 0, updates.Length - 1)]);
            if (random.Next(4) == 0) offers.Add(Merged([.. updates.Take(i + 1).Where(_ => random.Next(3) > 0), updates[i]]));
            if (random.Next(20) == 0 && syncs.Length > 0) offers.Add(syncs[random.Next(syncs.Length)]);
        }
        return offers;
    }

    Verdict Offer(TextState state, byte[] bytes, string where)
    {
        where = $"{where}: {Convert.ToBase64String(bytes)}";
        Assert.True(Update.TryRead(bytes, out var update, out var fault), $"{where}: {fault}");
        var verdict = state.Check(update, out var fresh);
        var answer = yjs.Ask(new { ask = "try", update = bytes });
        Assert.True(answer["threw"] is null, $"{where}: {answer["threw"]}");
        Assert.True((bool)answer["pending"]! == (verdict == Verdict.Missing), $"{where}: {verdict}, yjs pending {answer["pending"]}");
        if (verdict == Verdict.Held) Assert.False((bool)answer["changed"]!, $"{where}: held, but yjs changed");
        if (verdict != Verdict.New) return verdict;
        // Deletions that yjs derives from others (what is inside something deleted) are news here, and not there.
        Assert.True((bool)answer["changed"]! || fresh!.Ranges.IsEmpty, $"{where}: new, but yjs did not change");
        Assert.True(state.Add(fresh!), where);
        Assert.Equal(Verdict.Held, state.Check(update, out _));
        var applied = yjs.Ask(new { ask = "apply", fresh = fresh!.Bytes.ToArray(), update = bytes });
        Assert.True((string)applied["held"]! == (string)applied["whole"]!, $"{where}: what is new makes another document\n{applied}");
        Assert.False((bool)applied["pending"]!, where);
        Assert.True((string)applied["vector"]! == Convert.ToBase64String(state.EncodeStateVector()), $"{where}: state vectors differ");
        return verdict;
    }

    static byte[] Merged(byte[][] updates)
    {
        Assert.True(Updates.TryMerge([.. updates.Select(bytes => (ReadOnlyMemory<byte>)bytes)], out var merged));
        return merged;
    }
}
