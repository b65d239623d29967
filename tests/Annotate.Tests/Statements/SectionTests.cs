using Annotate.Deciding;
using Annotate.Statements;

namespace Annotate.Tests.Statements;

public sealed class SectionTests
{
    /// <summary>A struct that puts one character before the one that its client wrote last takes this many bytes at most.</summary>
    const int StructBytesMax = 8;

    const int StructsPerEdit = Limits.EditBytesMax / StructBytesMax - 16;

    [Fact]
    public void A_text_is_made_of_so_many_pieces_and_no_more_and_can_be_read_again()
    {
        var text = new SectionState();
        var (clock, version) = (0, 0);
        EditOutcome? refused;
        while ((refused = Take(text, Pieces(clock, StructsPerEdit), ++version)) is null) clock += StructsPerEdit;
        Assert.Equal("too-large", refused.Problem?.Code);
        Assert.InRange(clock, Limits.PiecesPerTextMax - StructsPerEdit, Limits.PiecesPerTextMax);
        Assert.True(Annotate.Text.Update.TryRead(text.Encode(), out _, out var fault), $"{fault}");
        Assert.Equal(EditStatus.Held, text.Decide(Pieces(0, 5), version, out _)?.Status);

        // Nobody adds to a full text, but anybody deletes from it.
        Assert.Null(Take(text, Deletion(0, clock), ++version));
    }

    [Fact]
    public void A_text_has_so_many_bytes_and_no_more_and_room_again_when_words_are_deleted()
    {
        var text = new SectionState();
        var (clock, version) = (0, 0);
        while (Take(text, Words(clock, Limits.EditBytesMax - 32), ++version) is null) clock += Limits.EditBytesMax - 32;
        Assert.InRange(text.Encode().Length, Limits.TextBytesMax - Limits.EditBytesMax, Limits.TextBytesMax);
        Assert.Equal("too-large", Take(text, Words(clock, Limits.EditBytesMax - 32), version)?.Problem?.Code);
        Assert.Null(Take(text, Deletion(0, clock / 2), ++version));
        Assert.Null(Take(text, Words(clock, Limits.EditBytesMax - 32), ++version));
        Assert.InRange(text.Encode().Length, 0, Limits.TextBytesMax / 2 + Limits.EditBytesMax);
    }

    [Fact]
    public void A_text_full_of_images_has_room_again_when_they_are_deleted()
    {
        var text = new SectionState();
        var (clock, version) = (0, 0);
        while (Take(text, Image(clock), ++version) is null) clock++;
        Assert.InRange(clock, Limits.TextBytesMax / Limits.EditBytesMax - 1, Limits.TextBytesMax / Limits.EditBytesMax);
        Assert.Null(Take(text, Deletion(0, clock), ++version));
        Assert.Null(Take(text, Image(clock), ++version));
    }

    [Fact]
    public void One_person_writes_under_so_many_client_ids_and_leaves_room_for_others()
    {
        var text = new SectionState();
        Assert.Null(Take(text, Clients(1, Limits.ClientIdsPerPersonAndTextMax, Commands.Ana), 1));
        Assert.Equal("too-large", Take(text, Clients(Limits.ClientIdsPerPersonAndTextMax + 1, 1, Commands.Ana), 2)?.Problem?.Code);
        Assert.Null(Take(text, Clients(Limits.ClientIdsPerPersonAndTextMax + 1, 1, Commands.Eve), 2));
    }

