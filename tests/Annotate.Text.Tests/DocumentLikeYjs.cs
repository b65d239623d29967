namespace Annotate.Text.Tests;

/// <summary>A document comes to what yjs comes to, byte for byte, on random programs of several peers and over a network that loses order.</summary>
public sealed class DocumentLikeYjs(Oracle yjs)
{
    const int Programs = 200;
    const int Steps = 60;

    [Fact]
    public void Updates_in_any_order_make_the_document_that_yjs_makes()
    {
        for (var seed = 1; seed <= Programs; seed++)
        {
            var random = new Random(seed);
            var (updates, syncs) = yjs.Program(seed, Steps);
            Check(random, Disturbed(random, updates, syncs), gc: random.Next(4) > 0, $"seed {seed}");
        }
    }

    /// <summary>Each update at least once, some twice, mostly near their turn; then all again, because yjs forgets some of what is early.</summary>
    static byte[][] Disturbed(Random random, byte[][] updates, byte[][] syncs)
    {
        var span = random.Next(4) switch { 0 => 1, 1 => 5, 2 => 40, _ => updates.Length };
        byte[][] all = [.. updates, .. updates.Where(_ => random.Next(5) == 0), .. syncs.Where(_ => random.Next(3) == 0)];
        byte[][] order = [.. all.Select((update, i) => (update, At: i % updates.Length + random.Next(span))).OrderBy(pair => pair.At).Select(pair => pair.update)];
        return [.. order, .. updates];
    }

    void Check(Random random, byte[][] updates, bool gc, string where)
    {
        var document = new Document(new DocumentOptions { CollectsGarbage = gc });
        foreach (var update in updates) Assert.True(document.TryApply(update, out var fault), $"{where}: {fault}");
        Assert.False(document.HasPending, where);
        Invariants.Check(document.Store, where);
        var ours = document.EncodeState();
        var held = document.StateVector().Where(_ => random.Next(5) > 0).Select(entry => entry with { Clock = random.NextInt64(entry.Clock + 1) }).ToArray();
        var answer = yjs.Ask(new { ask = "document", updates, gc, ours, vector = ClientClocks.Encode(held) });
        Same((string)answer["vector"]!, document.EncodeStateVector(), $"{where}: state vector");
        Alike.Types(answer["types"]!, document, where);
        Same((string)answer["again"]!, Loaded(ours, gc: true).EncodeState(), $"{where}: state of a fresh document");
        Same((string)answer["diff"]!, Loaded(ours, gc: true).EncodeState(held), $"{where}: difference");
        Same((string)answer["whole"]!, gc ? ours : Loaded(ours, gc: true).EncodeState(), $"{where}: state");
    }

    static Document Loaded(byte[] state, bool gc)
    {
        Assert.True(Document.TryLoad(state, out var document, out var fault, new DocumentOptions { CollectsGarbage = gc }), fault.ToString());
        return document;
    }

    static void Same(string theirs, byte[] ours, string where)
    {
        if (theirs != Convert.ToBase64String(ours)) Assert.Fail($"{where}:\nyjs  {theirs}\nours {Convert.ToBase64String(ours)}");
    }
}
