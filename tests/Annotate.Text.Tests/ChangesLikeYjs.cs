using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>What an update changed is what yjs' events say; both formats and relative positions are what yjs makes of them.</summary>
public sealed class ChangesLikeYjs(Oracle yjs)
{
    const int Programs = 200;
    const int Steps = 60;
    const int Pieces = 6;

    static Document Loaded(byte[] state)
    {
        Assert.True(Document.TryLoad(state, out var document, out var fault), fault.ToString());
        return document;
    }

    /// <summary>A state in the middle of a program, and what came to it later, in so many updates.</summary>
    (byte[] Before, byte[][] Updates) Cut(int seed, Random random, int pieces)
    {
        var (updates, _) = yjs.Program(seed, Steps);
        var document = new Document();
        var cut = random.Next(updates.Length);
        foreach (var update in updates.Take(cut)) document.TryApply(update, out _);
        var before = Loaded(new StateWriter(document.Store).Write([]));
        var later = new List<byte[]>();
        foreach (var piece in updates[cut..].Chunk((updates.Length - cut - 1) / pieces + 1))
        {
            var held = document.StateVector();
            foreach (var update in piece) Assert.True(document.TryApply(update, out _));
            later.Add(document.EncodeState(held));
        }
        return (before.EncodeState(), [.. later]);
    }

    [Fact]
    public void Changes_are_what_the_events_of_yjs_say()
    {
        var told = new Dictionary<SharedKind, int>();
        for (var seed = 1; seed <= Night.Times(Programs); seed++) ChangesOf(seed, told);
        foreach (var kind in new[] { SharedKind.Text, SharedKind.Array, SharedKind.Map, SharedKind.XmlElement, SharedKind.XmlText })
            Assert.True(told.GetValueOrDefault(kind) > Night.Times(Programs) / 20, $"{told.GetValueOrDefault(kind)} events of a nested {kind}");
        TestContext.Current.SendDiagnosticMessage($"changes of nested types: {string.Join(", ", told)}");
    }

    internal void ChangesOf(int seed, Dictionary<SharedKind, int> told)
    {
        var (before, updates) = Cut(seed, new Random(seed), Pieces);
        var document = Loaded(before);
        var answer = yjs.Ask(new { ask = "changes", before, updates });
        for (var i = 0; i < updates.Length; i++)
        {
            Assert.True(document.TryApply(updates[i], out var changes, out var fault), fault.ToString());
            AreToldAlike(answer["changes"]![i]!, changes, $"seed {seed}, update {i}");
            foreach (var change in changes.Where(change => change.Type.Root is null))
                told[change.Type.Kind] = told.GetValueOrDefault(change.Type.Kind) + 1;
        }
    }

    static void AreToldAlike(JsonNode theirs, TypeChange[] changes, string where)
    {
        foreach (var (name, root) in new[] { ("t", "t"), ("a", "a"), ("x", "default"), ("m", "m") })
        {
            var change = changes.SingleOrDefault(change => change.Type.Root == root);
            if (theirs[name] is null) Assert.True(change is null, $"{where}, {root}: yjs says nothing");
            else if (name == "m") Assert.Equal(theirs[name]!.AsArray().Select(key => (string)key!).Order(), change!.Keys.Order());
            else Alike.Json(theirs[name]!, (name == "t" ? change!.TextDelta : change!.ListDelta)!, $"{where}, {root}");
        }
        NestedAreToldAlike(theirs["nested"]!.AsObject(), changes, where);
    }

    /// <summary>The text of a section is in types within types, so what happens to those has to be told as well.</summary>
    static void NestedAreToldAlike(JsonObject theirs, TypeChange[] changes, string where)
    {
        var ours = changes.Where(change => change.Type.Root is null).ToDictionary(change => $"{change.Type.ClientId} {change.Type.Clock}");
        Assert.True(ours.Keys.Order().SequenceEqual(theirs.Select(told => told.Key).Order()),
            $"{where}: events of nested types\nyjs  {theirs.ToJsonString()}\nours {string.Join(", ", ours.Values)}");
        foreach (var (id, told) in theirs)
        {
            var (change, at) = (ours[id], $"{where}, {ours[id].Type}");
            var delta = change.Type.Kind is SharedKind.Text or SharedKind.XmlText ? change.TextDelta : change.ListDelta;
            Assert.True(told!["delta"] is null == delta is null, $"{at}: yjs {told.ToJsonString()}, ours {change}");
            if (delta is not null) Alike.Json(told["delta"]!, delta, at);
            Assert.Equal(told["keys"]!.AsArray().Select(key => (string)key!).Order(), change.Keys.Order());
        }
    }

    [Fact]
    public void Format_2_is_what_yjs_makes_of_it()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++) Format2Of(seed);
    }

    internal void Format2Of(int seed)
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
        var nested = 0;
        for (var seed = 1; seed <= Night.Times(Programs); seed++) nested += PositionsOf(seed);
        Assert.True(nested > Night.Times(Programs), $"only {nested} positions in nested types");
    }

    internal int PositionsOf(int seed)
    {
        var random = new Random(seed);
        var (before, updates) = Cut(seed, random, 1);
        var update = updates.Single();
        var document = Loaded(before);
        var places = Enumerable.Range(0, 12).Select(_ => PlaceIn(document, SharedRef.Text("t"), random))
            .Concat(Enumerable.Repeat(Lists(document).ToArray(), 24).Select(lists => PlaceIn(document, lists[random.Next(lists.Length)], random)))
            .ToArray();
        var positions = places.Select(place =>
        {
            Assert.True(document.TryPositionAt(place.Type, place.Index, place.Association, out var position));
            return position;
        }).ToArray();
        Assert.True(document.TryApply(update, out _));
        var asked = places.Select(place => new
        {
            type = new { root = place.Type.Root, clientId = place.Type.ClientId, clock = place.Type.Clock },
            index = place.Index,
            association = place.Association,
        });
        var answer = yjs.Ask(new { ask = "positions", state = before, update, places = asked });
        for (var i = 0; i < places.Length; i++)
        {
            var where = $"seed {seed}, {places[i]}";
            Same((string)answer["bytes"]![i]!, positions[i].Encode(), where);
            var written = Convert.FromBase64String((string)answer["bytes"]![i]!);
            Assert.True(RelativePosition.TryRead(written, out var read) && read == positions[i], where);
            var found = document.TryIndexOf(read, out var type, out var index);
            var theirs = (int?)answer["indexes"]![i];
            Assert.True(theirs == (found ? index : null), $"{where}: yjs {theirs}, ours {found} {index}");
            if (found) Assert.Equal((string?)answer["types"]![i], type!.Value.Root is null ? $"{type.Value.ClientId} {type.Value.Clock}" : null);
        }
        return places.Count(place => place.Type.Root is null);
    }

    sealed record Place(SharedRef Type, int Index, int Association);

    static Place PlaceIn(Document document, SharedRef type, Random random) => new(type, random.Next(document.LengthOf(type) + 1), random.Next(3) - 1);

    /// <summary>All texts and lists but the root text: fragments, elements, what is nested in an array and in those.</summary>
    static IEnumerable<SharedRef> Lists(Document document)
    {
        var open = new Stack<SharedRef>([SharedRef.Xml("default"), SharedRef.Array("a")]);
        while (open.TryPop(out var type))
        {
            if (type.Kind is not (SharedKind.Map or SharedKind.XmlHook)) yield return type;
            foreach (var child in document.TypesIn(type)) open.Push(child);
        }
    }
}
