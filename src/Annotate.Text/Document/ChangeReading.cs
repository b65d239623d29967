namespace Annotate.Text;

/// <summary>Reads what the transaction that is about to end changed, while deleted items still have their content.</summary>
sealed class ChangeReading
{
    readonly ItemStore _store;
    readonly ClockSpan[] _deleted;

    public ChangeReading(ItemStore store)
    {
        _store = store;
        _deleted = store.Deleted.ToArray();
        Array.Sort(_deleted, static (a, b) => a.Writer != b.Writer ? a.Writer.CompareTo(b.Writer) : a.From.CompareTo(b.From));
    }

    public TypeChange[] Read()
    {
        var changes = new List<TypeChange>();
        foreach (var lists in _store.Changed.ToArray().GroupBy(list => list.Owner))
        {
            if (!WasThere(lists.Key)) continue;
            var hasSequence = lists.Any(list => list.Key is null);
            changes.Add(new TypeChange(
                SharedRef.To(_store, lists.Key),
                hasSequence ? new TextDelta(_store, this).Write(lists.Key) : null,
                hasSequence ? new ListDelta(_store, this).Write(lists.Key) : null,
                [.. lists.Where(list => list.Key is not null).Select(list => list.Key!)]));
        }
        return [.. changes];
    }

    bool WasThere(SharedType type) => type.IsRoot || (!_store[type.Holder].IsDeleted && OldLength(_store[type.Holder]) > 0);

    /// <summary>How many of an item's first clocks were there before the transaction. A run of typing may have got longer in it.</summary>
    public int OldLength(in Item item) => Math.Clamp(_store.ClockBefore(_store.Writers[item.Writer]) - item.Clock, 0, item.Length);

    /// <summary>Whether the transaction deleted an item.</summary>
    public bool Deletes(in Item item)
    {
        if (!item.IsDeleted) return false;
        int low = 0, high = _deleted.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            ref var span = ref _deleted[middle];
            if (span.Writer == item.Writer && span.From <= item.Clock && item.Clock < span.To) return true;
            if (span.Writer < item.Writer || (span.Writer == item.Writer && span.To <= item.Clock)) low = middle + 1;
            else high = middle - 1;
        }
        return false;
    }
}
