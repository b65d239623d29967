using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>Documents made so that reading them takes much more than they are long.</summary>
public sealed class HostileReading
{
    const int LengthMax = 1 << 20;

    static readonly SharedRef Fragment = SharedRef.Xml("default");

    /// <summary>A link of 20,000 characters over many words, of which every other is bold.</summary>
    static Document Repetitive(int words)
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit =>
        {
            var text = edit.InsertType(edit.InsertType(Fragment, 0, SharedKind.XmlElement, "paragraph"), 0, SharedKind.XmlText);
            edit.Insert(text, 0, new string('w', words), new JsonObject { ["link"] = new JsonObject { ["href"] = new string('l', 20_000) } });
            for (var i = 0; i < words; i += 2) edit.Format(text, i, 1, new JsonObject { ["bold"] = true });
        });
        return document;
    }

    [Fact]
    public void A_value_that_is_repeated_ends_the_reading_where_it_becomes_too_long()
    {
        var document = Repetitive(1_000);
        Assert.InRange(document.EncodeState().Length, 0, LengthMax / 4);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(document.TryReadXml(Fragment, LengthMax, out _));
        Assert.False(document.TryReadProseMirror(Fragment, LengthMax, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40L * LengthMax);
        Assert.Equal(1_000, document.Runs(document.TypesIn(document.TypesIn(Fragment)[0])[0]).Count());
    }

    [Fact]
    public void A_text_in_an_attribute_is_no_way_around_that()
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit =>
        {
            var element = edit.InsertType(Fragment, 0, SharedKind.XmlElement, "paragraph");
            var array = edit.SetType(element, "a", SharedKind.Array);
            for (var i = 0; i < 40; i++)
            {
                var text = edit.InsertType(array, 0, SharedKind.XmlText);
                edit.Insert(text, 0, "ab", new JsonObject { ["link"] = new JsonObject { ["href"] = new string('l', 20_000) } });
                edit.Format(text, 0, 1, new JsonObject { ["bold"] = true });
            }
        });
        var element = document.TypesIn(Fragment)[0];
        Assert.False(document.TryReadAttributes(element, new ReadingAllowance(LengthMax), out _));
        var allowance = new ReadingAllowance(2 * LengthMax);
        Assert.True(document.TryReadAttributes(element, allowance, out var read));
        Assert.Equal(document.ReadAttributes(element), read);
        // Whoever reads several of them has one allowance for all.
        Assert.False(document.TryReadAttributes(element, allowance, out _));
        Assert.False(document.TryReadAttributes(element, allowance, out _));
    }

    [Fact]
    public void As_json_no_more_is_read_than_is_allowed_either()
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        var list = SharedRef.Array("list");
        document.Change(edit =>
        {
            var text = edit.InsertType(list, 0, SharedKind.XmlText);
            edit.Insert(text, 0, new string('w', 200), new JsonObject { ["link"] = new JsonObject { ["href"] = new string('l', 20_000) } });
            for (var i = 0; i < 200; i += 2) edit.Format(text, i, 1, new JsonObject { ["bold"] = true });
        });
        Assert.False(document.TryReadJson(list, LengthMax, out _));
        Assert.True(document.TryReadJson(list, int.MaxValue, out var json));
        Assert.Equal(document.ReadJson(list), json);
        Assert.True(document.TryReadJson(list, json.Length, out _));
        Assert.False(document.TryReadJson(list, json.Length - 1, out _));
        Assert.True(document.TryReadJson(SharedRef.Map("nothing"), LengthMax, out json));
        Assert.Equal("{}", json);
    }

    [Fact]
    public void What_is_not_too_long_is_read_as_ever()
    {
        var document = Repetitive(100);
        Assert.True(document.TryReadXml(Fragment, int.MaxValue, out var xml));
        Assert.Equal(document.ReadXml(Fragment), xml);
        Assert.True(document.TryReadProseMirror(Fragment, int.MaxValue, out var json));
        Assert.Equal(document.ReadProseMirror(Fragment), json);
        Assert.False(document.TryReadXml(Fragment, xml.Length - 1, out _));
        Assert.True(document.TryReadXml(Fragment, xml.Length * 2, out _));
    }

    /// <summary>Who takes the root for a text writes into the fragment itself, where it was read a character at a time.</summary>
    [Fact]
    public void Many_characters_in_a_fragment_are_read_in_one_go()
    {
        var document = new Document(new DocumentOptions { ClientId = 1 });
        document.Change(edit => edit.Insert(SharedRef.Text("default"), 0, new string('x', 200_000)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(200_000, document.ReadXml(Fragment).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }
}
