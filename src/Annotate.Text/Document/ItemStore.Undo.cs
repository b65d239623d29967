namespace Annotate.Text;

/// <content>
/// Takes a transaction back before it ends: nothing has lost its content yet, so what came in goes out again, and what was deleted is not.
/// </content>
sealed partial class ItemStore
{
    readonly List<int> _goneTypes = [];
    Rows<PairCut> _cutPairs;

    /// <summary>Before which clocks items were cut in this transaction.</summary>
    Rows<(Writer Writer, int Clock)> _cuts;

    /// <summary>A surrogate pair that was cut before a clock.</summary>
    readonly record struct PairCut(Writer Writer, int Clock, char High, char Low);

    void CutPair(Writer writer, int clock, ref char high, ref char low)
    {
        _cutPairs.Add(new PairCut(writer, clock, high, low));
        high = low = '\uFFFD';
    }

    public void Undo()
    {
        foreach (ref readonly var span in _deleted.Span) Undelete(span);
        foreach (var writer in _advanced.Span) Withdraw(writer);
        foreach (ref readonly var cut in _cutPairs.Span) Mend(cut);
        foreach (ref readonly var seam in _seams.Span)
            if (seam.Clock < seam.Writer.Clock) _items[seam.Writer.Find(seam.Clock)].IsSeam = false;
        // The last first: what was cut twice is whole on the left again before it is joined to more.
        for (var i = _cuts.Count - 1; i >= 0; i--) Rejoin(_cuts.Span[i].Writer, _cuts.Span[i].Clock);
        foreach (var type in _goneTypes) Drop(type);
        _goneTypes.Clear();
        DropUnused();
        foreach (var list in _changed.Span) DropIfEmpty(list);
        foreach (var root in _newRoots.Span) DropRoot(root);
        HoldsOdd = _heldOdd;
        EndTransaction();
        // What is refused again and again must not fill the memory.
        if (Content.IsWasteful) TidyContent();
        Content.Trim();
    }

    void Mend(in PairCut cut)
    {
        if (cut.Clock >= cut.Writer.Clock) return;
        var left = cut.Writer.Find(cut.Clock - 1);
        ref var item = ref _items[left];
        Content.Units(item.Content, item.Length)[^1] = cut.High;
        Content.Units(_items[item.Right].Content, 1)[0] = cut.Low;
    }

    /// <summary>What was one item is one again: its contents lie one behind the other as they did.</summary>
    void Rejoin(Writer writer, int clock)
    {
        if (clock >= writer.Clock) return;
        var left = writer.Find(clock - 1);
        if (_items[left].End == clock) TryJoinNext(writer, left, contentFollows: true);
    }

    /// <summary>Forgets writers who in the end have written nothing: they came last.</summary>
    public void DropUnused()
    {
        while (_writers.Count > 0 && _writers.Last.Clock == 0)
        {
            _writersById.Remove(_writers.Last.ClientId);
            Content.Leave(_writers.Last);
            _writers.Truncate(_writers.Count - 1);
        }
        _lastWriter = null;
    }

    void Undelete(ClockSpan span)
    {
        var writer = _writers.Span[span.Writer];
        var to = Math.Min(span.To, ClockBefore(writer));
        if (span.From >= to) return;
        for (var number = writer.Find(span.From); number != 0 && _items[number].Clock < to; number = writer.Next())
        {
            ref var item = ref _items[number];
            item.IsDeleted = false;
            var list = ListAt(item.List);
            if (list.Key is null && item.IsVisible) list.Owner.Length += item.Length;
        }
    }

    void Withdraw(Writer writer)
    {
        var before = writer.ClockBefore;
        if (before > 0 && _items[writer.Find(before - 1)].End > before) Cut(writer, before);
        for (var number = writer.Last; number != 0 && _items[number].Clock >= before; number = writer.Last)
        {
            Unlink(number);
            writer.RemoveLast();
            Free(number);
        }
        writer.Clock = before;
        writer.ContentIsLoose = true;
    }

    void Unlink(int number)
    {
        ref var item = ref _items[number];
        if (item.Kind == StructKind.Type) _goneTypes.Add(item.Content);
        else Content.Waste += ContentLength(item);
        if (item.List == 0) return;
        var list = ListAt(item.List);
        if (list.Key is null && item.IsVisible) list.Owner.Length -= item.Length;
        if (item.Left != 0) _items[item.Left].Right = item.Right;
        else list.First = item.Right;
        if (item.Right != 0) _items[item.Right].Left = item.Left;
        else list.Last = item.Left;
    }

    void Drop(int type)
    {
        var owner = TypeAt(type);
        if (owner.Sequence is { } sequence) Remove(sequence);
        if (owner.HasKeys)
            foreach (var list in owner.Keys.Values) Remove(list);
        Remove(type);
    }

    void DropRoot(string name)
    {
        if (_roots.Remove(name, out var root) && root.Sequence is { } sequence) Remove(sequence);
    }

    void DropIfEmpty(ItemList list)
    {
        if (list.First != 0 || list.Key is null || _lists.Span[list.Number] != list) return;
        list.Owner.Remove(list.Key);
        Remove(list);
    }
}
