namespace Annotate.Text.Tests;

/// <summary>What a text's state, or a document, says of an update is what a yjs document shows when it is applied.</summary>
public sealed class Verdicts(Oracle yjs)
{
    const int Programs = 100;
    const int Steps = 40;

    [Fact]
    public void Agree_with_what_a_yjs_document_does() => Agree(random => new State());

    [Fact]
    public void Of_a_document_agree_with_what_a_yjs_document_does() => Agree(random => new Kept(random));

    interface IKeeper
    {
        /// <summary>It knows of deletions that follow from others: of what is inside something deleted.</summary>
        bool KnowsAllDeletions { get; }

        Verdict Check(Update update, out Update? fresh);

        bool Add(Update fresh);

        byte[] EncodeStateVector();
    }

    sealed class State : IKeeper
    {
        readonly TextState _state = new();

        public bool KnowsAllDeletions => false;

        public Verdict Check(Update update, out Update? fresh) => _state.Check(update, out fresh);

        public bool Add(Update fresh) => _state.Add(fresh);

        public byte[] EncodeStateVector() => _state.EncodeStateVector();
    }

    /// <summary>A document that takes some updates back first, and some as if it replayed them.</summary>
    sealed class Kept(Random random) : IKeeper
    {
        readonly Document _document = new();

        public bool KnowsAllDeletions => true;

        public Verdict Check(Update update, out Update? fresh) => _document.Check(update, out fresh);

        public bool Add(Update fresh)
        {
            if (random.Next(3) == 0)
            {
                var (before, text, items) = (_document.EncodeState(), _document.ReadXml(SharedRef.Xml("default")), _document.ItemCount);
                if (!_document.TryPropose(fresh, out _)) return false;
                _document.TakeBack();
                Assert.Equal(before, _document.EncodeState());
                Assert.Equal(items, _document.ItemCount);
                Assert.Equal(text, _document.ReadXml(SharedRef.Xml("default")));
                Invariants.Check(_document.Store, "verdicts");
            }
            if (random.Next(3) == 0) return _document.TryReplay(fresh);
            if (!_document.TryPropose(fresh, out _)) return false;
            Assert.Throws<InvalidOperationException>(() => _document.TryApply(fresh.Bytes.Span, out _));
            _document.Accept();
            Invariants.Check(_document.Store, "verdicts");
            return true;
        }

        public byte[] EncodeStateVector() => _document.EncodeStateVector();
    }

    void Agree(Func<Random, IKeeper> newKeeper)
    {
        var counts = new int[3];
        for (var seed = 1000; seed < 1000 + Night.Times(Programs); seed++)
        {
            var current = seed;
            yjs.InOneTurn(() => Follow(current, counts, newKeeper));
        }
        Assert.All(counts, count => Assert.True(count > Night.Times(Programs), $"held {counts[0]}, new {counts[1]}, missing {counts[2]}"));
        TestContext.Current.SendDiagnosticMessage($"held {counts[0]}, new {counts[1]}, missing {counts[2]}");
    }

    /// <summary>One program alone, by a document.</summary>
    internal void OfDocument(int seed) => yjs.InOneTurn(() => Follow(seed, new int[3], random => new Kept(random)));

    void Follow(int seed, int[] counts, Func<Random, IKeeper> newKeeper)
    {
        var random = new Random(seed);
        var (updates, syncs) = yjs.Program(seed, Steps);
        var state = newKeeper(new Random(seed));
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

    Verdict Offer(IKeeper state, byte[] bytes, string where)
    {
        where = $"{where}: {Convert.ToBase64String(bytes)}";
        Assert.True(Update.TryRead(bytes, out var update, out var fault), $"{where}: {fault}");
        var verdict = state.Check(update, out var fresh);
        var answer = yjs.Ask(new { ask = "try", update = bytes });
        Assert.True(answer["threw"] is null, $"{where}: {answer["threw"]}");
        Assert.True((bool)answer["pending"]! == (verdict == Verdict.Missing), $"{where}: {verdict}, yjs pending {answer["pending"]}");
        if (verdict == Verdict.Held) Assert.False((bool)answer["changed"]!, $"{where}: held, but yjs changed");
        if (verdict != Verdict.New) return verdict;
        Assert.True((bool)answer["changed"]! || (fresh!.Ranges.IsEmpty && !state.KnowsAllDeletions), $"{where}: new, but yjs did not change");
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
