namespace Annotate.Text;

/// <summary>Clocks of one writer.</summary>
readonly record struct ClockSpan(int Writer, int From, int To);

/// <content>
/// Deletes, and keeps what a transaction changed: whose clocks moved on, which clocks were deleted, which lists are another now. When it
/// ends, deleted items lose their content and are joined.
/// </content>
sealed partial class ItemStore
{
    readonly Stack<int> _pendingTypes = new();
    Rows<Writer> _advanced;
    Rows<ClockSpan> _deleted;
    Rows<ItemList> _changed;
    Rows<string> _newRoots;
    int _transaction = 1;
    int _sealed;
    long _steps;
    bool _heldOdd;
    int _placesLeft = PlacesPassedMin;

    /// <summary>Before which clocks what this transaction brought was joined to what it goes on with.</summary>
    Rows<(Writer Writer, int Clock)> _joins;

    /// <summary>The same, and where this transaction cut, as far as that was asked for.</summary>
    Dictionary<int, List<int>> _joinsByWriter = [];
    HashSet<(int Writer, int Clock)> _cutsByClock = [];
    int _joinsSorted, _cutsSorted;

    /// <summary>Before which clocks this transaction made a seam.</summary>
    Rows<(Writer Writer, int Clock)> _seams;

    /// <summary>What comes was accepted before; else placing it takes at most <see cref="Limits.PlacingStepsMax"/> steps.</summary>
    public bool IsReplaying { get; set; }

    /// <summary>How many items this transaction has passed on the way to the places of others, or elements to cut others.</summary>
    public long Steps => _steps;

    /// <summary>The same of the transaction before.</summary>
    public long StepsBefore { get; private set; }

    /// <summary>Set when a transaction goes beyond a limit, and must be undone.</summary>
    public UpdateFault Overrun { get; private set; }

    /// <summary>
    /// Something stands between two things that cannot have stood side by side. Where it stands then depends on what was there when it came, and
    /// once there is such a thing, that of others may too.
    /// </summary>
    public bool HoldsOdd { get; private set; }

    /// <summary>Joins are remembered until the transaction ends.</summary>
    public bool NotesJoins { get; set; }

    /// <summary>This transaction put an item between two of different lists.</summary>
    public bool Crosses { get; private set; }

    /// <summary>The writers whose clock moved on in this transaction.</summary>
    public ReadOnlySpan<Writer> Advanced => _advanced.Span;

    /// <summary>What this transaction deleted, as it came.</summary>
    public ReadOnlySpan<ClockSpan> Deleted => _deleted.Span;

    /// <summary>The lists that this transaction changed.</summary>
    public ReadOnlySpan<ItemList> Changed => _changed.Span;

    /// <summary>The writer's clock when the transaction began.</summary>
    public int ClockBefore(Writer writer) => writer.Transaction == _transaction ? writer.ClockBefore : writer.Clock;

    void NoteClock(Writer writer)
    {
        if (writer.Transaction == _transaction) return;
        writer.Transaction = _transaction;
        writer.ClockBefore = writer.Clock;
        _advanced.Add(writer);
    }

    void NoteChanged(ItemList list)
    {
        if (list.Transaction == _transaction) return;
        list.Transaction = _transaction;
        _changed.Add(list);
    }

    /// <summary>What is deleted from now on stands behind what was deleted so far, and is not joined to it.</summary>
    public void SealDeleted() => _sealed = _deleted.Count;

    void NoteDeleted(in Item item)
    {
        if (_deleted.Count > _sealed)
        {
            ref var last = ref _deleted.Last;
            if (last.Writer == item.Writer && last.To == item.Clock)
            {
                last = last with { To = item.End };
                return;
            }
        }
        _deleted.Add(new ClockSpan(item.Writer, item.Clock, item.End));
    }

    /// <summary>Deletes what a writer wrote at clocks that it has reached.</summary>
    public void Delete(Writer writer, int from, int to)
    {
        var number = writer.Find(from);
        if (!_items[number].IsDeleted && _items[number].Clock < from) number = Cut(writer, from);
        while (number != 0 && _items[number].Clock < to)
        {
            if (!_items[number].IsDeleted)
            {
                if (_items[number].End > to) Cut(writer, to);
                Delete(number);
            }
            if (_items[number].End >= to) return;
            writer.Find(_items[number].Clock);
            number = writer.Next();
        }
    }

    /// <summary>Deletes an item, and if it is a type all that is in it, however deep.</summary>
    public void Delete(int number)
    {
        MarkDeleted(number);
        while (_pendingTypes.TryPop(out var type))
        {
            var owner = TypeAt(type);
            MarkAllDeleted(owner.Sequence);
            if (owner.HasKeys)
                foreach (var list in owner.Keys.Values) MarkAllDeleted(list);
        }
    }

    void MarkAllDeleted(ItemList? list)
    {
        for (var number = list?.First ?? 0; number != 0; number = _items[number].Right) MarkDeleted(number);
    }

    void MarkDeleted(int number)
    {
        ref var item = ref _items[number];
        if (item.IsDeleted) return;
        var list = ListAt(item.List);
        if (list.Key is null && item.IsCountable) list.Owner.Length -= item.Length;
        item.IsDeleted = true;
        NoteDeleted(item);
        NoteChanged(list);
        if (item.Kind == StructKind.Type) _pendingTypes.Push(item.Content);
    }

