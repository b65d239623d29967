using System.Text;

namespace Annotate.Text.Tests;

/// <summary>Updates that no Yjs client writes: each would break the decoders of others, or the text, if it were let through.</summary>
public sealed class Hostile(Oracle yjs)
{
    /// <summary>Numbers, strings and bytes, as they stand on the wire.</summary>
    static byte[] Wire(params object[] parts)
    {
        var writer = new ByteWriter(64);
        foreach (var part in parts)
        {
            if (part is string text) writer.Blob(Encoding.UTF8.GetBytes(text));
            else if (part is byte[] bytes) writer.Bytes(bytes);
            else if (part is byte single) writer.Byte(single);
            else writer.Uint(Convert.ToInt64(part));
        }
        return writer.ToArray();
    }

    /// <summary>One struct of client 7 at a clock, without deletions.</summary>
    static byte[] One(int clock, params object[] parts) => Wire([1, 1, 7, clock, .. parts, 0]);

    public static readonly byte[] TooLong = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    public static readonly byte[] Beyond = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    static readonly byte[] BrokenText = [2, 0xc3, 0x28];
    static readonly byte[] LoneSurrogate = [3, 0xed, 0xa0, 0x80];

    static object[] Nested(int levels) => [.. Enumerable.Repeat<object[]>([117, 1], levels).SelectMany(pair => pair)];

    public static TheoryData<string, UpdateFault, byte[]> Refused => new()
    {
        { "nothing at all", UpdateFault.Truncated, [] },
        { "only structs", UpdateFault.Truncated, Wire(0) },
        { "bytes behind the end", UpdateFault.TrailingBytes, Wire(0, 0, 0) },
        { "more clients than bytes", UpdateFault.Truncated, Wire(100_000) },
        { "more structs than bytes", UpdateFault.Truncated, Wire(1, 100_000, 7, 0, 0, 1, 0) },
        { "a number of nine bytes", UpdateFault.Number, TooLong },
        { "a clock beyond 2^53", UpdateFault.Number, Wire(1, 1, 7, Beyond, 0, 1, 0) },
        { "a length that passes 2^53", UpdateFault.Number, Wire(1, 1, 7, Limits.ClockMax, 0, 1, 0) },
        { "the same client twice", UpdateFault.Clients, Wire(2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0) },
        { "an unknown kind of struct", UpdateFault.Struct, One(0, 11, 1, "t", "x") },
        { "a collected struct with an origin", UpdateFault.Struct, One(1, (byte)0x80, 7, 0, 1) },
        { "a skip with an origin", UpdateFault.Struct, One(1, (byte)0x8a, 7, 0, 1) },
        { "neither a root nor a parent", UpdateFault.Struct, One(0, 4, 2, "t", "x") },
        { "an unknown type", UpdateFault.Struct, One(0, 7, 1, "t", 7) },
        { "a collected struct of no length", UpdateFault.Empty, One(0, 0, 0) },
        { "an empty text", UpdateFault.Empty, One(0, 4, 1, "t", "") },
        { "an empty list", UpdateFault.Empty, One(0, 8, 1, "t", 0) },
        { "a deletion of no length", UpdateFault.Empty, Wire(0, 1, 7, 1, 3, 0) },
        { "an origin of its own time", UpdateFault.Reference, One(3, (byte)0x84, 7, 3, "x") },
        { "a right origin in its own future", UpdateFault.Reference, One(3, 0x44, 7, 9, "x") },
        { "itself as parent", UpdateFault.Reference, One(0, 4, 0, 7, 0, "x") },
        { "text that is not UTF-8", UpdateFault.Text, One(0, 4, 1, "t", BrokenText) },
        { "a surrogate in UTF-8", UpdateFault.Text, One(0, 4, 1, "t", LoneSurrogate) },
        { "a root's name that is not UTF-8", UpdateFault.Text, One(0, 4, 1, BrokenText, "x") },
        { "an embed that is not JSON", UpdateFault.Value, One(0, 5, 1, "t", "{a:1}") },
        { "an embed of two values", UpdateFault.Value, One(0, 5, 1, "t", "1 2") },
        { "an embed without a value", UpdateFault.Value, One(0, 5, 1, "t", "") },
        { "a format that is not JSON", UpdateFault.Value, One(0, 6, 1, "t", "bold", "tru") },
        { "JSON content that is not", UpdateFault.Value, One(0, 2, 1, "t", 1, "undefinedd") },
        { "an unknown kind of value", UpdateFault.Value, One(0, 8, 1, "t", 1, 115) },
        { "options of a subdocument that are null", UpdateFault.Value, One(0, 9, 1, "t", "guid", 126) },
        { "values nested too deep", UpdateFault.Depth, One(0, [8, 1, "t", 1, .. Nested(Limits.ValueDepthMax + 1), 126]) },
        { "JSON nested too deep", UpdateFault.Value, One(0, 5, 1, "t", new string('[', 1000) + new string(']', 1000)) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused(string what, UpdateFault fault, byte[] bytes)
    {
        Assert.False(Update.TryRead(bytes, out _, out var found), what);
        Assert.Equal(fault, found);
    }

    [Fact]
    public void Values_nested_as_deep_as_allowed_are_read() =>
        Assert.True(Update.TryRead(One(0, [8, 1, "t", 1, .. Nested(Limits.ValueDepthMax), 126]), out _, out _));

    [Fact]
    public void Every_beginning_of_an_update_is_refused()
    {
        foreach (var golden in Golden.Cases)
            for (var length = 0; length < golden.Update.Length; length++)
                Assert.False(Update.TryRead(golden.Update.AsMemory(0, length), out _, out _), $"{golden.Name}, {length} bytes");
    }

    /// <summary>Client 9's text builds on client 7's, and the other way round.</summary>
    [Fact]
    public void Structs_that_build_on_each_other_are_missing_something_as_in_yjs() => yjs.InOneTurn(() =>
    {
        var circle = Wire(2, 1, 9, 0, (byte)0x84, 7, 0, "x", 1, 7, 0, (byte)0x84, 9, 0, "y", 0);
        Assert.True(Update.TryRead(circle, out var update, out _));
        Assert.Equal(Verdict.Missing, new TextState().Check(update, out _));
        yjs.Ask(new { ask = "open" });
        Assert.True((bool)yjs.Ask(new { ask = "try", update = circle })["pending"]!);
    });

    [Fact]
    public void Delete_sets_in_any_order_are_read_as_yjs_would_write_them()
    {
        var wire = Wire(0, 3, 7, 3, 5, 1, 0, 2, 1, 3, 9, 1, 0, 1, 7, 1, 6, 1);
        Assert.True(Update.TryRead(wire, out var update, out var fault), fault.ToString());
        Assert.Equal([new DeleteRange(9, 0, 1), new DeleteRange(7, 0, 4), new DeleteRange(7, 5, 7)], update.Deletes.ToArray());
    }

    [Fact]
    public void A_state_does_not_add_what_leaves_a_gap()
    {
        var state = new TextState();
        Assert.True(Update.TryRead(One(5, 0, 1), out var gap, out _));
        Assert.True(Update.TryRead(Wire(0, 1, 7, 1, 0, 1), out var deletion, out _));
        Assert.Equal(Verdict.Missing, state.Check(gap, out _));
        Assert.Equal(Verdict.Missing, state.Check(deletion, out _));
        Assert.False(state.Add(gap));
        Assert.False(state.Add(deletion));
        Assert.Equal(0, state.ClientCount);
    }
}
