using System.Text;

namespace Annotate.Text;

/// <summary>
/// Writes a document as an update. Items that are one run are written as one struct, whether or not they happen to be one item, so the bytes
/// depend on what was written and not on how it came. Once a document holds something odd (<see cref="ItemStore.HoldsOdd"/>), what somebody reads who
/// loads it depends on where runs are cut too: then each is one struct, whatever stands in it, other than at seams.
/// </summary>
readonly struct StateWriter(ItemStore store)
{
    public byte[] Write(ReadOnlySpan<ClientClock> held)
    {
        var writers = store.Writers.ToArray();
        writers.AsSpan().Sort(static (a, b) => b.ClientId.CompareTo(a.ClientId));
        var writer = new ByteWriter(store.Content.Length + store.ItemCount * 16 + 64);
        WriteStructs(ref writer, writers, held);
        WriteDeletes(ref writer, writers);
        return writer.ToArray();
    }

    /// <summary>What the transaction that is about to end brought, as yjs writes it in its update events.</summary>
    public byte[] WriteTransaction()
    {
        var writers = store.Advanced.ToArray();
        writers.AsSpan().Sort(static (a, b) => b.ClientId.CompareTo(a.ClientId));
        var writer = new ByteWriter(256);
        WriteStructs(ref writer, writers, [.. writers.Select(w => new ClientClock(w.ClientId, w.ClockBefore))]);
        var rows = default(Rows<DeleteRange>);
        foreach (var span in store.Deleted) rows.Add(new DeleteRange(store.Writers[span.Writer].ClientId, span.From, span.To));
        Deletes.Normalise(ref rows);
        Deletes.Write(ref writer, rows.Span);
        return writer.ToArray();
    }

    void WriteStructs(ref ByteWriter output, Writer[] writers, ReadOnlySpan<ClientClock> held)
    {
        var sections = 0;
        foreach (var writer in writers)
            if (writer.Clock > ClientClocks.Of(held, writer.ClientId)) sections++;
        output.Uint(sections);
        foreach (var writer in writers)
        {
            var from = ClientClocks.Of(held, writer.ClientId);
            if (writer.Clock <= from) continue;
            output.Uint(CountRuns(writer, (int)from));
            output.Uint(writer.ClientId);
            output.Uint(from);
            WriteSection(ref output, writer, (int)from);
        }
    }

    int CountRuns(Writer writer, int from)
    {
        var count = 0;
        for (var item = writer.Find(from); item != 0; count++) item = EndOfRun(writer, item, out _);
        return count;
    }

    /// <summary>Walks a writer to the end of the run that an item begins. Gives the item after it.</summary>
    int EndOfRun(Writer writer, int first, out int last)
    {
        last = first;
        int next;
        while ((next = writer.Next()) != 0 && GoesOn(last, next)) last = next;
        return next;
    }

    bool GoesOn(int last, int next) => store.HoldsOdd
        ? ItemStore.AreOneChain(store[last], store[next]) && !store[next].IsSeam
        : store.AreOneRun(store[last], next);

    int NextInRun(Writer writer, int number) => store.HoldsOdd ? writer.Find(store[number].End) : store[number].Right;

    void WriteSection(ref ByteWriter output, Writer writer, int from)
    {
        var first = writer.Find(from);
        // The first struct may begin in the middle of a run, so the run may have begun in an item before.
        var offset = from - store[first].Clock;
        while (first != 0)
        {
            var next = EndOfRun(writer, first, out var last);
            WriteRun(ref output, writer, first, last, offset);
            offset = 0;
            first = next;
            if (next != 0 && store.HoldsOdd) writer.Find(store[next].Clock);
        }
    }

    void WriteRun(ref ByteWriter output, Writer writer, int first, int last, int offset)
    {
        ref var item = ref store[first];
        var length = store[last].End - item.Clock - offset;
        if (item.Kind == StructKind.Collected)
        {
            output.Byte((byte)StructKind.Collected);
            output.Uint(length);
            return;
        }
        WritePlace(ref output, writer, item, offset);
        switch (item.Kind)
        {
            case StructKind.Deleted:
                output.Uint(length);
                break;
            case StructKind.String:
                WriteText(ref output, writer, first, last, offset);
                break;
            case StructKind.Any or StructKind.Json:
                output.Uint(length);
                WriteElements(ref output, writer, first, last, offset);
                break;
            case StructKind.Type:
                WriteType(ref output, store.TypeAt(item.Content));
                break;
            default:
                output.Bytes(store.ContentOf(item));
                break;
        }
    }

    void WritePlace(ref ByteWriter output, Writer writer, in Item item, int offset)
    {
        var list = store.ListAt(item.List);
        var hasLeft = offset > 0 || item.OriginBy != Item.Nobody;
        var hasRight = item.RightOriginBy != Item.Nobody;
        output.Byte((byte)((int)item.Kind | (hasLeft ? StructReader.HasLeft : 0) | (hasRight ? StructReader.HasRight : 0)
            | (list.Key is not null ? StructReader.HasParentKey : 0)));
        if (offset > 0) WriteId(ref output, writer, item.Clock + offset - 1);
        else if (hasLeft) WriteId(ref output, store.Writers[item.OriginBy], item.OriginClock);
        if (hasRight) WriteId(ref output, store.Writers[item.RightOriginBy], item.RightOriginClock);
        if (!hasLeft && !hasRight) WriteParent(ref output, list);
    }

    void WriteParent(ref ByteWriter output, ItemList list)
    {
        output.Byte(list.Owner.IsRoot ? (byte)1 : (byte)0);
        if (list.Owner.IsRoot) output.Text(list.Owner.Name);
        else
        {
            ref var holder = ref store[list.Owner.Holder];
            WriteId(ref output, store.Writers[holder.Writer], holder.Clock);
        }
        if (list.Key is not null) output.Text(list.Key);
    }

    static void WriteId(ref ByteWriter output, Writer writer, int clock)
    {
        output.Uint(writer.ClientId);
        output.Uint(clock);
    }

    static void WriteType(ref ByteWriter output, SharedType type)
    {
        output.Uint((int)type.Kind);
        if (type.Kind is SharedKind.XmlElement or SharedKind.XmlHook) output.Text(type.Name);
    }

    void WriteElements(ref ByteWriter output, Writer writer, int first, int last, int offset)
    {
        for (var number = first; ; number = NextInRun(writer, number))
        {
            ref var item = ref store[number];
            var reader = new ByteReader(store.Content.Span, item.Content);
            StructReader.TrySkipElements(ref reader, item.Kind, offset);
            var start = reader.At;
            StructReader.TrySkipElements(ref reader, item.Kind, item.Length - offset);
            output.Bytes(reader.Between(start, reader.At));
            offset = 0;
            if (number == last) return;
        }
    }

    void WriteText(ref ByteWriter output, Writer writer, int first, int last, int offset)
    {
        var bytes = 0;
        for (var (number, from) = (first, offset); ; (number, from) = (NextInRun(writer, number), 0))
        {
            bytes += Utf8Length(store[number], from);
            if (number == last) break;
        }
        output.Uint(bytes);
        for (var (number, from) = (first, offset); ; (number, from) = (NextInRun(writer, number), 0))
        {
            ref var item = ref store[number];
            if (item.IsWide) output.Utf8(store.Content.Units(item.Content, item.Length)[from..]);
            else output.Latin1(store.Content.Slice(item.Content, item.Length)[from..]);
            if (number == last) return;
        }
    }

    int Utf8Length(in Item item, int from)
    {
        if (item.IsWide) return Encoding.UTF8.GetByteCount(store.Content.Units(item.Content, item.Length)[from..]);
        var bytes = store.Content.Slice(item.Content, item.Length)[from..];
        return bytes.Length + (Ascii.IsValid(bytes) ? 0 : CountHigh(bytes));
    }

    static int CountHigh(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var value in bytes) count += value >> 7;
        return count;
    }

    void WriteDeletes(ref ByteWriter output, Writer[] writers)
    {
        var rows = default(Rows<DeleteRange>);
        foreach (var writer in writers)
        {
            for (var number = writer.First(); number != 0; number = writer.Next())
            {
                ref var item = ref store[number];
                if (!item.IsDeleted) continue;
                if (rows.Count > 0 && rows.Last.ClientId == writer.ClientId && rows.Last.To == item.Clock)
                    rows.Last = rows.Last with { To = item.End };
                else rows.Add(new DeleteRange(writer.ClientId, item.Clock, item.End));
            }
        }
        Deletes.Write(ref output, rows.Span);
    }
}