    /// <summary>What one client puts before what another wrote bit by bit: whoever opens the text passes all of that each time.</summary>
    [Fact]
    public void A_text_that_would_take_too_long_to_open_takes_nothing_more_and_can_be_read()
    {
        const int structs = 1_500, edits = 3;
        var text = new SectionState();
        var version = 0;
        for (var i = 0; i < edits; i++) Assert.Null(Take(text, Pieces(i * structs, structs, client: 2), ++version));
        var taken = 0;
        while (taken < edits && Take(text, Pieces(taken * structs, structs, before: 2), version + 1) is null) (taken, version) = (taken + 1, version + 1);
        Assert.InRange(taken, 1, edits - 1);
        Assert.Equal("too-large", text.Decide(Words(taken * structs, 1), version, out _)?.Problem?.Code);
        var converter = new SectionStateConverter();
        var again = converter.ConvertFromSurrogate(converter.ConvertToSurrogate(text));
        Assert.Equal("too-large", again.Decide(Words(taken * structs, 1), version, out _)?.Problem?.Code);
        Assert.Equal(text.Encode(), again.Encode());
        Assert.Null(Take(again, Deletion(0, structs), ++version));
    }

    [Fact]
    public void However_long_a_text_is_it_does_not_come_to_take_too_long_to_open()
    {
        const int images = 8, structs = 1_500, edits = 3;
        var text = new SectionState();
        var version = 0;
        for (var i = 0; i < images; i++) Assert.Null(Take(text, Image(i), ++version));
        for (var i = 0; i < edits; i++) Assert.Null(Take(text, Pieces(i * structs, structs, client: 3), ++version));
        var taken = 0;
        while (taken < edits && Take(text, Pieces(taken * structs, structs, client: 2, before: 3), version + 1) is null) (taken, version) = (taken + 1, version + 1);
        Assert.InRange(taken, 1, edits - 1);
    }

    [Fact]
    public void A_text_full_of_elements_has_room_again_when_they_are_deleted()
    {
        var text = new SectionState();
        var (clock, version) = (0, 0);
        while (Take(text, Element(clock), ++version) is null) clock++;
        Assert.InRange(clock, Limits.TextBytesMax / Limits.EditBytesMax - 1, Limits.TextBytesMax / Limits.EditBytesMax);
        Assert.Null(Take(text, Deletion(0, clock), ++version));
        Assert.Null(Take(text, Element(clock), ++version));
    }

    [Fact]
    public void An_entry_that_builds_on_what_is_not_there_is_damage_and_the_rest_stays_whole()
    {
        var text = new SectionState();
        text.Apply(1, new Entry(Commands.Now, Commands.Ana, default, 0, new Edited(Words(0, 3).Update)));
        Assert.False(text.IsDamaged);
        text.Apply(2, new Entry(Commands.Now, Commands.Ana, default, 0, new Edited(Words(7, 3).Update)));
        Assert.True(text.IsDamaged);
        Assert.Equal(Words(0, 3).Update, text.Encode());
        Assert.Equal(EditStatus.Missing, text.Decide(Words(7, 3), 2, out _)?.Status);
    }

    [Fact]
    public void What_was_decided_but_not_recorded_is_not_in_the_text()
    {
        var text = new SectionState();
        Assert.Null(Take(text, Words(0, 3), 1));
        var before = text.Encode();
        Assert.Null(text.Decide(Words(3, 3), 1, out var lost));
        text.TakeBack();
        Assert.Equal(before, text.Encode());
        // The next decision takes back what nobody did, and what was recorded elsewhere is put in all the same.
        Assert.Null(text.Decide(Words(3, 3), 1, out _));
        Assert.Null(text.Decide(Words(3, 2), 1, out var other));
        text.Apply(2, Of(lost!));
        Assert.False(text.IsDamaged);
        Assert.Equal(EditStatus.Held, text.Decide(Words(3, 3), 2, out _)?.Status);
        Assert.NotSame(lost, other);
    }

    static EditOutcome? Take(SectionState text, Edit edit, long version)
    {
        if (text.Decide(edit, version, out var edited) is { } outcome) return outcome;
        text.Apply(version, Of(edited!, edit.By));
        return null;
    }

    static Entry Of(Edited edited, By? by = null) => new(Commands.Now, by ?? Commands.Ana, default, 0, edited);

