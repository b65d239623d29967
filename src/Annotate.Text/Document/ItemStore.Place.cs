using System.Buffers;
using System.Text;

namespace Annotate.Text;

/// <content>Puts a new item in its place: YATA, as yjs does it (src/structs/Item.js, integrate).</content>
sealed partial class ItemStore
{
    /// <summary>
    /// An item that short takes text of one byte a unit as if it had two, so that a few odd characters do not cut a run to pieces.
    /// </summary>
    const int WidenedUnitsMax = 64;

    readonly Conflicts _conflicts = new();

    /// <summary>
    /// Puts a struct in. Everything it builds on is there, and of its clocks the first that is not held is its writer's next.
    /// </summary>
    /// <param name="bytes">The update that it stands in.</param>
    /// <param name="head">The struct, checked.</param>
    /// <param name="writer">Its writer.</param>
    /// <param name="offset">How many of its first clocks are held already.</param>
    public void Place(ReadOnlySpan<byte> bytes, in StructHead head, Writer writer, int offset)
    {
        NoteClock(writer);
        if (head.Kind == StructKind.Collected) PlaceCollected(writer, (int)head.Length - offset);
        else if (offset > 0 || !TryExtend(bytes, head, writer)) PlaceItem(bytes, head, writer, offset);
    }

    void PlaceCollected(Writer writer, int length)
    {
        var last = writer.Last;
        if (last != 0 && _items[last].Kind == StructKind.Collected) _items[last].Length += length;
        else
        {
            var item = NewItem();
            _items[item] = new Item(writer.Number, StructKind.Collected)
            {
                Clock = writer.Clock,
                Length = length,
                OriginBy = Item.Nobody,
                RightOriginBy = Item.Nobody,
                IsDeleted = true,
            };
            writer.Append(writer.Clock, item);
        }
        writer.Clock += length;
    }

    /// <summary>
    /// The common case: a writer goes on typing where it stopped. Its last item gets longer, and nothing else changes.
    /// </summary>
    bool TryExtend(ReadOnlySpan<byte> bytes, in StructHead head, Writer writer)
    {
        if (head.Kind != StructKind.String || head.LeftClient != writer.ClientId || head.LeftClock != writer.Clock - 1) return false;
        if ((head.Info & StructReader.HasLeft) == 0) return false;
        var number = writer.Last;
        ref var last = ref _items[number];
        if (last.Kind != StructKind.String || last.IsDeleted || !IsSameRight(last, head)) return false;
        var list = ListAt(last.List);
        if (list.Key is not null) return false;
        var reader = new ByteReader(bytes, head.ContentAt);
        if (!reader.TryBlob(out var utf8) || !TryAppendText(writer, ref last, utf8, (int)head.Length)) return false;
        if (NotesJoins) _joins.Add((writer, writer.Clock));
        last.Length += (int)head.Length;
        writer.Clock += (int)head.Length;
        list.Owner.Length += (int)head.Length;
        NoteChanged(list);
        return true;
    }

    /// <summary>The struct has the right origin of the item, and this is still what stands right of it.</summary>
    bool IsSameRight(in Item last, in StructHead head)
    {
        if (head.RightClient < 0) return last.RightOriginBy == Item.Nobody && last.Right == 0;
        if (last.Right == 0 || last.RightOriginBy == Item.Nobody || head.RightClock != last.RightOriginClock) return false;
        ref var right = ref _items[last.Right];
        return right.Writer == last.RightOriginBy && right.Clock == last.RightOriginClock
            && _writers.Span[last.RightOriginBy].ClientId == head.RightClient;
    }

    bool TryAppendText(Writer writer, ref Item last, ReadOnlySpan<byte> utf8, int units)
    {
        var isAscii = Ascii.IsValid(utf8);
        if (!isAscii && !last.IsWide) return false;
        if (isAscii && last.IsWide && last.Length > WidenedUnitsMax) return false;
        var bytesEach = last.IsWide ? sizeof(char) : 1;
        if (writer.ContentEnd != last.Content + last.Length * bytesEach) return false;
        var at = Content.Take(writer, units * bytesEach);
        if (at != last.Content + last.Length * bytesEach)
        {
            ContentBytes.GiveBack(writer, at);
            return false;
        }
        if (last.IsWide) Encoding.UTF8.GetChars(utf8, Content.Units(at, units));
        else utf8.CopyTo(Content.Slice(at, units));
        return true;
    }

