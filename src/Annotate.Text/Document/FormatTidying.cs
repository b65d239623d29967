namespace Annotate.Text;

/// <summary>
/// Deletes formatting marks that change nothing any more, as yjs does after text was deleted and after others' changes (src/types/YText.js).
/// </summary>
readonly struct FormatTidying(ItemStore store)
{
    /// <summary>
    /// Tidies the marks from an item on up to the next content: one that another overrides, and one that sets what was set before.
    /// </summary>
    /// <param name="start">Where content ended.</param>
    /// <param name="reached">What the current formats have come to; beyond it they are not touched.</param>
    /// <param name="before">The formats in force before the start.</param>
    /// <param name="current">The formats in force at what was reached; kept right.</param>
    public int TidyGap(int start, int reached, FormatValues before, Formats current)
    {
        var end = start;
        var last = new Dictionary<string, int>();
        while (end != 0 && !store[end].IsVisible)
        {
            if (IsMark(end)) last[MarkAt(end).Key] = end;
            end = store[end].Right;
        }
        var deleted = 0;
        var isBehind = false;
        for (var number = start; number != end; number = store[number].Right)
        {
            isBehind |= number == reached;
            if (!IsMark(number)) continue;
            var (key, json) = MarkAt(number);
            var was = before[key] ?? FormatValues.None;
            if (last[key] != number || AreIdentical(was, json))
            {
                store.Delete(number);
                deleted++;
                if (!isBehind && AreIdentical(current[key] ?? FormatValues.None, json) && !AreIdentical(was, json)) current[key] = was;
            }
            else if (!isBehind) current[key] = json;
        }
        return deleted;
    }

    /// <summary>Yjs compares identities here: objects, of which each mark has its own, are never the same.</summary>
    static bool AreIdentical(string a, string b) => a == b && a[0] is not ('{' or '[');

    bool IsMark(int number) => store[number].Kind == StructKind.Format && !store[number].IsDeleted;

    (string Key, string Json) MarkAt(int number) => Formats.Read(store.ContentOf(store[number]));

    /// <summary>Tidies around a place without knowing the formats there: of marks of one key in a row, all but the last go.</summary>
    public void TidyAround(int number)
    {
        while (store[number].Right is var right and not 0 && !store[right].IsVisible) number = right;
        var seen = new HashSet<string>();
        for (; number != 0 && !store[number].IsVisible; number = store[number].Left)
            if (IsMark(number) && !seen.Add(MarkAt(number).Key)) store.Delete(number);
    }

    /// <summary>
    /// Tidies what the transaction that is about to end, with changes of others, left needless: all of a text where marks came or went, and
    /// around what was deleted elsewhere.
    /// </summary>
    public void TidyTransaction()
    {
        if (!IsTextChanged()) return;
        var whole = new HashSet<SharedType>();
        foreach (var writer in store.Advanced)
            for (var number = writer.Find(writer.ClockBefore); number != 0; number = writer.Next())
                if (IsMark(number)) whole.Add(OwnerOf(number));
        foreach (var span in store.Deleted.ToArray())
        {
            var writer = store.Writers[span.Writer];
            for (var number = writer.Find(span.From); number != 0 && store[number].Clock < span.To; number = writer.Next())
            {
                var owner = OwnerOf(number);
                if (!owner.HasFormats || whole.Contains(owner)) continue;
                if (store[number].Kind == StructKind.Format) whole.Add(owner);
                else TidyAround(number);
            }
        }
        foreach (var type in whole) TidyAll(type);
    }

    SharedType OwnerOf(int number) => store.ListAt(store[number].List).Owner;

    bool IsTextChanged()
    {
        foreach (var list in store.Changed)
        {
            if (!list.Owner.HasFormats || list.Owner.Kind is not (SharedKind.Unknown or SharedKind.Text or SharedKind.XmlText)) continue;
            if (list.Owner.IsRoot) return true;
            ref var holder = ref store[list.Owner.Holder];
            if (!holder.IsDeleted && holder.Clock < store.ClockBefore(store.Writers[holder.Writer])) return true;
        }
        return false;
    }

    /// <summary>Tidies all of a text.</summary>
    public int TidyAll(SharedType type)
    {
        var deleted = 0;
        var start = type.Sequence?.First ?? 0;
        var before = new FormatValues();
        var current = new Formats();
        for (var number = start; number != 0; number = store[number].Right)
        {
            if (store[number].IsDeleted) continue;
            if (store[number].Kind == StructKind.Format)
            {
                var (key, json) = MarkAt(number);
                current[key] = json;
                continue;
            }
            deleted += TidyGap(start, number, before, current);
            before = FormatValues.From(current);
            start = number;
        }
        return deleted;
    }
}
