namespace Annotate.Text;

/// <summary>
/// What a document consists of: items in one array, linked by index, each in the list of a type and in the row of its writer; and their
/// contents in one array of bytes. This part finds, cuts and joins items; the others put new ones in and take deleted ones out.
/// </summary>
sealed partial class ItemStore
{
    const int ItemsMin = 16;
    const int DoublingItemsMax = 1024;

    /// <summary>So many structs at once are many.</summary>
    const int ItemsExpectedMin = 64;

    /// <summary>So many items, and for each struct more, are passed to find out whether places are odd.</summary>
    const int PlacesPassedMin = 4096, PlacesPassedPerStruct = 16;

    readonly Dictionary<long, Writer> _writersById = new(SeededIds.Instance);
    readonly Dictionary<string, SharedType> _roots = [];
    Rows<Writer> _writers;
    Rows<SharedType?> _types;
    Rows<ItemList?> _lists;
    readonly Stack<int> _freeTypes = new();
    readonly Stack<int> _freeLists = new();
    Item[] _items = [];
    int _itemCount = 1;
    int _freeItem;
    Writer? _lastWriter;

    /// <summary>Deleted items lose their content when the transaction ends. If not, they keep it.</summary>
    public bool CollectsGarbage { get; init; } = true;

    public ContentBytes Content { get; private set; } = new();

    public ItemStore()
    {
        _types.Add(null);
        _lists.Add(null);
    }

    public ReadOnlySpan<Writer> Writers => _writers.Span;

    public IReadOnlyDictionary<string, SharedType> Roots => _roots;

    public ref Item this[int item] => ref _items[item];

    /// <summary>How long the names of types and keys are, other than those of root types.</summary>
    public long NameUnits { get; private set; }

    public SharedType TypeAt(int number) => _types.Span[number]!;

    public ItemList ListAt(int number) => _lists.Span[number]!;

    /// <summary>Above every item's number.</summary>
    public int Capacity => _items.Length;

    /// <summary>How many items there are, other than those that were joined to others.</summary>
    public int ItemCount { get; private set; }

    public Writer? WriterOf(long client)
    {
        if (_lastWriter is { } last && last.ClientId == client) return last;
        if (!_writersById.TryGetValue(client, out var writer)) return null;
        return _lastWriter = writer;
    }

    public Writer WriterOrNew(long client)
    {
        if (WriterOf(client) is { } known) return known;
        var writer = new Writer(client, _writers.Count);
        _writers.Add(writer);
        _writersById.Add(client, writer);
        return _lastWriter = writer;
    }

    public SharedType Root(string name)
    {
        if (_roots.TryGetValue(name, out var known)) return known;
        var root = new SharedType(SharedKind.Unknown, name, 0, 0);
        _roots.Add(name, root);
        _newRoots.Add(name);
        return root;
    }

    public bool HasRoot(string name) => _roots.ContainsKey(name);

    public int AddType(SharedType type)
    {
        NameUnits += type.Name?.Length ?? 0;
        if (_freeTypes.TryPop(out var free))
        {
            _types.Span[free] = type;
            return free;
        }
        _types.Add(type);
        return _types.Count - 1;
    }

    public ItemList ListOf(SharedType type, string? key)
    {
        if (key is null) return type.Sequence ??= AddList(type, null);
        if (type.Under(key) is { } known) return known;
        var list = AddList(type, key);
        type.Keys.Add(key, list);
        return list;
    }

    ItemList AddList(SharedType owner, string? key)
    {
        var isReused = _freeLists.TryPop(out var number);
        var list = new ItemList(owner, key, isReused ? number : _lists.Count);
        if (isReused) _lists.Span[number] = list;
        else _lists.Add(list);
        NameUnits += key?.Length ?? 0;
        return list;
    }

    void Remove(int type)
    {
        var owner = TypeAt(type);
        NameUnits -= owner.Name?.Length ?? 0;
        owner.Clear();
        _types.Span[type] = null;
        _freeTypes.Push(type);
    }

    void Remove(ItemList list)
    {
        NameUnits -= list.Key?.Length ?? 0;
        _lists.Span[list.Number] = null;
        _freeLists.Push(list.Number);
    }

    /// <summary>Makes room at once for what an update is going to bring. A small one finds its room as it comes.</summary>
    public void Expect(int bytes, int structs)
    {
        if (structs < ItemsExpectedMin) return;
        _placesLeft = PlacesPassedMin + PlacesPassedPerStruct * structs;
        if (_items.Length - 1 - ItemCount < structs) Array.Resize(ref _items, Math.Max(_itemCount + structs, 1 + _itemCount));
        Content.Reserve(bytes);
    }

    /// <summary>What was expected has come.</summary>
    public void EndExpectation(int structs)
    {
        if (structs >= ItemsExpectedMin) Content.Trim();
    }

    int NewItem()
    {
        ItemCount++;
        if (_freeItem != 0)
        {
            var free = _freeItem;
            _freeItem = _items[free].Right;
            return free;
        }
        if (_itemCount >= _items.Length)
            Array.Resize(ref _items, Math.Max(ItemsMin, _itemCount < DoublingItemsMax ? _itemCount * 2 : _itemCount + _itemCount / 4));
        return _itemCount++;
    }

    void Free(int item)
    {
        ItemCount--;
        _items[item] = new Item { Right = _freeItem };
        _freeItem = item;
    }

