namespace Annotate.Text.Tests;

/// <summary>What an update changed is what yjs' events say; both formats and relative positions are what yjs makes of them.</summary>
public sealed class ChangesLikeYjs(Oracle yjs)
{
    const int Programs = 200;
    const int Steps = 60;

    static Document Loaded(byte[] state)
    {
        Assert.True(Document.TryLoad(state, out var document, out var fault), fault.ToString());
        return document;
    }

    /// <summary>A state in the middle of a program, and what came to it later.</summary>
    (byte[] Before, byte[] Update) Cut(int seed, Random random)
    {
        var (updates, _) = yjs.Program(seed, Steps);
        var document = new Document();
        var cut = random.Next(updates.Length);
        foreach (var update in updates.Take(cut)) document.TryApply(update, out _);
        var before = Loaded(new StateWriter(document.Store).Write([]));
        var held = before.StateVector();
        foreach (var update in updates) document.TryApply(update, out _);
        return (before.EncodeState(), document.EncodeState(held));
    }

    [Fact]
    public void Changes_are_what_the_events_of_yjs_say()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var (before, update) = Cut(seed, new Random(seed));
            var document = Loaded(before);
            Assert.True(document.TryApply(update, out var changes, out var fault), fault.ToString());
            var theirs = yjs.Ask(new { ask = "changes", before, update });
            foreach (var (name, root) in new[] { ("t", "t"), ("a", "a"), ("x", "default"), ("m", "m") })
            {
                var change = changes.SingleOrDefault(change => change.Type.Root == root);
                var where = $"seed {seed}, {root}";
                if (theirs[name] is null) Assert.True(change is null, $"{where}: yjs says nothing");
                else if (name == "m") Assert.Equal(theirs[name]!.AsArray().Select(key => (string)key!).Order(), change!.Keys.Order());
                else Alike.Json(theirs[name]!, (name == "t" ? change!.TextDelta : change!.ListDelta)!, where);
            }
        }
    }

    [Fact]
    public void Format_2_is_what_yjs_makes_of_it()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var (updates, syncs) = yjs.Program(seed, Steps);
            byte[][] all = [.. updates, .. syncs];
            var document = new Document();
            foreach (var update in updates.Concat(updates)) Assert.True(document.TryApply(update, out _));
            var state = document.EncodeState();
            ReadOnlyMemory<byte>[] seconds = [.. all.Select(bytes => (ReadOnlyMemory<byte>)Second(bytes))];
            Assert.True(UpdateFormat2.TryMerge(seconds, out var merged));
            var vector = ClientClocks.Encode([.. document.StateVector().Select(entry => entry with { Clock = entry.Clock / 2 })]);
            Assert.True(UpdateFormat2.TryDiff(Second(state), vector, out var diff));
            var answer = yjs.Ask(new { ask = "formats", updates = all, state, merged, diff, vector });
            Assert.True((bool)answer["merged"]!, $"seed {seed}: merge of format 2");
            Assert.True((bool)answer["diff"]!, $"seed {seed}: difference of format 2");
            Assert.True(UpdateFormat2.TryStateVectorOf(merged, out var held));
            Same((string)answer["vector"]!, held, $"seed {seed}: state vector of format 2");
            for (var i = 0; i < all.Length; i++)
            {
                // Yjs, when it turns one format into the other, drops a bit that has no meaning beside an origin; we copy it. So this is what
                // yjs wrote.
                var written = Convert.FromBase64String((string)answer["first"]![i]!);
                Assert.True(Update.TryRead(written, out var first, out _));
                var second = UpdateFormat2.Write(first);
                Same((string)answer["second"]![i]!, second, $"seed {seed}, update {i}, to format 2");
                Assert.True(UpdateFormat2.TryRead(second, out var again, out var fault), $"seed {seed}, update {i}: {fault}");
                Assert.True(written.AsSpan().SequenceEqual(again.Bytes.Span), $"seed {seed}, update {i}, to format 1");
            }
            Assert.True(Update.TryRead(state, out var whole, out _));
            Same((string)answer["state"]!, UpdateFormat2.Write(whole), $"seed {seed}: state");
        }
    }

    static byte[] Second(byte[] first)
    {
        Assert.True(Update.TryRead(first, out var update, out var fault), fault.ToString());
        return UpdateFormat2.Write(update);
    }

    static void Same(string theirs, byte[] ours, string where) =>
        Assert.True(theirs == Convert.ToBase64String(ours), $"{where}:\nyjs  {theirs}\nours {Convert.ToBase64String(ours)}");

    [Fact]
    public void Relative_positions_are_those_of_yjs()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var random = new Random(seed);
            var (before, update) = Cut(seed, random);
            var document = Loaded(before);
            var text = SharedRef.Text("t");
            var places = Enumerable.Range(0, 12)
                .Select(_ => new { index = random.Next(document.LengthOf(text) + 1), association = random.Next(3) - 1 }).ToArray();
            var positions = places.Select(place =>
            {
                Assert.True(document.TryPositionAt(text, place.index, place.association, out var position));
                return position;
            }).ToArray();
            Assert.True(document.TryApply(update, out _));
            var answer = yjs.Ask(new { ask = "positions", state = before, update, places });
            for (var i = 0; i < places.Length; i++)
            {
                var where = $"seed {seed}, {places[i]}";
                Same((string)answer["bytes"]![i]!, positions[i].Encode(), where);
                Assert.True(RelativePosition.TryRead(positions[i].Encode(), out var read) && read == positions[i], where);
                var found = document.TryIndexOf(read, out _, out var index);
                var theirs = (int?)answer["indexes"]![i];
                Assert.True(theirs == (found ? index : null), $"{where}: yjs {theirs}, ours {found} {index}");
            }
        }
    }
}