    void PlaceItem(ReadOnlySpan<byte> bytes, in StructHead head, Writer writer, int offset)
    {
        var left = (head.Info & StructReader.HasLeft) != 0 ? CleanEnd(WriterOf(head.LeftClient)!, (int)head.LeftClock) : 0;
        var right = 0;
        if (head.IsBackwards) (left, right) = FindBackwards(left, head);
        else if (head.RightClient >= 0) right = FindRight(left, head);
        var list = ListFor(bytes, head, left, right);
        if (offset > 0)
        {
            // It goes on where its own beginning stands, wherever an update that lies may want to have it.
            left = writer.Last;
            list = _items[left].Kind == StructKind.Collected ? null : ListAt(_items[left].List);
        }
        if (list is null)
        {
            Unmark(left);
            Unmark(right);
            PlaceCollected(writer, (int)head.Length - offset);
            return;
        }
        var number = NewItem();
        ref var item = ref _items[number];
        item = new Item(writer.Number, head.Kind)
        {
            Clock = writer.Clock,
            Length = (int)head.Length - offset,
            OriginBy = Item.Nobody,
            RightOriginBy = Item.Nobody,
            List = list.Number,
        };
        if (offset > 0) (item.OriginBy, item.OriginClock) = (writer.Number, writer.Clock - 1);
        else if (left != 0) (item.OriginBy, item.OriginClock) = (_items[left].Writer, (int)head.LeftClock);
        if (right != 0) (item.RightOriginBy, item.RightOriginClock) = (_items[right].Writer, (int)head.RightClock);
        var contentEnd = writer.ContentEnd;
        TakeContent(bytes, head, writer, number, offset);
        Enlist(writer, number, left, right, list, contentEnd);
    }

    /// <summary>The list that an item stands in may have been cut, and is not changed otherwise.</summary>
    void Unmark(int number)
    {
        if (number != 0 && _items[number].List != 0) ListAt(_items[number].List).Unmark();
    }

    /// <summary>
    /// Adds an item to its writer's and into its list, and joins it to the writer's last if the two are one run. Gives the one it then is.
    /// </summary>
    int Enlist(Writer writer, int number, int left, int right, ItemList list, int contentEnd)
    {
        var last = writer.Last;
        var isLoose = writer.ContentIsLoose;
        writer.ContentIsLoose = false;
        writer.Append(writer.Clock, number);
        writer.Clock += _items[number].Length;
        Settle(number, left, right, list);
        if (last == 0 || !AreOneRun(_items[last], number)) return number;
        // What the writer's last holds was the last content before this one, so the two lie together if this one starts where that ended.
        var follows = _items[number].Kind is StructKind.Any or StructKind.Json && _items[number].Content == contentEnd && !isLoose;
        writer.Find(_items[last].Clock);
        var clock = _items[number].Clock;
        if (!TryJoinNext(writer, last, follows)) return number;
        if (NotesJoins) _joins.Add((writer, clock));
        return last;
    }

    /// <summary>What stands right of the left origin mostly is the right origin, which saves looking for it.</summary>
    int FindRight(int left, in StructHead head)
    {
        var writer = WriterOf(head.RightClient)!;
        var next = left == 0 ? 0 : _items[left].Right;
        return next != 0 && _items[next].Clock == head.RightClock && _items[next].Writer == writer.Number
            ? next
            : CleanStart(writer, (int)head.RightClock);
    }

    /// <summary>
    /// The origins of a struct that are of one writer, the right one no later than the left one. If both are in what is one item just then, yjs cuts
    /// it before the right one, and what is left of that cut is what the struct is put behind. Where that was so and where it was not stays known, so
    /// that it is the same again when the document is loaded.
    /// </summary>
    (int Left, int Right) FindBackwards(int left, in StructHead head)
    {
        if (_items[left].Kind == StructKind.Collected) return (left, left);
        var writer = WriterOf(head.RightClient)!;
        var clock = (int)head.RightClock;
        var isChained = IsChained(writer, left, clock);
        var isInRun = isChained && clock > RunStart(writer, left, clock, isWhole: false);
        if (isChained && !isInRun && RunStart(writer, left, clock, isWhole: true) is var start && start >= clock) AddSeam(writer, start);
        var right = CleanStart(writer, clock);
        HoldsOdd |= isChained;
        return (writer.Find(isInRun ? clock - 1 : (int)head.LeftClock), right);
    }

    void AddSeam(Writer writer, int clock)
    {
        var number = CleanStart(writer, clock);
        if (_items[number].IsSeam) return;
        _items[number].IsSeam = true;
        _seams.Add((writer, clock));
    }