    /// <summary>
    /// Takes out the content of what the transaction deleted, and joins what has become one run. Nothing can be undone after that.
    /// </summary>
    public void Collect()
    {
        if (CollectsGarbage)
            for (var i = 0; i < _deleted.Count; i++) Collect(_deleted.Span[i]);
        for (var i = 0; i < _deleted.Count; i++) JoinAround(_deleted.Span[i]);
        // What was cut to look for a place, and then found none there.
        foreach (ref readonly var cut in _cuts.Span) Rejoin(cut.Writer, cut.Clock);
        if (Content.IsWasteful) TidyContent();
    }

    /// <summary>Ends the transaction: forgets what changed.</summary>
    /// <param name="isTyping">A local change that deleted nothing leaves the marks where it ended as they are.</param>
    public void EndTransaction(bool isTyping = false)
    {
        if (!isTyping || _deleted.Count > 0)
            foreach (var list in _changed.Span) list.Unmark();
        Forget();
    }

    void Forget()
    {
        Forget(ref _advanced);
        Forget(ref _deleted);
        Forget(ref _changed);
        Forget(ref _newRoots);
        Forget(ref _cutPairs);
        Forget(ref _cuts);
        Forget(ref _joins);
        Forget(ref _seams);
        if (_joinsSorted > 0) (_joinsByWriter, _joinsSorted) = ([], 0);
        if (_cutsByClock.Count > 0) _cutsByClock = [];
        _cutsSorted = 0;
        NotesJoins = false;
        Crosses = false;
        _heldOdd = HoldsOdd;
        _placesLeft = PlacesPassedMin;
        _transaction++;
        (StepsBefore, _steps) = (_steps, 0);
        _sealed = 0;
        Overrun = UpdateFault.None;
    }

    /// <summary>Empties a list, and keeps its memory only if it is small.</summary>
    static void Forget<T>(ref Rows<T> rows)
    {
        const int KeptMax = 256;
        if (rows.Count > KeptMax) rows = default;
        else rows.Truncate(0);
    }

    void Collect(ClockSpan span)
    {
        var writer = _writers.Span[span.Writer];
        for (var number = writer.Find(span.From); number != 0 && _items[number].Clock < span.To; number = writer.Next())
            if (_items[number].IsDeleted) Collect(number, withPlace: false);
        while (_pendingTypes.TryPop(out var type)) CollectType(type);
    }

    /// <summary>Takes out an item's content, and its place too if the type that it stood in is gone.</summary>
    void Collect(int number, bool withPlace)
    {
        ref var item = ref _items[number];
        if (item.Kind == StructKind.Collected) return;
        if (item.Kind == StructKind.Type) _pendingTypes.Push(item.Content);
        else Content.Waste += ContentLength(item);
        item.Kind = withPlace ? StructKind.Collected : StructKind.Deleted;
        item.Content = 0;
        item.IsWide = false;
        if (!withPlace) return;
        (item.Left, item.Right, item.List) = (0, 0, 0);
        (item.OriginBy, item.RightOriginBy) = (Item.Nobody, Item.Nobody);
    }

    void CollectType(int type)
    {
        var owner = TypeAt(type);
        CollectAll(owner.Sequence);
        if (owner.HasKeys)
            foreach (var list in owner.Keys.Values) CollectAll(list);
        Remove(type);
    }

    void CollectAll(ItemList? list)
    {
        if (list is null) return;
        for (var number = list.First; number != 0;)
        {
            var next = _items[number].Right;
            Collect(number, withPlace: true);
            number = next;
        }
        Remove(list);
    }

    void JoinAround(ClockSpan span)
    {
        var writer = _writers.Span[span.Writer];
        var number = writer.Find(span.To - 1);
        if (writer.Next() is var next and not 0) number = next;
        while (_items[number].Clock >= span.From && writer.Previous() is var left and not 0)
        {
            TryJoinNext(writer, left);
            number = left;
        }
    }

    int ContentLength(in Item item) => item.Kind switch
    {
        StructKind.Collected or StructKind.Deleted or StructKind.Type => 0,
        StructKind.String => item.Length << (item.IsWide ? 1 : 0),
        _ => ContentOf(item).Length,
    };

    /// <summary>The content of an item that is neither text nor a type, as it is written in format 1, without a number of elements.</summary>
    public ReadOnlySpan<byte> ContentOf(in Item item) => ContentIn(Content.Span, item);

    /// <summary>Copies all contents, each writer's in sequence, and leaves out what belongs to nothing.</summary>
    void TidyContent()
    {
        var old = Content;
        Content = new ContentBytes();
        Content.Reserve(old.Length - old.Waste);
        foreach (var writer in _writers.Span)
        {
            (writer.ContentEnd, writer.ContentLimit) = (0, 0);
            for (var number = writer.First(); number != 0; number = writer.Next())
            {
                ref var item = ref _items[number];
                if (item.Kind is StructKind.Collected or StructKind.Deleted or StructKind.Type) continue;
                var bytes = item.Kind == StructKind.String
                    ? old.Slice(item.Content, item.Length << (item.IsWide ? 1 : 0))
                    : ContentIn(old.Span, item);
                item.Content = Content.Take(writer, bytes.Length, item.IsWide);
                bytes.CopyTo(Content.Slice(item.Content, bytes.Length));
            }
        }
    }

    static ReadOnlySpan<byte> ContentIn(ReadOnlySpan<byte> bytes, in Item item)
    {
        var reader = new ByteReader(bytes, item.Content);
        StructReader.TrySkipContent(ref reader, item.Kind, item.Length);
        return reader.Between(item.Content, reader.At);
    }
}
