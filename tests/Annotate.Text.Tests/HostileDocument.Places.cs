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

    /// <summary>No editor shows "a" and "b" side by side where "c" is known to stand between: yjs' result depends on what came first.</summary>
    [Fact]
    public void What_stands_between_two_that_never_stood_side_by_side_is_refused()
    {
        var document = new Document();
        Assert.True(TryPropose(document, Character(2, 0, 'a', null, null)));
        Assert.True(TryPropose(document, Character(2, 1, 'b', (2, 0), null)));
        Assert.True(TryPropose(document, Character(3, 0, 'c', (2, 0), null)));
        var state = document.EncodeState();
        Assert.False(TryPropose(document, Character(4, 0, 'd', null, (2, 1))));
        Assert.False(TryPropose(document, Character(4, 0, 'd', (2, 1), (2, 0))));
        Assert.Equal(state, document.EncodeState());
        Assert.True(TryPropose(document, Character(4, 0, 'd', (2, 0), (2, 1))));
    }

    /// <summary>However what comes is placed, it stands there when the document is loaded.</summary>
    [Fact]
    public void What_is_taken_on_trial_stands_where_it_stands_when_it_is_loaded()
    {
        const int Documents = 20_000, Characters = 8;
        var seed = Environment.TickCount;
        var taken = 0;
        for (var i = 0; i < Documents; i++)
        {
            var random = new Random(seed + i);
            var document = new Document();
            var clocks = new int[6];
            var held = new List<(int, int)>();
            var log = "";
            for (var j = 0; j < Characters; j++)
            {
                var client = random.Next(1, clocks.Length);
                var (left, right) = (Any(), Any());
                if (!TryPropose(document, Character(client, clocks[client], (char)('a' + j), left, right))) continue;
                log += $" {(char)('a' + j)}=({client}:{clocks[client]}) between {left} and {right};";
                held.Add((client, clocks[client]++));
                taken++;

                (int, int)? Any() => held.Count > 0 && random.Next(4) > 0 ? held[random.Next(held.Count)] : null;
            }
            Assert.True(Document.TryLoad(document.EncodeState(), out var loaded, out var fault), fault.ToString());
            var (live, later) = (document.ReadText(SharedRef.Text("t")), loaded.ReadText(SharedRef.Text("t")));
            Assert.True(live == later, $"seed {seed + i}: {live} became {later}:{log}");
        }
        Assert.True(taken > Documents * Characters / 4, $"only {taken} were taken");
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
