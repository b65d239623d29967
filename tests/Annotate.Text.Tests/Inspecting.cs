namespace Annotate.Text.Tests;

/// <summary>What a document says of itself to whoever looks into it.</summary>
public sealed class Inspecting(Oracle yjs)
{
    static Document Written(out byte[] state)
    {
        var document = new Document(new DocumentOptions { ClientId = 7 });
        document.Change(edit =>
        {
            edit.Insert(SharedRef.Text("text"), 0, "some words");
            edit.Set(SharedRef.Map("map"), "k", 1);
            edit.Insert(SharedRef.Array("array"), 0, true, 2);
            edit.InsertType(SharedRef.Xml("xml"), 0, SharedKind.XmlElement, "p");
            edit.InsertType(SharedRef.Xml("xml"), 1, SharedKind.XmlElement, "p");
            edit.Insert(SharedRef.Text("gone"), 0, "x");
        });
        document.Change(edit => edit.Delete(SharedRef.Text("gone"), 0, 1));
        document.Change(edit => edit.Delete(SharedRef.Text("text"), 0, 5));
        state = document.EncodeState();
        return document;
    }

    [Fact]
    public void A_root_type_is_taken_for_what_its_content_suggests()
    {
        var document = Written(out _);
        Assert.Equal(SharedKind.Text, document.GuessKind("text"));
        Assert.Equal(SharedKind.Map, document.GuessKind("map"));
        Assert.Equal(SharedKind.Array, document.GuessKind("array"));
        Assert.Equal(SharedKind.XmlFragment, document.GuessKind("xml"));
        Assert.Equal(SharedKind.Unknown, document.GuessKind("gone"));
        Assert.Equal(SharedKind.Unknown, document.GuessKind("never"));
        document.Change(edit => edit.Insert(SharedRef.Array("xml"), 0, 1));
        Assert.Equal(SharedKind.Array, document.GuessKind("xml"));
    }

    [Fact]
    public void Types_in_types_are_counted_unless_they_are_deleted()
    {
        var document = Written(out _);
        Assert.Equal([KeyValuePair.Create(SharedKind.XmlElement, 2)], document.CountNestedTypes());
        document.Change(edit => edit.Delete(SharedRef.Xml("xml"), 0, 1));
        Assert.Equal([KeyValuePair.Create(SharedKind.XmlElement, 1)], document.CountNestedTypes());
    }

    [Fact]
    public void Each_client_has_its_share()
    {
        var document = Written(out var state);
        var other = new Document(new DocumentOptions { ClientId = 9 });
        other.TryApply(state, out _);
        document.TryApply(other.Change(edit => edit.Insert(SharedRef.Text("text"), 5, " more")), out _);
        // Of ten characters five are deleted; then there are a value under a key, two elements of an array, two of XML.
        ClientShare[] expected = [new(9, 5, 5, 0, 1), new(7, 16, 5, 5, 7)];
        Assert.Equal(expected, document.Shares());
    }

    /// <summary>The structs are those of the state, as yjs would write them.</summary>
    [Fact]
    public void Shares_agree_with_the_state()
    {
        for (var seed = 1; seed <= Night.Times(20); seed++)
        {
            var document = new Document();
            foreach (var update in yjs.Program(seed, 40).Updates) Assert.True(document.TryApply(update, out var fault), $"seed {seed}: {fault}");
            Assert.True(Update.TryRead(document.EncodeState(), out var state, out _));
            var structs = state.Ranges.ToArray().Select(range => (range.ClientId, range.To, range.Structs));
            Assert.Equal(structs, document.Shares().Select(share => (share.ClientId, share.Clock, share.Structs)));
        }
    }

    [Fact]
    public void What_waits_and_what_for_is_said()
    {
        var writer = new Document(new DocumentOptions { ClientId = 5 });
        var first = writer.Change(edit => edit.Insert(SharedRef.Text("t"), 0, "one"));
        var second = writer.Change(edit => edit.Insert(SharedRef.Text("t"), 3, " two"));
        var document = new Document();
        Assert.True(document.Pending.IsEmpty);
        Assert.Empty(document.Missing());
        Assert.True(document.TryApply(second, out _));
        Assert.Equal(second, document.Pending.Bytes.ToArray());
        Assert.Equal([new ClientClock(5, 0)], document.Missing());
        Assert.True(document.TryApply(first, out _));
        Assert.True(document.Pending.IsEmpty);
        Assert.Empty(document.Missing());
    }

    [Fact]
    public void The_bytes_that_a_document_holds_grow_with_it()
    {
        const int Characters = 100_000;
        var document = Written(out _);
        Assert.InRange(document.BytesHeld, document.ItemCount * 44, 4_000);
        document.Change(edit => edit.Insert(SharedRef.Text("text"), 0, new string('x', Characters)));
        Assert.InRange(document.BytesHeld, Characters, Characters * 2 + 4_000);
    }

    [Fact]
    public void A_refused_update_is_refused_at_an_offset()
    {
        Written(out var state);
        // A text of five bytes, of which one is there.
        Assert.False(Update.TryRead((byte[])[1, 1, 7, 0, 4, 1, 1, (byte)'t', 5, (byte)'x'], out _, out var fault, out var offset));
        Assert.Equal((UpdateFault.Truncated, 9), (fault, offset));
        Assert.False(Update.TryRead((byte[])[.. state, 0], out _, out fault, out offset));
        Assert.Equal((UpdateFault.TrailingBytes, state.Length), (fault, offset));
        Assert.True(Update.TryRead(state, out _, out _, out offset));
        Assert.Equal(state.Length, offset);
    }
}
