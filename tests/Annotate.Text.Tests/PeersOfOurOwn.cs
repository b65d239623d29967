using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>
/// A simulated network of our own documents: what was said arrives late, twice, out of order, and in pieces. No yjs takes part.
/// </summary>
public sealed class PeersOfOurOwn
{
    const int Networks = 150;
    const int Steps = 120;
    const int AlgebraEvery = 10;

    [Fact]
    public void Peers_come_to_the_same_document_and_lose_no_character()
    {
        var alike = 0;
        for (var seed = 1; seed <= Night.Times(Networks); seed++) alike += Run(seed);
        Assert.True(alike > Night.Times(Networks), $"only {alike} times two peers held the same");
        TestContext.Current.SendDiagnosticMessage($"peers: {alike} times two of them held the same");
    }

    /// <summary>Peers, what they said in the order they said it, and one who heard all of it in that order.</summary>
    sealed class Network(Document[] peers, Random random)
    {
        readonly Dictionary<Document, (string Held, byte[] State)> _known = [];

        public Document[] Peers { get; } = peers;

        public List<byte[]> Said { get; } = [];

        public Document Listener { get; } = new();

        public int Alike { get; private set; }

        public Document Any() => Peers[random.Next(Peers.Length)];

        public void Say(byte[] update, string where)
        {
            Said.Add(update);
            Assert.True(Listener.TryApply(update, out var fault), $"{where}: {fault}");
            Assert.False(Listener.HasPending, where);
            Look(Listener, where);
        }

        /// <summary>Whoever holds the same clocks and deletions holds the same state.</summary>
        public void Look(Document changed, string where)
        {
            Invariants.Check(changed.Store, where);
            var state = new StateWriter(changed.Store).Write([]);
            Assert.True(Update.TryRead(state, out var read, out var fault), $"{where}: {fault}");
            var held = string.Join(' ', changed.StateVector()) + string.Join(' ', read.Deletes.ToArray());
            _known[changed] = (held, state);
            foreach (var (other, known) in _known)
            {
                if (other == changed || known.Held != held) continue;
                AreSame(state, known.State, $"{where}: two hold the same, and are not the same");
                Alike++;
            }
        }
    }

    /// <summary>Two states make the same document: how they are cut, and what is collected, may differ.</summary>
    static void AreSame(byte[] one, byte[] other, string where)
    {
        if (one.AsSpan().SequenceEqual(other)) return;
        Assert.True(Loaded(one).EncodeState().AsSpan().SequenceEqual(Loaded(other).EncodeState()), where);
    }

    static Document Loaded(byte[] state)
    {
        Assert.True(Document.TryLoad(state, out var loaded, out var fault), fault.ToString());
        return loaded;
    }

