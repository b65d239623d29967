using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>
/// A document comes to what yjs comes to, byte for byte, on random programs of several peers and over a network that loses order.
/// </summary>
public sealed class DocumentLikeYjs(Oracle yjs)
{
    const int Programs = 200;
    const int ProgramsInJson = 60;
    const int Steps = 60;

    [Fact]
    public void Updates_in_any_order_make_the_document_that_yjs_makes()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++) ApplyDisturbed(seed);
    }

    internal void ApplyDisturbed(int seed)
    {
        var random = new Random(seed);
        var (updates, syncs) = yjs.Program(seed, Steps);
        var forgot = Check(random, Disturbed(random, updates, syncs), gc: random.Next(4) > 0, $"seed {seed}");
        Assert.False(forgot, $"seed {seed}: something is pending in yjs");
    }

    /// <summary>Cut where others insert and delete, in lists; under the keys of maps; and what is undefined.</summary>
    [Fact]
    public void Values_as_the_first_versions_wrote_them_make_the_document_that_yjs_makes()
    {
        for (var seed = 1; seed <= Night.Times(ProgramsInJson); seed++) ApplyInJson(seed);
    }

    internal void ApplyInJson(int seed)
    {
        var random = new Random(seed);
        var (updates, syncs) = yjs.Program(seed, Steps, inJson: true);
        Check(random, Disturbed(random, updates, syncs), gc: random.Next(4) > 0, $"seed {seed}, in JSON");
        Assert.True(ValuesInJson(updates) > 0, $"seed {seed}: nothing in JSON");
    }

    static int ValuesInJson(byte[][] updates) => updates.Sum(update =>
        UpdateParts.TryRead(update, out var parts) ? parts.Sections.Sum(section => section.Structs.Count(part => part.Kind == StructKind.Json)) : 0);

    /// <summary>Each update at least once, some twice, mostly near their turn; then all again, because yjs forgets some of what is early.</summary>
    static byte[][] Disturbed(Random random, byte[][] updates, byte[][] syncs)
    {
        var span = random.Next(4) switch { 0 => 1, 1 => 5, 2 => 40, _ => updates.Length };
        byte[][] all = [.. updates, .. updates.Where(_ => random.Next(5) == 0), .. syncs.Where(_ => random.Next(3) == 0)];
        var order = all.Select((update, i) => (Update: update, At: i % updates.Length + random.Next(span))).OrderBy(pair => pair.At);
        return [.. order.Select(pair => pair.Update), .. updates];
    }

    /// <summary>In order, because yjs tidies once after all that had to wait, and we each time something did not.</summary>
    [Fact]
    public void A_document_that_tidies_deletes_the_marks_that_yjs_deletes()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++) ApplyAndTidy(seed);
    }

    internal void ApplyAndTidy(int seed)
    {
        var updates = Untidied(new Random(seed));
        Check(new Random(seed), updates, gc: true, $"seed {seed}", tidies: true);
        var (tidy, told) = (new Document(new DocumentOptions { TidiesFormats = true }), new Document());
        foreach (var update in updates)
        {
            Assert.True(tidy.TryApply(update, out _) && told.TryApply(update, out _) && told.TryApply(tidy.Tidied.Span, out _));
            Assert.True(tidy.EncodeState().AsSpan().SequenceEqual(told.EncodeState()), $"seed {seed}: what it tidied is not what it says");
        }
    }

    /// <summary>Updates of peers that format one text, hear of each other late, and tidy nothing.</summary>
    static byte[][] Untidied(Random random)
    {
        Document[] peers = [.. Enumerable.Range(1, 3).Select(id => new Document(new DocumentOptions { ClientId = id }))];
        var (text, heard, updates) = (SharedRef.Text("t"), new int[peers.Length], new List<byte[]>());
        for (var step = 0; step < Steps; step++)
        {
            var at = random.Next(peers.Length);
            for (var upTo = heard[at] + random.Next(updates.Count - heard[at] + 1); heard[at] < upTo; heard[at]++)
                Assert.True(peers[at].TryApply(updates[heard[at]], out _));
            updates.Add(peers[at].Change(edit =>
            {
                var length = peers[at].LengthOf(text);
                var index = random.Next(length + 1);
                var span = Math.Min(1 + random.Next(6), length - index);
                var formats = new JsonObject { [random.Next(2) == 0 ? "b" : "i"] = random.Next(3) == 0 ? null : true };
                if (span == 0 || random.Next(3) == 0) edit.Insert(text, index, "abc", random.Next(2) == 0 ? formats : null);
                else if (random.Next(2) == 0) edit.Format(text, index, span, formats);
                else edit.Delete(text, index, span);
            }));
        }
        return [.. updates];
    }

    bool Check(Random random, byte[][] updates, bool gc, string where, bool tidies = false)
    {
        var document = new Document(new DocumentOptions { CollectsGarbage = gc, TidiesFormats = tidies });
        foreach (var update in updates) Assert.True(document.TryApply(update, out var fault), $"{where}: {fault}");
        return IsWhatYjsMakes(yjs, document, random, updates, where);
    }

    /// <summary>What a document holds is what one of yjs holds that these updates come to, in this order.</summary>
    /// <returns>Whether yjs had to be told again of something that came too early.</returns>
    internal static bool IsWhatYjsMakes(Oracle yjs, Document document, Random random, byte[][] updates, string where)
    {
        var (gc, tidies) = (document.Options.CollectsGarbage, document.Options.TidiesFormats);
        Assert.False(document.HasPending, where);
        Invariants.Check(document.Store, where);
        var ours = document.EncodeState();
        ClientClock[] held = [.. document.StateVector().Where(_ => random.Next(5) > 0)
            .Select(entry => entry with { Clock = random.NextInt64(entry.Clock + 1) })];
        var answer = yjs.Ask(new { ask = "document", updates, gc, tidies, ours, vector = ClientClocks.Encode(held) });
        Assert.False((bool)answer["pending"]!, $"{where}: something is pending in yjs");
        Same((string)answer["vector"]!, document.EncodeStateVector(), $"{where}: state vector");
        Assert.True(Update.TryRead(ours, out var state, out _));
        var deletes = answer["deletes"]!.AsArray().Select(row => new DeleteRange((long)row![0]!, (long)row[1]!, (long)row[2]!));
        Assert.True(deletes.SequenceEqual(state.Deletes.ToArray()), $"{where}: delete set");
        Alike.Types(answer["types"]!, document, where);
        Same((string)answer["again"]!, Loaded(ours, gc: true).EncodeState(), $"{where}: state of a fresh document");
        Same((string)answer["diff"]!, Loaded(ours, gc: true).EncodeState(held), $"{where}: difference");
        Same((string)answer["whole"]!, gc ? ours : Loaded(ours, gc: true).EncodeState(), $"{where}: state");
        return (bool)answer["forgot"]!;
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
