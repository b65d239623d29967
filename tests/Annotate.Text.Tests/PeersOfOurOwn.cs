using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>
/// A simulated network of our own documents: what was said arrives late, twice, out of order, and in pieces. No yjs takes part.
/// </summary>
public sealed class PeersOfOurOwn
{
    const int Networks = 150;
    const int Steps = 120;

    [Fact]
    public void Peers_come_to_the_same_document_and_lose_no_character()
    {
        for (var seed = 1; seed <= Night.Times(Networks); seed++) Run(seed);
    }

    static void Run(int seed)
    {
        var random = new Random(seed);
        var peers = Enumerable.Range(0, 2 + random.Next(4))
            .Select(i => new DocumentOptions { ClientId = 1 + i + i * random.Next(1, 100_000), CollectsGarbage = random.Next(4) > 0 })
            .DistinctBy(options => options.ClientId).Select(options => new Document(options)).ToArray();
        var said = new List<byte[]>();
        for (var step = 0; step < Steps; step++)
        {
            var peer = peers[random.Next(peers.Length)];
            var where = $"seed {seed}, step {step}";
            switch (random.Next(5))
            {
                case 0 or 1:
                    said.Add(Write(peer, random, where));
                    break;
                case 2 when said.Count > 0:
                    Assert.True(peer.TryApply(said[random.Next(said.Count)], out var fault), $"{where}: {fault}");
                    break;
                case 3 when said.Count > 1:
                    var some = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => (ReadOnlyMemory<byte>)said[random.Next(said.Count)]);
                    Assert.True(Updates.TryMerge([.. some], out var merged));
                    Assert.True(peer.TryApply(merged, out fault), $"{where}: {fault}");
                    break;
                default:
                    var other = peers[random.Next(peers.Length)];
                    Assert.True(peer.TryApply(other.EncodeState(peer.StateVector()), out fault), $"{where}: {fault}");
                    break;
            }
            Invariants.Check(peer.Store, where);
        }
        Converge(peers, said, random, $"seed {seed}");
    }

    static byte[] Write(Document peer, Random random, string where)
    {
        var text = SharedRef.Text("t");
        var before = peer.ReadText(text);
        var expected = before;
        var length = before.Length;
        var update = peer.Change(edit =>
        {
            var index = random.Next(length + 1);
            if (random.Next(3) == 0 && index < length)
            {
                var span = Math.Min(1 + random.Next(6), length - index);
                edit.Delete(text, index, span);
                expected = before.Remove(index, span);
            }
            else
            {
                var word = random.Next(6) == 0 ? "漢字" : random.Next(6) == 0 ? "é" : $"{(char)('a' + random.Next(26))}";
                edit.Insert(text, index, word);
                expected = before.Insert(index, word);
                if (random.Next(4) == 0) edit.Format(text, index, word.Length, new JsonObject { ["b"] = random.Next(2) == 0 ? true : null });
            }
            if (random.Next(8) == 0) edit.Set(SharedRef.Map("m"), "k", random.Next(9));
            if (random.Next(8) == 0) edit.Insert(SharedRef.Array("a"), 0, [random.Next(9)]);
        });
        Assert.True(expected == peer.ReadText(text), $"{where}: the text is {peer.ReadText(text)}, not {expected}");
        return update;
    }

    static void Converge(Document[] peers, List<byte[]> said, Random random, string where)
    {
        foreach (var peer in peers)
        {
            foreach (var update in said.OrderBy(_ => random.Next())) Assert.True(peer.TryApply(update, out var fault), $"{where}: {fault}");
            Assert.False(peer.HasPending, where);
            Invariants.Check(peer.Store, where);
        }
        var states = peers.Select(peer =>
        {
            Assert.True(Document.TryLoad(peer.EncodeState(), out var loaded, out _));
            return Convert.ToBase64String(loaded.EncodeState());
        }).ToArray();
        Assert.All(states, state => Assert.True(state == states[0], $"{where}: peers differ"));
        Assert.All(peers, peer => Assert.True(peer.ReadDelta(SharedRef.Text("t")) == peers[0].ReadDelta(SharedRef.Text("t")), where));
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