    /// <summary>
    /// Where what is one item in yjs just then starts, looked for no further back than a clock: yjs joins what a transaction brought when it ends, we
    /// join it at once, and may not have joined what it has.
    /// </summary>
    /// <param name="isWhole">As if nothing had been put into what was one run when it came.</param>
    int RunStart(Writer writer, int number, int until, bool isWhole)
    {
        while (true)
        {
            CountSteps(1);
            var start = _items[number].Clock;
            if (LastJoin(writer, start, _items[number].End) is var last and >= 0) return last;
            if (start < until) return start;
            writer.Find(start);
            var before = writer.Previous();
            var wasCut = WasCut(writer, start);
            var goesOn = isWhole
                ? (wasCut || start < ClockBefore(writer)) && AreOneChain(_items[before], _items[number])
                : !wasCut && start < ClockBefore(writer) && AreOneRun(_items[before], number);
            if (before == 0 || !goesOn) return start;
            number = before;
        }
    }

    /// <summary>The last of some clocks at which something new was joined; -1 if there is none.</summary>
    int LastJoin(Writer writer, int from, int to)
    {
        for (; _joinsSorted < _joins.Count; _joinsSorted++)
        {
            var (of, clock) = _joins.Span[_joinsSorted];
            if (!_joinsByWriter.TryGetValue(of.Number, out var known)) _joinsByWriter.Add(of.Number, known = []);
            known.Add(clock);
        }
        if (!_joinsByWriter.TryGetValue(writer.Number, out var clocks)) return -1;
        var at = clocks.BinarySearch(to - 1);
        if (at < 0) at = ~at - 1;
        return at >= 0 && clocks[at] >= from ? clocks[at] : -1;
    }

    bool WasCut(Writer writer, int clock)
    {
        for (; _cutsSorted < _cuts.Count; _cutsSorted++) _cutsByClock.Add((_cuts.Span[_cutsSorted].Writer.Number, _cuts.Span[_cutsSorted].Clock));
        return _cutsByClock.Contains((writer.Number, clock));
    }

    /// <summary>An item goes on with what was written up to before a clock, whatever stands between the two or is deleted.</summary>
    bool IsChained(Writer writer, int number, int clock)
    {
        if (clock == 0 || _items[writer.Find(clock)] is var at && at.Clock == clock && !GoesOn(writer, at)) return false;
        for (var start = _items[number].Clock; start > clock; start = _items[writer.Find(start - 1)].Clock)
        {
            CountSteps(1);
            if (!GoesOn(writer, _items[writer.Find(start)])) return false;
        }
        return true;
    }

    bool GoesOn(Writer writer, in Item item)
    {
        if (item.List == 0 || item.OriginBy != item.Writer || item.OriginClock != item.Clock - 1) return false;
        ref var last = ref _items[writer.Find(item.Clock - 1)];
        return last.RightOriginBy == item.RightOriginBy && last.RightOriginClock == item.RightOriginClock;
    }

    /// <summary>The list that the struct belongs to; null if it is collected, and so the struct with it.</summary>
    ItemList? ListFor(ReadOnlySpan<byte> bytes, in StructHead head, int left, int right)
    {
        if (left != 0 && _items[left].Kind == StructKind.Collected) return null;
        if (right != 0 && _items[right].Kind == StructKind.Collected) return null;
        if (left != 0)
        {
            var list = ListAt(_items[left].List);
            if (right == 0 || _items[right].List == list.Number) return list;
            Crosses = HoldsOdd = true;
            ListAt(_items[right].List).Unmark();
            return list;
        }
        if (right != 0) return ListAt(_items[right].List);
        var reader = new ByteReader(bytes, head.RightEnd);
        SharedType? owner = null;
        if (reader.TryByte(out var isRoot) && isRoot == 1)
        {
            if (reader.TryText(out var name)) owner = Root(Encoding.UTF8.GetString(name));
        }
        else if (reader.TryUint(out var client) && reader.TryUint(out var clock))
        {
            ref var holder = ref _items[WriterOf(client)!.Find((int)clock)];
            if (holder.Kind == StructKind.Type) owner = TypeAt(holder.Content);
        }
        if (owner is null) return null;
        string? key = null;
        if ((head.Info & StructReader.HasParentKey) != 0 && reader.TryText(out var utf8)) key = Encoding.UTF8.GetString(utf8);
        return ListOf(owner, key);
    }

    /// <summary>Links an item into its list, after those that others wrote at the same place before it, and does what follows from that.</summary>
    void Settle(int number, int left, int right, ItemList list)
    {
        var isContested = left != 0 ? _items[left].Right != right : right == 0 || _items[right].Left != 0;
        if (isContested)
        {
            if (!HoldsOdd) HoldsOdd = !MayStandSideBySide(left, right);
            left = Resolve(number, left, right, list);
        }
        right = left != 0 ? _items[left].Right : list.First;
        ref var item = ref _items[number];
        item.Left = left;
        item.Right = right;
        if (left != 0) _items[left].Right = number;
        else list.First = number;
        if (right != 0) _items[right].Left = number;
        else list.Last = number;
        var owner = list.Owner;
        if (list.Key is null && item.IsVisible) owner.Length += item.Length;
        if (item.Kind == StructKind.Deleted) NoteDeleted(item);
        else if (item.Kind == StructKind.Format) owner.HasFormats = true;
        NoteChanged(list);
        if (list.Key is not null && right == 0 && left != 0) Delete(left);
        if ((list.Key is not null && right != 0) || (!owner.IsRoot && _items[owner.Holder].IsDeleted)) Delete(number);
    }

