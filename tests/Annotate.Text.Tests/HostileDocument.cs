using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>Updates made to hurt a document: too deep, too much work, too many roots, circles, what never comes.</summary>
public sealed partial class HostileDocument(Oracle yjs)
{
    static void Id(ref ByteWriter writer, long client, long clock)
    {
        writer.Uint(client);
        writer.Uint(clock);
    }

    static void Section(ref ByteWriter writer, int structs, long client, long clock = 0)
    {
        writer.Uint(structs);
        Id(ref writer, client, clock);
    }

    static void RootText(ref ByteWriter writer, string root)
    {
        writer.Byte((byte)StructKind.String);
        writer.Byte(1);
        writer.Text(root);
        writer.Text("x");
    }

    static Document Begun(out byte[] state)
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit =>
        {
            edit.Insert(SharedRef.Text("t"), 0, "words that stay, é and 漢字");
            edit.Set(SharedRef.Map("m"), "k", 1);
        });
        document.Change(edit => edit.Delete(SharedRef.Text("t"), 3, 2));
        state = document.EncodeState();
        return document;
    }

    static void IsRefused(Document document, byte[] state, byte[] update, UpdateFault expected)
    {
        var spent = Spent.Begin();
        Assert.False(document.TryApply(update, out var fault));
        // Made to come right up to the limit of work: half a second, and several times that on a core that others share.
        var seconds = spent.Check(() => $"{expected}", 4 * Spent.SecondsMax);
        TestContext.Current.SendDiagnosticMessage($"{expected} after {seconds:f2} s");
        Assert.Equal(expected, fault);
        Invariants.Check(document.Store, $"{fault}");
        Assert.Equal(state, document.EncodeState());
        Assert.False(document.HasPending);
        Assert.True(document.TryApply(document.Change(edit => edit.Insert(SharedRef.Text("t"), 0, "on")), out _));
    }

    /// <summary>Reading types calls itself as deep as they nest: without a limit a few kilobytes end the process.</summary>
    [Fact]
    public void Types_that_nest_too_deep_are_refused_whole()
    {
        const int Depth = 100_000;
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, Depth, 9);
        for (var clock = 0; clock < Depth; clock++)
        {
            writer.Byte((byte)StructKind.Type);
            writer.Byte(clock == 0 ? (byte)1 : (byte)0);
            if (clock == 0) writer.Text("x");
            else Id(ref writer, 9, clock - 1);
            writer.Uint((int)SharedKind.Array);
        }
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Depth);
    }

    /// <summary>
    /// One writer, whose structs all stand at the start and each before another: to place one, all before it are passed. Yjs takes minutes.
    /// </summary>
    [Fact]
    public void Work_that_grows_with_the_square_is_refused_whole()
    {
        const int Structs = 40_000;
        var writer = new ByteWriter(64);
        writer.Uint(2);
        Section(ref writer, Structs, 9);
        for (var clock = 0; clock < Structs; clock++)
        {
            writer.Byte((byte)StructKind.String | 0x40);
            Id(ref writer, 8, clock);
            writer.Text("x");
        }
        Section(ref writer, 1, 8);
        writer.Byte((byte)StructKind.String);
        writer.Byte(1);
        writer.Text("t");
        writer.Text(new string('y', Structs));
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Work);
    }

    /// <summary>Each struct at the start passes a long chain, and looks up where each of its links builds on.</summary>
    [Fact]
    public void Work_that_looks_things_up_is_refused_whole()
    {
        const int Links = 20_000, Writers = 100, FirstWriter = 10, Structs = 2_000;
        var writer = new ByteWriter(64);
        writer.Uint(Writers + 1);
        Section(ref writer, Structs, 9_000);
        // The first builds on the last link, so that all links are there before.
        writer.Byte((byte)StructKind.String | 0x80);
        Id(ref writer, FirstWriter + Writers - 1, Links / Writers - 1);
        writer.Text("x");
        for (var clock = 1; clock < Structs; clock++) RootText(ref writer, "t");
        for (var number = Writers - 1; number >= 0; number--)
        {
            Section(ref writer, Links / Writers, FirstWriter + number);
            for (var clock = 0; clock < Links / Writers; clock++)
            {
                // The links go around among the writers, so that no two are one run.
                var isFirst = number == 0 && clock == 0;
                writer.Byte((byte)((int)StructKind.String | (isFirst ? 0 : 0x80)));
                if (isFirst) writer.Bytes([1, 1, (byte)'t']);
                else Id(ref writer, FirstWriter + (number == 0 ? Writers : number) - 1, number == 0 ? clock - 1 : clock);
                writer.Text("x");
            }
        }
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Work);
    }

    /// <summary>One long array, cut at each of its ends in turn: each cut reads all that is left of it.</summary>
    [Fact]
    public void Cutting_one_array_over_and_over_is_refused_whole()
    {
        const int Elements = 50_000;
        var writer = new ByteWriter(64);
        writer.Uint(2);
        Section(ref writer, Elements - 1, 9);
        for (var clock = Elements - 2; clock >= 0; clock--)
        {
            writer.Byte((byte)StructKind.Any | 0x80);
            Id(ref writer, 8, clock);
            writer.Uint(1);
            writer.Byte(AnyValues.Null);
        }
        Section(ref writer, 1, 8);
        writer.Byte((byte)StructKind.Any);
        writer.Byte(1);
        writer.Text("a");
        writer.Uint(Elements);
        for (var i = 0; i < Elements; i++) writer.Byte(AnyValues.Null);
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Work);
    }

    [Fact]
    public void Too_many_root_types_are_refused_whole()
    {
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, Limits.DocumentRootsMax, 9);
        for (var i = 0; i < Limits.DocumentRootsMax; i++) RootText(ref writer, $"root {i}");
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.TooLarge);
    }

    [Fact]
    public void Clocks_beyond_what_a_document_counts_are_refused_whole()
    {
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, 1, 9);
        writer.Byte((byte)StructKind.Collected);
        writer.Uint(1L << 31);
        writer.Byte(0);
        var document = Begun(out var state);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Number);
    }

    /// <summary>Two clients whose structs build on each other: neither can ever be placed, and nothing waits for them in a loop.</summary>
    [Fact]
    public void Structs_that_build_on_each_other_stay_pending()
    {
        var writer = new ByteWriter(64);
        writer.Uint(2);
        foreach (var (own, other) in new[] { (9, 8), (8, 9) })
        {
            Section(ref writer, 1, own);
            writer.Byte((byte)StructKind.String | 0x80);
            Id(ref writer, other, 0);
            writer.Text("x");
        }
        writer.Byte(0);
        var document = Begun(out var state);
        Assert.True(document.TryApply(writer.ToArray(), out _));
        Assert.True(document.HasPending);
        var text = document.ReadText(SharedRef.Text("t"));
        Assert.Equal(text, Reload(state).ReadText(SharedRef.Text("t")));
        Assert.Equal(Reload(state).StateVector(), document.StateVector());
    }

    static Document Reload(byte[] state)
    {
        Assert.True(Document.TryLoad(state, out var document, out _));
        return document;
    }

    /// <summary>A few bytes of format 2 that announce millions of equal structs.</summary>
    [Fact]
    public void Format_2_does_not_grow_without_bounds()
    {
        var info = new byte[] { 0 };
        var lengths = new ByteWriter(16);
        SignedNumber.Write(ref lengths, 1, isNegative: true);
        lengths.Uint(Limits.UpdateStructsMax);
        var clients = new byte[] { 9 };
        var writer = new ByteWriter(64);
        writer.Uint(0);
        foreach (var column in new[] { [], clients, [], [], info, [0], [], [], lengths.ToArray() }) writer.Blob(column);
        writer.Uint(1);
        writer.Uint(Limits.UpdateStructsMax);
        writer.Uint(0);
        writer.Uint(0);
        var bytes = writer.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(UpdateFormat2.TryRead(bytes, out _, out var fault));
        Assert.Equal(UpdateFault.TooLarge, fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    /// <summary>What waits for something that never comes is bounded; what waits for nothing is taken all the same.</summary>
    [Fact]
    public void What_is_pending_is_bounded()
    {
        static byte[] Waiting(long client)
        {
            var writer = new ByteWriter(64);
            writer.Uint(1);
            Section(ref writer, 1, client, clock: 5);
            writer.Byte((byte)StructKind.String | 0x80);
            Id(ref writer, client, 4);
            writer.Text(new string('x', Limits.PendingBytesMax / 3));
            writer.Byte(0);
            return writer.ToArray();
        }

        var document = Begun(out _);
        Assert.True(document.TryApply(Waiting(10), out _) && document.TryApply(Waiting(11), out _));
        Assert.False(document.TryApply(Waiting(12), out var fault));
        Assert.Equal(UpdateFault.TooLarge, fault);
        var other = new Document(new DocumentOptions { ClientId = 3 });
        var large = new string('y', Limits.PendingBytesMax / 2);
        Assert.True(document.TryApply(other.Change(edit => edit.Insert(SharedRef.Text("t"), 0, large)), out _));
        Assert.EndsWith("yyy", document.ReadText(SharedRef.Text("t")), StringComparison.Ordinal);
    }

    /// <summary>Each of the ranges passes over all items, if they are taken one by one.</summary>
    [Fact]
    public void Deletions_that_overlap_take_no_longer_than_others()
    {
        const int Count = 50_000;
        var document = new Document(new DocumentOptions { ClientId = 9 });
        document.Change(edit => edit.Insert(SharedRef.Text("t"), 0, new string('x', Count * 2)));
        var others = new ByteWriter(64);
        others.Uint(0);
        others.Uint(1);
        others.Uint(9);
        others.Uint(Count);
        for (var i = 0; i < Count; i++) Id(ref others, i * 2, 1);
        Assert.True(document.TryApply(others.ToArray(), out _));
        var writer = new ByteWriter(64);
        writer.Uint(0);
        writer.Uint(1);
        writer.Uint(9);
        writer.Uint(Count);
        for (var i = 0; i < Count; i++) Id(ref writer, 0, Count * 2 - 1 - i % 2);
        var update = writer.ToArray();
        var spent = Spent.Begin();
        Assert.True(document.TryApply(update, out _));
        spent.Check(() => "overlapping deletions");
        Assert.Equal(1, document.LengthOf(SharedRef.Text("t")));
        Invariants.Check(document.Store, "overlapping deletions");
    }

    /// <summary>Types nest as deep as they may: reading them goes that deep, and writing JSON twice.</summary>
    [Fact]
    public void What_nests_as_deep_as_it_may_is_read()
    {
        var document = new Document(new DocumentOptions { ClientId = 9 });
        document.Change(edit =>
        {
            var into = SharedRef.Xml("x");
            for (var depth = 0; depth < Limits.NestingMax; depth++) into = edit.InsertType(into, 0, SharedKind.XmlElement, "p");
            edit.Set(into, "value", JsonNode.Parse(new string('[', Limits.ValueDepthMax - 1) + new string(']', Limits.ValueDepthMax - 1)));
        });
        Assert.StartsWith("""{"type":"doc","content":[{"type":"p","content":[""", document.ReadProseMirror(SharedRef.Xml("x")), StringComparison.Ordinal);
        Assert.StartsWith("<p><p>", document.ReadXml(SharedRef.Xml("x")), StringComparison.Ordinal);
        document.ReadJson(SharedRef.Array("x"));
    }

    /// <summary>Whoever reads a root type takes it for something; whoever writes it may put in something else, as much as they like.</summary>
    [Fact]
    public void A_long_text_or_array_is_read_as_xml_in_linear_time()
    {
        const int Length = 200_000;
        var document = new Document(new DocumentOptions { ClientId = 9 });
        document.Change(edit => edit.Insert(SharedRef.Text("t"), 0, new string('x', Length)));
        document.Change(edit => edit.Insert(SharedRef.Array("a"), 0, [.. Enumerable.Repeat<JsonNode?>(null, Length)]));
        var spent = Spent.Begin();
        Assert.Equal(new string('x', Length), document.ReadXml(SharedRef.Xml("t")));
        Assert.Equal(Length * 4, document.ReadXml(SharedRef.Xml("a")).Length);
        spent.Check(() => "read as XML");
    }

    /// <summary>JavaScript writes half a surrogate pair into JSON as an escape, and reads it again. .NET throws.</summary>
    [Theory]
    [InlineData("""{"bold":"\ud83d"}""", """{"bold":"\udc4dx"}""", "\uFFFD")]
    [InlineData("""{"\ud83d":"a"}""", """{"\udc4d":"a"}""", "a")]
    public void Halves_of_pairs_in_json_are_read(string mark, string other, string shown)
    {
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, 4, 9);
        var clock = 0;
        foreach (var json in new[] { mark, other, mark, $"[{mark},\"\\ud83d\\udc4d\\\\ud83d\"]" })
        {
            writer.Byte((byte)((clock < 3 ? (int)StructKind.Format : (int)StructKind.Embed) | (clock > 0 ? 0x80 : 0)));
            if (clock > 0) Id(ref writer, 9, clock - 1);
            else writer.Bytes([1, 1, (byte)'t']);
            if (clock++ < 3) writer.Text("b");
            writer.Text(json);
        }
        writer.Byte(0);
        var document = new Document(new DocumentOptions { TidiesFormats = true });
        Assert.True(document.TryApply(writer.ToArray(), out TypeChange[] _, out var fault), fault.ToString());
        Assert.Contains(shown, document.ReadXml(SharedRef.OfRoot("t", SharedKind.XmlText)), StringComparison.Ordinal);
        Assert.Contains("👍\\ud83d", document.ReadXml(SharedRef.OfRoot("t", SharedKind.XmlText)), StringComparison.Ordinal);
        document.ReadDelta(SharedRef.Text("t"));
        Assert.True(Update.TryRead(document.EncodeState(), out var state, out _));
        Assert.True(UpdateFormat2.TryRead(UpdateFormat2.Write(state), out _, out _));
    }

    /// <summary>A pair that is cut becomes two replacement characters; if the update is refused in the end, it is whole again.</summary>
    [Fact]
    public void A_refused_update_leaves_no_pair_cut()
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit => edit.Insert(SharedRef.Text("t"), 0, "a👍b👍漢"));
        var state = document.EncodeState();
        var writer = new ByteWriter(64);
        writer.Uint(1);
        Section(ref writer, Limits.NestingMax + 3, 9);
        foreach (var clock in new[] { 1, 4 })
        {
            // Right in the middle of a pair.
            writer.Byte((byte)StructKind.String | 0x80);
            Id(ref writer, 1, clock);
            writer.Text("x");
        }
        for (var depth = 0; depth <= Limits.NestingMax; depth++)
        {
            writer.Byte((byte)StructKind.Type);
            writer.Byte(depth == 0 ? (byte)1 : (byte)0);
            if (depth == 0) writer.Text("deep");
            else Id(ref writer, 9, depth + 1);
            writer.Uint((int)SharedKind.Array);
        }
        writer.Byte(0);
        IsRefused(document, state, writer.ToArray(), UpdateFault.Depth);
        Assert.Equal("ona👍b👍漢", document.ReadText(SharedRef.Text("t")));
    }

    /// <summary>What was taken back had content behind that of its writer's last item: what comes next does not follow on that.</summary>
    [Fact]
    public void Elements_that_come_after_others_were_taken_back_are_read()
    {
        var array = SharedRef.Array("a");
        var writer = new Document(new DocumentOptions { ClientId = 9 });
        var first = writer.Change(edit => edit.Insert(array, 0, 1, 2));
        var taken = writer.Change(edit => edit.Insert(array, 2, [JsonValue.Create("something long that is taken back")]));
        var other = new Document(new DocumentOptions { ClientId = 9 });
        other.TryApply(first, out _);
        var second = other.Change(edit => edit.Insert(array, 2, true, false));
        var document = new Document();
        document.TryApply(first, out _);
        Assert.True(Update.TryRead(taken, out var proposed, out _) && document.TryPropose(proposed, out _));
        document.TakeBack();
        Assert.True(document.TryApply(second, out _));
        Invariants.Check(document.Store, "after taking back");
        Assert.Equal("[1,2,true,false]", document.ReadJson(array));
        Assert.Equal(other.EncodeState(), document.EncodeState());
    }

    /// <summary>If they stayed, updates that are refused could use up all the root types that a document may have.</summary>
    [Fact]
    public void Root_types_of_what_was_taken_back_are_gone()
    {
        var document = Begun(out var state);
        var roots = document.Roots.ToArray();
        var other = new Document(new DocumentOptions { ClientId = 9 });
        other.TryApply(state, out _);
        var update = other.Change(edit =>
        {
            edit.Insert(SharedRef.Text("new"), 0, "x");
            edit.Set(SharedRef.Map("newer"), "k", 1);
            edit.Insert(SharedRef.Text("t"), 0, "x");
        });
        Assert.True(Update.TryRead(update, out var proposed, out _) && document.TryPropose(proposed, out _));
        Assert.Contains("newer", document.Roots);
        document.TakeBack();
        Assert.Equal(roots, document.Roots);
        Assert.True(document.TryApply(update, out _));
        Assert.Equal(other.EncodeState(), document.EncodeState());
        Assert.Equal("x", document.ReadText(SharedRef.Text("new")));
    }
}
