using System.Text;

namespace Annotate.Text;

/// <content>Writes new items of our own.</content>
sealed partial class ItemStore
{
    /// <summary>Writes text between two neighbours of a list. Halves of surrogate pairs become replacement characters.</summary>
    /// <returns>The item that now ends with it: a new one, or the left neighbour if the two are one run.</returns>
    public int WriteText(Writer writer, ItemList list, int left, int right, string text)
    {
        var number = NewLocal(writer, StructKind.String, text.Length, list, left, right);
        var contentEnd = writer.ContentEnd;
        TakeText(writer, ref _items[number], Wellformed(text));
        return Enlist(writer, number, left, right, list, contentEnd);
    }

    static string Wellformed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return Replaced(text);
        }
        return text;
    }

    static string Replaced(string text)
    {
        var units = new StringBuilder(text);
        for (var i = 0; i < units.Length; i++)
        {
            if (i + 1 < units.Length && char.IsSurrogatePair(units[i], units[i + 1])) i++;
            else if (char.IsSurrogate(units[i])) units[i] = '\uFFFD';
        }
        return units.ToString();
    }

    /// <summary>Writes content that is neither text nor a type, as it is written in format 1, without a number of elements.</summary>
    public int Write(Writer writer, ItemList list, int left, int right, StructKind kind, int length, ReadOnlySpan<byte> content)
    {
        var number = NewLocal(writer, kind, length, list, left, right);
        var contentEnd = writer.ContentEnd;
        TakeBytes(writer, ref _items[number], content);
        return Enlist(writer, number, left, right, list, contentEnd);
    }

    public int WriteType(Writer writer, ItemList list, int left, int right, SharedKind kind, string? name)
    {
        var depth = list.Owner.Depth + 1;
        if (depth > Limits.NestingMax) throw new InvalidOperationException($"A type would nest deeper than {Limits.NestingMax} levels.");
        var number = NewLocal(writer, StructKind.Type, 1, list, left, right);
        _items[number].Content = AddType(new SharedType(kind, name, number, depth));
        return Enlist(writer, number, left, right, list, writer.ContentEnd);
    }

    int NewLocal(Writer writer, StructKind kind, int length, ItemList list, int left, int right)
    {
        if (length > Limits.DocumentClockMax - writer.Clock) throw new InvalidOperationException("A client cannot write that much.");
        NoteClock(writer);
        var number = NewItem();
        _items[number] = new Item(writer.Number, kind)
        {
            Clock = writer.Clock,
            Length = length,
            OriginBy = left == 0 ? Item.Nobody : _items[left].Writer,
            OriginClock = left == 0 ? 0 : _items[left].End - 1,
            RightOriginBy = right == 0 ? Item.Nobody : _items[right].Writer,
            RightOriginClock = right == 0 ? 0 : _items[right].Clock,
            List = list.Number,
        };
        return number;
    }

    /// <summary>Cuts an item so that its first clocks stand alone, and gives the rest.</summary>
    public int CutAfter(int number, int count) => Cut(_writers.Span[_items[number].Writer], _items[number].Clock + count);
}
