namespace Annotate.Text.Tests;

/// <summary>Work grows with the input, never with its square: counted in structs read again and in bytes allocated, not in time.</summary>
public sealed class Work
{
    /// <summary>An update of one client: text at the root, cut into structs of a given length.</summary>
    static Update Typed(long client, long from, int structs, int length)
    {
        var writer = new ByteWriter(64);
        writer.Uint(1);
        writer.Uint(structs);
        writer.Uint(client);
        writer.Uint(from);
        for (var i = 0; i < structs; i++)
        {
            writer.Bytes([0x04, 1, 1, (byte)'t']);
            writer.Blob(Enumerable.Repeat((byte)'x', length).ToArray());
        }
        writer.Byte(0);
        Assert.True(Update.TryRead(writer.ToArray(), out var update, out var fault), fault.ToString());
        return update;
    }

    static long AllocatedBy(Action work)
    {
        work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Updates_that_do_not_overlap_are_merged_without_reading_a_struct()
    {
        var updates = Enumerable.Range(0, 20_000).Select(i => Typed(1 + i % 997, i / 997 * 3, 1, 3)).ToArray();
        new Random(7).Shuffle(updates);
        Updates.Weaved(updates, [], out var read);
        Assert.Equal(0, read);
    }

    [Fact]
    public void Of_updates_that_overlap_no_struct_is_read_twice()
    {
        // Each begins one clock behind the one before and reaches as far: each is cut near its end.
        var updates = Enumerable.Range(0, 300).Select(i => Typed(5, i, 300, 1)).ToArray();
        Updates.Weaved(updates, [], out var read);
        Assert.InRange(read, 300, updates.Sum(update => (long)update.Ranges[0].Structs));
        // One long update covers all: the rest is dropped unread.
        Updates.Weaved([Typed(5, 0, 100_000, 1), .. updates], [], out read);
        Assert.Equal(0, read);
    }

    [Fact]
    public void Twice_as_many_updates_of_many_writers_take_about_twice_the_memory()
    {
        Update[] Of(int count) => [.. Enumerable.Range(0, count).Select(i => Typed(1 + i * 7919L % 50_021, 0, 1, 3))];
        var (some, many) = (Of(10_000), Of(20_000));
        Assert.InRange(AllocatedBy(() => Updates.Merge(many)) / (double)AllocatedBy(() => Updates.Merge(some)), 1, 3);
    }

    [Fact]
    public void A_text_takes_clients_and_deletions_in_memory_linear_in_their_number()
    {
        long Taken(int clients)
        {
            var merged = Updates.Merge([.. Enumerable.Range(1, clients).Select(i => Typed(i, 0, 1, 4))]);
            Assert.True(Update.TryRead(merged, out var update, out _));
            return AllocatedBy(() =>
            {
                var state = new TextState();
                Assert.Equal(Verdict.New, state.Check(update, out var fresh));
                Assert.True(state.Add(fresh!));
                Assert.Equal(clients, state.ClientCount);
            });
        }
        Assert.InRange(Taken(20_000) / (double)Taken(10_000), 1, 3);
    }

    [Fact]
    public void What_is_taken_back_again_and_again_leaves_nothing_in_memory()
    {
        const int Times = 200, Length = 64 * 1024;
        var document = new Document();
        Assert.True(document.TryApply(Typed(5, 0, 1, 10).Bytes.Span, out _));
        for (var i = 0; i < Times; i++)
        {
            Assert.True(document.TryPropose(Typed(6, 0, 1, Length), out var fault), fault.ToString());
            document.TakeBack();
        }
        Assert.InRange(document.BytesHeld, 0, 4 * Length);
        Assert.Equal(1, document.ItemCount);
    }

    /// <summary>Each client gets room for what it may write next, though it has written next to nothing.</summary>
    [Fact]
    public void Nor_does_the_room_that_was_kept_for_clients_whose_words_were_taken_back()
    {
        const int Times = 50, Clients = 500, Clock = 5_000;
        var document = new Document();
        Assert.True(document.TryApply(Typed(5, 0, 1, 10).Bytes.Span, out _));
        var writer = new ByteWriter(64);
        writer.Uint(Clients);
        for (var client = Clients + 10; client > 10; client--)
        {
            writer.Uint(2);
            writer.Uint(client);
            writer.Uint(0);
            writer.Bytes([(byte)StructKind.Deleted, 1, 1, (byte)'t']);
            writer.Uint(Clock);
            writer.Bytes([(byte)StructKind.String, 1, 1, (byte)'t']);
            writer.Blob("x"u8);
        }
        writer.Byte(0);
        Assert.True(Update.TryRead(writer.ToArray(), out var update, out var read), read.ToString());
        for (var i = 0; i < Times; i++)
        {
            Assert.True(document.TryPropose(update, out var fault), fault.ToString());
            document.TakeBack();
        }
        Assert.InRange(document.BytesHeld, 0, 4L * Clients * 1024);
        Assert.Equal(1, document.ItemCount);
    }

    [Fact]
    public void A_document_takes_a_typed_character_without_allocating()
    {
        const int Characters = 20_000;
        var writer = new Document(new DocumentOptions { ClientId = 5 });
        var typed = Enumerable.Range(0, Characters).Select(i => writer.Change(edit => edit.Insert(SharedRef.Text("t"), i, "x"))).ToArray();
        var document = new Document();
        Assert.True(document.TryApply(typed[0], out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var update in typed) document.TryApply(update, out _);
        // The text itself grows, by doubling.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Characters * 4);
        Assert.Equal(1, document.Store.ItemCount);
        Assert.Equal(Characters, document.LengthOf(SharedRef.Text("t")));
    }

    /// <summary>
    /// A chain of clients, each of which builds on the next lower one, written highest first: the worst order to place them in.
    /// </summary>
    [Fact]
    public void A_long_chain_of_clients_is_placed()
    {
        const int Clients = 50_000;
        var writer = new ByteWriter(64);
        writer.Uint(Clients);
        for (var client = Clients; client > 0; client--)
        {
            writer.Uint(1);
            writer.Uint(client);
            writer.Uint(0);
            if (client == 1) writer.Bytes([0x04, 1, 1, (byte)'t']);
            else
            {
                writer.Byte(0x84);
                writer.Uint(client - 1);
                writer.Uint(0);
            }
            writer.Blob("x"u8);
        }
        writer.Byte(0);
        Assert.True(Update.TryRead(writer.ToArray(), out var update, out var fault), fault.ToString());
        Assert.Equal(Verdict.New, new TextState().Check(update, out _));
    }
}
