namespace Annotate.Text.Tests;

/// <content>Updates that put things where no editor puts them.</content>
public sealed partial class HostileDocument
{
    /// <summary>Yjs puts it into the list of the left one, where it stays until that list goes; loaded afterwards, it is gone.</summary>
    [Fact]
    public void What_stands_between_two_lists_is_refused_where_it_would_be_kept()
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit =>
        {
            edit.Insert(SharedRef.Text("t"), 0, "ab");
            edit.Insert(SharedRef.Text("u"), 0, "cd");
        });
        var state = document.EncodeState();
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, 1, 9);
        writer.Byte((byte)StructKind.String | 0x80 | 0x40);
        Id(ref writer, 1, 0);
        Id(ref writer, 1, 3);
        writer.Text("x");
        writer.Byte(0);
        Assert.True(Update.TryRead(writer.ToArray(), out var crossing, out _));
        Assert.Equal(Verdict.New, document.Check(crossing, out var fresh));
        Assert.False(document.TryPropose(fresh!, out var fault));
        Assert.Equal(UpdateFault.Reference, fault);
        Assert.Equal(state, document.EncodeState());
        Invariants.Check(document.Store, "refused");
        // What was kept before it was refused is taken in as ever, and so does whoever does what yjs does.
        Assert.True(document.TryReplay(crossing));
        Assert.Equal("abx", document.ReadText(SharedRef.Text("t")));
        Assert.Equal("cd", document.ReadText(SharedRef.Text("u")));
    }

    /// <summary>Nobody saw "a" and "b" side by side where "c" is known to stand between, but what is brought back by undoing may go there.</summary>
    [Fact]
    public void What_stands_between_two_that_never_stood_side_by_side_is_taken_and_known()
    {
        var document = new Document();
        Assert.True(TryPropose(document, Character(2, 0, 'a', null, null)));
        Assert.True(TryPropose(document, Character(2, 1, 'b', (2, 0), null)));
        Assert.True(TryPropose(document, Character(3, 0, 'c', (2, 0), null)));
        Assert.True(TryPropose(document, Character(4, 0, 'd', (2, 0), (2, 1))));
        Assert.False(document.MayReadOtherwise);
        foreach (var odd in new[] { Character(5, 0, 'e', null, (2, 1)), Character(5, 0, 'e', (2, 1), (2, 0)), Character(5, 0, 'e', (2, 0), (2, 0)) })
        {
            Assert.True(Document.TryLoad(document.EncodeState(), out var copy, out _));
            Assert.True(Update.TryRead(odd, out var update, out _) && copy.TryPropose(update, out _));
            Assert.True(copy.MayReadOtherwise);
            copy.TakeBack();
            Assert.False(copy.MayReadOtherwise);
            Assert.True(TryPropose(copy, odd));
            Assert.True(copy.MayReadOtherwise);
        }
    }

    /// <summary>
    /// A document that is not called odd says what it says when it is loaded. One that is says what yjs says once it is reloaded, the same however
    /// often it is reloaded, and in between; and whatever came first, unless something was put into a run that both its origins are in.
    /// </summary>
    [Fact]
    public void What_is_held_says_one_thing_when_it_is_loaded()
    {
        const int Documents = 10_000, AskedEvery = 50;
        var seed = Environment.TickCount;
        int odd = 0, inRuns = 0;
        for (var i = 0; i < Documents; i++)
        {
            var random = new Random(seed + i);
            var (updates, log) = OddUpdates(random);
            var (document, reloaded, backwards) = (new Document(), new Document(), new Document());
            foreach (var update in updates)
            {
                Assert.True(TryPropose(document, update) && TryPropose(reloaded, update));
                if (random.Next(3) == 0) reloaded = reloaded.Reloaded();
            }
            foreach (var update in Enumerable.Reverse(updates)) Assert.True(backwards.TryApply(update, out _));
            Assert.False(backwards.HasPending);
            var where = $"seed {seed + i}:{log}";
            var (live, later) = (ReadT(document), ReadT(document.Reloaded()));
            if (document.MayReadOtherwise) odd++;
            else Assert.True(live == later, $"{live} became {later}, {where}");
            Assert.True(later == ReadT(document.Reloaded().Reloaded()), $"{later} did not stay, {where}");
            Assert.True(later == ReadT(reloaded.Reloaded()), $"{later} became {ReadT(reloaded.Reloaded())}, {where}");
            if (HasRunPutInto(document)) inRuns++;
            else Assert.True(later == ReadT(backwards.Reloaded()), $"{later} and {ReadT(backwards.Reloaded())}, {where}");
            if (i % AskedEvery == 0) Assert.True(later == (string)yjs.Ask(new { ask = "read", state = document.EncodeState() })["s"]!, $"yjs, {where}");
        }
        Assert.InRange(odd, Documents / 10, Documents * 19 / 20);
        Assert.InRange(inRuns, 1, Documents * 9 / 10);
    }

    static bool HasRunPutInto(Document document)
    {
        var store = document.Store;
        foreach (var writer in store.Writers)
            for (var number = writer.First(); number != 0; number = writer.Next())
                if (store[number].IsSeam || IsBackwards(store[number])) return true;
        return false;
    }

    /// <summary>Several at once or one by one, and what goes on with something in the same update or later.</summary>
    [Fact]
    public void What_comes_is_placed_where_yjs_places_it()
    {
        var seed = Environment.TickCount;
        for (var i = 0; i < Night.Times(2_400); i++)
        {
            var random = new Random(seed + i);
            var (single, log) = OddUpdates(random);
            var updates = new List<byte[]>();
            for (var from = 0; from < single.Count;)
            {
                var count = Math.Min(single.Count - from, random.Next(1, 6));
                Assert.True(Updates.TryMerge([.. single.GetRange(from, count).Select(bytes => (ReadOnlyMemory<byte>)bytes)], out var merged));
                updates.Add(merged);
                from += count;
            }
            var document = new Document();
            foreach (var update in updates) Assert.True(document.TryApply(update, out _));
            var theirs = (string)yjs.Ask(new { ask = "text", updates })["text"]!;
            Assert.True(theirs == ReadT(document), $"seed {seed + i}, yjs {theirs}, ours {ReadT(document)}:{log}, in {string.Join(' ', updates.Select(Convert.ToBase64String))}");
        }
    }

    /// <summary>In yjs "c" is an item of its own until the transaction ends.</summary>
    [Fact]
    public void What_has_one_origin_on_both_sides_is_placed_where_yjs_places_it()
    {
        var document = new Document();
        Assert.True(document.TryApply(Convert.FromBase64String("AQMBAAQBAXQCYWKEAQEBY8QBAgECAWQA"), out _));
        Assert.Equal("abcd", ReadT(document));
    }

    /// <summary>
    /// Yjs has "ab" as one item once the first update is in, and cuts it for "e"; so "f" finds it cut. Here the two stayed apart, since "c" lies between
    /// two that it must not lie between when it is loaded: nothing is cut for "e".
    /// </summary>
    [Fact]
    public void What_stayed_apart_counts_as_cut_where_yjs_cuts_it()
    {
        var document = new Document();
        foreach (var update in new[] { "AQMBAAQBAXQBYYQBAAFixAEBAQEBYwA=", "AwEEAMQDAAEBAWUBAwCEAQIBZAECAMQBAQEBAWYA", "AQEDAYQDAAFnAA==" })
            Assert.True(document.TryApply(Convert.FromBase64String(update), out _));
        Assert.Equal("abcdgef", ReadT(document));
    }

    static bool IsBackwards(Item item) => item.OriginBy != Item.Nobody && item.OriginBy == item.RightOriginBy && item.RightOriginClock <= item.OriginClock;

    static string ReadT(Document document) => document.ReadText(SharedRef.Text("t"));

    /// <summary>Characters between any two others, some of them typed on to a run, some of them deleted.</summary>
    static (List<byte[]> Updates, string Log) OddUpdates(Random random)
    {
        const int CharactersMax = 10, Writers = 4;
        var updates = new List<byte[]>();
        var clocks = new int[Writers + 1];
        var held = new List<(int Client, int Clock)>();
        var log = "";
        var characters = random.Next(2, CharactersMax);
        for (var j = 0; j < characters; j++)
        {
            var client = random.Next(1, clocks.Length);
            var at = (Client: client, Clock: clocks[client]++);
            var goesOn = at.Clock > 0 && random.Next(2) == 0;
            (int, int)? left = goesOn ? (client, at.Clock - 1) : Any(), right = goesOn ? null : Any();
            updates.Add(Character(client, at.Clock, (char)('a' + j), left, right));
            log += $" {(char)('a' + j)}=({client}:{at.Clock}) between {left} and {right};";
            held.Add(at);
        }
        if (random.Next(2) == 0)
        {
            var gone = held[random.Next(held.Count)];
            var writer = new ByteWriter(16);
            writer.Uint(0);
            Deletes.Write(ref writer, [new DeleteRange(gone.Client, gone.Clock, gone.Clock + 1)]);
            updates.Add(writer.ToArray());
            log += $" without {gone}";
        }
        return (updates, log);

        (int, int)? Any() => held.Count > 0 && random.Next(4) > 0 ? held[random.Next(held.Count)] : null;
    }

    static bool TryPropose(Document document, byte[] bytes)
    {
        Assert.True(Update.TryRead(bytes, out var update, out var fault), fault.ToString());
        if (document.Check(update, out var fresh) != Verdict.New || !document.TryPropose(fresh!, out _)) return false;
        document.Accept();
        return true;
    }

    /// <summary>A character of the text "t" between two others; null for its start and its end.</summary>
    static byte[] Character(int client, int clock, char character, (int Client, int Clock)? left, (int Client, int Clock)? right)
    {
        var writer = new ByteWriter(32);
        writer.Uint(1);
        writer.Uint(1);
        writer.Uint(client);
        writer.Uint(clock);
        writer.Byte((byte)((byte)StructKind.String | (left is null ? 0 : StructReader.HasLeft) | (right is null ? 0 : StructReader.HasRight)));
        if (left is { } l) Id(ref writer, l.Client, l.Clock);
        if (right is { } r) Id(ref writer, r.Client, r.Clock);
        if (left is null && right is null) writer.Bytes([1, 1, (byte)'t']);
        writer.Text(character.ToString());
        writer.Byte(0);
        return writer.ToArray();
    }
}