    /// <summary>The item that ends with a clock, cut off there if need be. Collected items are not cut.</summary>
    int CleanEnd(Writer writer, int clock)
    {
        var found = writer.Last;
        if (_items[found].Clock > clock) found = writer.Find(clock);
        ref var item = ref _items[found];
        if (item.End - 1 == clock) NoteApart(writer, clock + 1);
        else if (item.Kind != StructKind.Collected) Cut(writer, clock + 1);
        return found;
    }

    /// <summary>The item that starts with a clock, cut off there if need be. Collected items are not cut.</summary>
    int CleanStart(Writer writer, int clock)
    {
        var found = writer.Find(clock);
        ref var item = ref _items[found];
        if (item.Clock == clock) NoteApart(writer, clock);
        else if (item.Kind != StructKind.Collected) return Cut(writer, clock);
        return found;
    }

    /// <summary>What was there before may be one item in yjs, though it is two here. It is two there, too, from now until the transaction ends.</summary>
    void NoteApart(Writer writer, int clock)
    {
        if (NotesJoins && clock < ClockBefore(writer)) _cutsByClock.Add((writer.Number, clock));
    }

    /// <summary>
    /// Cuts the item that holds a clock, before that clock, and gives the right part. The writer then stands at the left part. A surrogate
    /// pair that is cut becomes two replacement characters, as in yjs.
    /// </summary>
    int Cut(Writer writer, int clock)
    {
        _cuts.Add((writer, clock));
        var right = NewItem();
        var left = writer.Find(clock);
        ref var item = ref _items[left];
        ref var rest = ref _items[right];
        var by = clock - item.Clock;
        rest = item;
        rest.Clock = clock;
        rest.Length = item.Length - by;
        rest.IsSeam = false;
        rest.Left = left;
        rest.OriginBy = writer.Number;
        rest.OriginClock = clock - 1;
        rest.Content = CutContent(writer, item, by);
        item.Length = by;
        // A collected item stands in no list, and has no neighbours.
        if (item.List == 0) rest.Left = 0;
        else item.Right = right;
        if (rest.Right != 0) _items[rest.Right].Left = right;
        else if (rest.List != 0) ListAt(rest.List).Last = right;
        writer.InsertNext(clock, right);
        return right;
    }

    int CutContent(Writer writer, in Item item, int by)
    {
        switch (item.Kind)
        {
            case StructKind.String when item.IsWide:
                var units = Content.Units(item.Content, item.Length);
                if (char.IsHighSurrogate(units[by - 1])) CutPair(writer, item.Clock + by, ref units[by - 1], ref units[by]);
                return item.Content + by * sizeof(char);
            case StructKind.String:
                return item.Content + by;
            case StructKind.Any or StructKind.Json:
                var reader = new ByteReader(Content.Span, item.Content);
                StructReader.TrySkipElements(ref reader, item.Kind, by);
                CountSteps(by);
                return reader.At;
            default:
                return item.Content;
        }
    }

    /// <summary>
    /// Whether an item and the next one of its writer are one run: what yjs would have joined. Whether their contents lie one behind the
    /// other is another question.
    /// </summary>
    public bool AreOneRun(in Item left, int right)
    {
        ref var next = ref _items[right];
        return left.Kind == next.Kind && (left.Kind == StructKind.Collected || (left.Right == right && AreOneChain(left, next)));
    }

    /// <summary>Whether they are what one writer wrote in one go, wherever they stand by now.</summary>
    public static bool AreOneChain(in Item left, in Item next)
    {
        if (left.Kind != next.Kind) return false;
        if (left.Kind == StructKind.Collected) return true;
        return left.IsRun && next.OriginBy == left.Writer && next.OriginClock == left.End - 1
            && left.List == next.List && left.IsDeleted == next.IsDeleted && left.RightOriginBy == next.RightOriginBy && left.RightOriginClock == next.RightOriginClock;
    }

    bool CanJoin(in Item left, int right)
    {
        if (!AreOneRun(left, right) || _items[right].IsSeam) return false;
        ref var next = ref _items[right];
        return left.Kind switch
        {
            StructKind.String => left.IsWide == next.IsWide && left.Content + (left.Length << (left.IsWide ? 1 : 0)) == next.Content,
            StructKind.Any or StructKind.Json => false,
            _ => true,
        };
    }

    /// <summary>Joins the item at which a writer stands with its next, if they are one run. The writer stays where it is.</summary>
    bool TryJoinNext(Writer writer, int left, bool contentFollows = false)
    {
        var right = writer.Next();
        if (right == 0) return false;
        writer.Previous();
        if (!(contentFollows ? AreOneRun(_items[left], right) && !_items[right].IsSeam : CanJoin(_items[left], right))) return false;
        ref var item = ref _items[left];
        ref var next = ref _items[right];
        item.Length += next.Length;
        item.Right = next.Right;
        if (next.Right != 0) _items[next.Right].Left = left;
        else if (item.List != 0) ListAt(item.List).Last = left;
        writer.RemoveNext();
        Free(right);
        return true;
    }

    /// <summary>
    /// Client ids come from outside and could be chosen to collide, so their hash depends on a number that differs from process to process.
    /// </summary>
    sealed class SeededIds : IEqualityComparer<long>
    {
        public static SeededIds Instance { get; } = new();

        public bool Equals(long x, long y) => x == y;

        public int GetHashCode(long id) => HashCode.Combine(id);
    }
}
