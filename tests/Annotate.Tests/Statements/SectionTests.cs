using Annotate.Deciding;
using Annotate.Statements;

namespace Annotate.Tests.Statements;

public sealed class SectionTests
{
    const byte Garbage = 0;

    [Fact]
    public void A_text_is_made_of_so_many_pieces_and_no_more_and_can_be_read_again()
    {
        var text = new SectionState();
        var (clock, version) = (0, 0);
        while (true)
        {
            var piece = Edit(clock, Limits.EditBytesMax / 2 - 16);
            var refused = text.Decide(piece, version, out var edited);
            if (refused is null)
            {
                text.Apply(++version, new Entry(Commands.Now, Commands.Ana, default, 0, edited!));
                clock += Limits.EditBytesMax / 2 - 16;
                continue;
            }

            Assert.Equal("too-large", refused.Problem?.Code);
            break;
        }

        Assert.InRange(clock, Limits.StructsPerTextMax / 2, Limits.StructsPerTextMax);
        Assert.True(Annotate.Text.Update.TryRead(text.Merged(), out _, out var fault), $"{fault}");
        Assert.Equal(EditStatus.Held, text.Decide(Edit(0, 5), version, out _)?.Status);
    }

    [Fact]
    public void An_entry_that_builds_on_what_is_not_there_is_skipped_and_the_rest_stays_whole()
    {
        var text = new SectionState();
        text.Apply(1, new Entry(Commands.Now, Commands.Ana, default, 0, new Edited(Edit(0, 3).Update)));
        text.Apply(2, new Entry(Commands.Now, Commands.Ana, default, 0, new Edited(Edit(7, 3).Update)));
        Assert.Equal(Edit(0, 3).Update, text.Merged());
        Assert.Equal(EditStatus.Missing, text.Decide(Edit(7, 3), 2, out _)?.Status);
    }

    /// <summary>Client 1 brings so many structs of one clock each, as they are when what was typed has been collected.</summary>
    static Edit Edit(int clock, int structs)
    {
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 1, structs, 1, clock }) Write(bytes, number);
        for (var i = 0; i < structs; i++)
        {
            bytes.WriteByte(Garbage);
            bytes.WriteByte(1);
        }

        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    static void Write(MemoryStream bytes, int number)
    {
        for (; number >= 0x80; number >>= 7) bytes.WriteByte((byte)(number | 0x80));
        bytes.WriteByte((byte)number);
    }
}
