namespace Annotate.Text.Tests;

/// <summary>Updates made to hurt a document: too deep, too much work, too many roots, circles, what never comes.</summary>
public sealed class HostileDocument
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
        Assert.False(document.TryApply(update, out var fault));
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
}