    /// <returns>How often two peers held the same, on the way.</returns>
    static int Run(int seed)
    {
        var random = new Random(seed);
        var peers = Enumerable.Range(0, 2 + random.Next(4))
            .Select(i => new DocumentOptions { ClientId = 1 + i + i * random.Next(1, 100_000), CollectsGarbage = random.Next(4) > 0 })
            .DistinctBy(options => options.ClientId).Select(options => new Document(options)).ToArray();
        var network = new Network(peers, random);
        for (var step = 0; step < Steps; step++)
        {
            var peer = network.Any();
            var where = $"seed {seed}, step {step}";
            switch (random.Next(5))
            {
                case 0 or 1:
                    network.Say(Write(peer, random, where), where);
                    break;
                case 2 when network.Said.Count > 0:
                    Assert.True(peer.TryApply(network.Said[random.Next(network.Said.Count)], out var fault), $"{where}: {fault}");
                    break;
                case 3 when network.Said.Count > 1:
                    var some = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => network.Said[random.Next(network.Said.Count)]);
                    Assert.True(Updates.TryMerge([.. some.Select(update => (ReadOnlyMemory<byte>)update)], out var merged));
                    Assert.True(peer.TryApply(merged, out fault), $"{where}: {fault}");
                    break;
                default:
                    Assert.True(peer.TryApply(network.Any().EncodeState(peer.StateVector()), out fault), $"{where}: {fault}");
                    break;
            }
            network.Look(peer, where);
            if (step % AlgebraEvery == 0 && network.Said.Count > 0) CheckAlgebra(network, random, where);
        }
        Converge(peers, network.Said, random, $"seed {seed}");
        return network.Alike;
    }

    /// <summary>All that was said, merged, is what the listener holds; and what a peer lacks of it brings that peer as far.</summary>
    static void CheckAlgebra(Network network, Random random, string where)
    {
        var shuffled = network.Said.OrderBy(_ => random.Next()).Select(update => (ReadOnlyMemory<byte>)update);
        Assert.True(Updates.TryMerge([.. shuffled], out var merged));
        AreSame(merged, network.Listener.EncodeState(), $"{where}: merged, and another document");
        var peer = network.Any();
        Assert.True(Updates.TryDiff(merged, peer.EncodeStateVector(), out var diff));
        // A copy, so that the peer itself goes on behind the others.
        var copy = Loaded(peer.EncodeState());
        Assert.True(copy.TryApply(diff, out var fault), $"{where}: {fault}");
        Assert.False(copy.HasPending, $"{where}: up to date, and yet waiting");
        AreSame(copy.EncodeState(), network.Listener.EncodeState(), $"{where}: brought up to date, and another document");
    }

    static byte[] Write(Document peer, Random random, string where)
    {
        var (text, xml) = (SharedRef.Text("t"), SharedRef.Xml("default"));
        var paragraphs = peer.TypesIn(xml).SelectMany(peer.TypesIn).ToArray();
        if (paragraphs.Length > 0 && random.Next(3) == 0) text = paragraphs[random.Next(paragraphs.Length)];
        var expected = peer.ReadText(text);
        var update = peer.Change(edit =>
        {
            expected = WriteText(edit, text, expected, random);
            if (random.Next(8) == 0) edit.Set(SharedRef.Map("m"), "k", random.Next(9));
            if (random.Next(8) == 0) edit.Insert(SharedRef.Array("a"), 0, [random.Next(9)]);
            if (random.Next(6) == 0) WriteParagraph(edit, peer, random);
        });
        Assert.True(expected == peer.ReadText(text), $"{where}: the text is {peer.ReadText(text)}, not {expected}");
        var length = peer.LengthOf(xml);
        if (random.Next(20) > 0 || length == 0) return update;
        return Joined(update, peer.Change(edit => edit.Delete(xml, random.Next(length), 1)));
    }

    /// <summary>Two transactions, said at once.</summary>
    static byte[] Joined(byte[] first, byte[] second)
    {
        Assert.True(Updates.TryMerge([first, second], out var both));
        return both;
    }

    static string WriteText(DocumentEdit edit, SharedRef text, string before, Random random)
    {
        var index = random.Next(before.Length + 1);
        if (random.Next(3) == 0 && index < before.Length)
        {
            var span = Math.Min(1 + random.Next(6), before.Length - index);
            edit.Delete(text, index, span);
            return before.Remove(index, span);
        }
        var word = random.Next(6) == 0 ? "漢字" : random.Next(6) == 0 ? "é" : $"{(char)('a' + random.Next(26))}";
        edit.Insert(text, index, word);
        if (random.Next(4) == 0) edit.Format(text, index, word.Length, new JsonObject { ["b"] = random.Next(2) == 0 ? true : null });
        return before.Insert(index, word);
    }

    /// <summary>As an editor does: an element, in it a text, and an attribute.</summary>
    static void WriteParagraph(DocumentEdit edit, Document peer, Random random)
    {
        var xml = SharedRef.Xml("default");
        var element = edit.InsertType(xml, random.Next(peer.LengthOf(xml) + 1), SharedKind.XmlElement, "p");
        edit.Insert(edit.InsertType(element, 0, SharedKind.XmlText), 0, "new");
        if (random.Next(2) == 0) edit.Set(element, "level", random.Next(3));
    }

    static void Converge(Document[] peers, List<byte[]> said, Random random, string where)
    {
        foreach (var peer in peers)
        {
            foreach (var update in said.OrderBy(_ => random.Next())) Assert.True(peer.TryApply(update, out var fault), $"{where}: {fault}");
            Assert.False(peer.HasPending, where);
            Invariants.Check(peer.Store, where);
        }
        foreach (var peer in peers)
        {
            AreSame(peer.EncodeState(), peers[0].EncodeState(), $"{where}: peers differ");
            Assert.True(peer.ReadDelta(SharedRef.Text("t")) == peers[0].ReadDelta(SharedRef.Text("t")), where);
            Assert.True(peer.ReadProseMirror(SharedRef.Xml("default")) == peers[0].ReadProseMirror(SharedRef.Xml("default")), where);
        }
    }

    [Fact]
    public void A_change_that_throws_is_taken_back()
    {
        var document = new Document(new DocumentOptions { ClientId = 7 });
        var (text, map) = (SharedRef.Text("t"), SharedRef.Map("m"));
        document.Change(edit =>
        {
            edit.Insert(text, 0, "hello world", new JsonObject { ["b"] = true });
            edit.Set(map, "k", 1);
        });
        var before = document.EncodeState();
        Assert.Throws<ArgumentOutOfRangeException>(() => document.Change(edit =>
        {
            edit.Delete(text, 2, 4);
            edit.Insert(text, 0, "new");
            edit.Set(map, "k", 2);
            edit.Set(map, "other", 2);
            edit.InsertType(SharedRef.Array("a"), 0, SharedKind.Map);
            edit.Delete(text, 1000, 1);
        }));
        Invariants.Check(document.Store, "after");
        Assert.Equal(before, document.EncodeState());
        Assert.Equal("hello world", document.ReadText(text));
        Assert.Equal("{\"k\":1}", document.ReadJson(map));
    }

    [Fact]
    public void Who_wrote_what_is_known()
    {
        var (one, two) = (new Document(new DocumentOptions { ClientId = 1 }), new Document(new DocumentOptions { ClientId = 2 }));
        var text = SharedRef.Text("t");
        two.TryApply(one.Change(edit => edit.Insert(text, 0, "first last")), out _);
        var update = two.Change(edit => edit.Insert(text, 5, " middle"));
        one.TryApply(update, out _);
        Assert.Equal([new WrittenRange(0, 5, 1), new WrittenRange(5, 7, 2), new WrittenRange(12, 5, 1)], one.Authors(text));
        Assert.True(Update.TryRead(update, out var read, out _));
        Assert.Equal([2L], read.Ranges.ToArray().Select(range => range.ClientId));
    }
}