    /// <summary>
    /// A client puts so many characters one before the other, so that each stays a piece of its own; or each before the one that another
    /// client wrote at the same clock.
    /// </summary>
    static Edit Pieces(int clock, int structs, int client = 1, int before = 0)
    {
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 1, structs, client, clock }) Write(bytes, number);
        for (var i = clock; i < clock + structs; i++)
        {
            // A string, with its right neighbour if it has one; else in the root "t".
            var (rightClient, rightClock) = before > 0 ? (before, i) : (client, i - 1);
            bytes.WriteByte((byte)(rightClock < 0 ? 0x04 : 0x44));
            if (rightClock >= 0) bytes.WriteByte((byte)rightClient);
            if (rightClock >= 0) Write(bytes, rightClock);
            else bytes.Write([1, 1, (byte)'t']);
            bytes.Write([1, (byte)'x']);
        }

        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    /// <summary>Client 1 goes on writing at its end.</summary>
    static Edit Words(int clock, int length)
    {
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 1, 1, 1, clock }) Write(bytes, number);
        bytes.WriteByte((byte)(clock == 0 ? 0x04 : 0x84));
        if (clock > 0) bytes.WriteByte(1);
        if (clock > 0) Write(bytes, clock - 1);
        else bytes.Write([1, 1, (byte)'t']);
        Write(bytes, length);
        bytes.Write(Enumerable.Repeat((byte)'x', length).ToArray());
        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    /// <summary>Client 1 adds a value that is nearly as long as an edit may be, in one clock.</summary>
    static Edit Image(int clock)
    {
        const int length = Limits.EditBytesMax - 32;
        const byte text = 119;
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 1, 1, 1, clock }) Write(bytes, number);
        bytes.WriteByte((byte)(clock == 0 ? 0x08 : 0x88));
        if (clock > 0) bytes.WriteByte(1);
        if (clock > 0) Write(bytes, clock - 1);
        else bytes.Write([1, 1, (byte)'t']);
        bytes.Write([1, text]);
        Write(bytes, length);
        bytes.Write(Enumerable.Repeat((byte)'x', length).ToArray());
        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    /// <summary>Client 1 adds an element whose name is nearly as long as an edit may be.</summary>
    static Edit Element(int clock)
    {
        const int length = Limits.EditBytesMax - 32;
        const byte element = 3;
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 1, 1, 1, clock }) Write(bytes, number);
        bytes.WriteByte((byte)(clock == 0 ? 0x07 : 0x87));
        if (clock > 0) bytes.WriteByte(1);
        if (clock > 0) Write(bytes, clock - 1);
        else bytes.Write([1, 1, (byte)'t']);
        bytes.WriteByte(element);
        Write(bytes, length);
        bytes.Write(Enumerable.Repeat((byte)'x', length).ToArray());
        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    /// <summary>A character of each of so many clients, each in a root of its own letter.</summary>
    static Edit Clients(int first, int count, By by)
    {
        using var bytes = new MemoryStream();
        Write(bytes, count);
        for (var client = first + count - 1; client >= first; client--)
        {
            foreach (var number in new[] { 1, client, 0 }) Write(bytes, number);
            bytes.Write([0x04, 1, 1, (byte)('a' + client % 26), 1, (byte)'x']);
        }

        bytes.WriteByte(0);
        return new Edit(bytes.ToArray(), by, 1);
    }

    /// <summary>Deletes clocks of client 1.</summary>
    static Edit Deletion(int from, int to)
    {
        using var bytes = new MemoryStream();
        foreach (var number in new[] { 0, 1, 1, 1, from, to - from }) Write(bytes, number);
        return new Edit(bytes.ToArray(), Commands.Ana, 1);
    }

    static void Write(MemoryStream bytes, int number)
    {
        for (; number >= 0x80; number >>= 7) bytes.WriteByte((byte)(number | 0x80));
        bytes.WriteByte((byte)number);
    }
}