    /// <summary>
    /// Whether whoever wrote an item can have seen nothing between its origins: the left one is the first of the two, the right one was not
    /// written behind something in between, nor the left one before something in between. Nothing stands for the start or the end. Where that takes
    /// long to find out, it is not found out: then they may not.
    /// </summary>
    bool MayStandSideBySide(int left, int right)
    {
        if (right == 0) return left == 0 || _items[left].RightOriginBy == Item.Nobody;
        if (left == 0) return _items[right].OriginBy == Item.Nobody;
        ref var l = ref _items[left];
        ref var r = ref _items[right];
        var between = l.Right;
        for (; between != 0 && between != right; between = _items[between].Right)
        {
            if (_placesLeft-- <= 0) return false;
            if (Holds(between, r.OriginBy, r.OriginClock) || Holds(between, l.RightOriginBy, l.RightOriginClock)) break;
        }
        return between == right;
    }

    bool Holds(int number, int writer, int clock)
    {
        ref var item = ref _items[number];
        return item.Writer == writer && item.Clock <= clock && clock < item.End;
    }

    int Resolve(int number, int left, int right, ItemList list)
    {
        left = _conflicts.Resolve(this, number, left, right, list);
        CountSteps(_conflicts.Steps);
        return left;
    }

    void CountSteps(int count)
    {
        _steps += count;
        if (_steps > Limits.PlacingStepsMax && !IsReplaying) Overrun = UpdateFault.Work;
    }

    void TakeContent(ReadOnlySpan<byte> bytes, in StructHead head, Writer writer, int number, int offset)
    {
        ref var item = ref _items[number];
        var reader = new ByteReader(bytes, head.ContentAt);
        switch (head.Kind)
        {
            case StructKind.Deleted:
                item.IsDeleted = true;
                break;
            case StructKind.String:
                if (reader.TryBlob(out var utf8)) TakeText(writer, ref item, utf8, offset);
                break;
            case StructKind.Type:
                item.Content = TakeType(ref reader, number, ListAt(item.List).Owner.Depth + 1);
                break;
            case StructKind.Any or StructKind.Json:
                if (reader.TryUint(out _)) StructReader.TrySkipElements(ref reader, head.Kind, offset);
                TakeBytes(writer, ref item, bytes[reader.At..head.End]);
                break;
            default:
                TakeBytes(writer, ref item, bytes[head.ContentAt..head.End]);
                break;
        }
    }

    void TakeBytes(Writer writer, ref Item item, ReadOnlySpan<byte> bytes)
    {
        item.Content = Content.Take(writer, bytes.Length);
        bytes.CopyTo(Content.Slice(item.Content, bytes.Length));
    }

    void TakeText(Writer writer, ref Item item, ReadOnlySpan<byte> utf8, int offset)
    {
        if (Ascii.IsValid(utf8))
        {
            TakeBytes(writer, ref item, utf8[offset..]);
            return;
        }
        var units = ArrayPool<char>.Shared.Rent(utf8.Length);
        var text = units.AsSpan(0, Encoding.UTF8.GetChars(utf8, units));
        if (offset > 0 && char.IsHighSurrogate(text[offset - 1])) text[offset] = '\uFFFD';
        TakeText(writer, ref item, text[offset..]);
        ArrayPool<char>.Shared.Return(units);
    }

    void TakeText(Writer writer, ref Item item, ReadOnlySpan<char> text)
    {
        item.IsWide = text.ContainsAnyExceptInRange('\0', '\u00ff');
        item.Content = Content.Take(writer, item.IsWide ? text.Length * sizeof(char) : text.Length, item.IsWide);
        if (item.IsWide) text.CopyTo(Content.Units(item.Content, text.Length));
        else Encoding.Latin1.GetBytes(text, Content.Slice(item.Content, text.Length));
    }

    int TakeType(ref ByteReader reader, int number, int depth)
    {
        if (depth > Limits.NestingMax) Overrun = UpdateFault.Depth;
        reader.TryUint(out var kind);
        var hasName = (SharedKind)kind is SharedKind.XmlElement or SharedKind.XmlHook;
        var name = hasName && reader.TryText(out var utf8) ? Encoding.UTF8.GetString(utf8) : null;
        return AddType(new SharedType((SharedKind)kind, name, number, depth));
    }
}
