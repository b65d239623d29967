namespace Annotate.Text;

/// <summary>
/// Decides where an item goes among those that were written at the same place (YATA; yjs, src/structs/Item.js). Remembers which items it
/// passed by their position in the walk: one is "before the origin" if it was passed at all, and "in conflict" if it was since the last step
/// to the right.
/// </summary>
sealed class Conflicts
{
    /// <summary>Up to this many passed items are looked through one by one.</summary>
    const int ListedMax = 16;

    readonly int[] _listed = new int[ListedMax];

    /// <summary>By item: <see cref="_base"/> of the walk that passed it last, plus its position there.</summary>
    long[] _positions = [];
    long _base = 1;
    int _passed;

    /// <summary>How many items the last walk passed.</summary>
    public int Steps => _passed;

    public int Resolve(ItemStore store, int number, int left, int right, ItemList list)
    {
        _passed = 0;
        var item = store[number];
        var cleared = 0;
        var other = left != 0 ? store[left].Right : list.First;
        while (other != 0 && other != right)
        {
            Pass(store, other);
            ref var o = ref store[other];
            if (o.OriginBy == item.OriginBy && (o.OriginBy == Item.Nobody || o.OriginClock == item.OriginClock))
            {
                if (store.Writers[o.Writer].ClientId < store.Writers[item.Writer].ClientId)
                {
                    left = other;
                    cleared = _passed;
                }
                else if (o.RightOriginBy == item.RightOriginBy
                    && (o.RightOriginBy == Item.Nobody || o.RightOriginClock == item.RightOriginClock)) break;
            }
            else if (o.OriginBy != Item.Nobody && PositionOf(store.Writers[o.OriginBy].Find(o.OriginClock)) is var position and >= 0)
            {
                if (position < cleared)
                {
                    left = other;
                    cleared = _passed;
                }
            }
            else break;
            other = store[other].Right;
        }
        if (_passed > ListedMax) _base += _passed;
        return left;
    }

    void Pass(ItemStore store, int item)
    {
        if (_passed < ListedMax) _listed[_passed] = item;
        else
        {
            if (_positions.Length < store.Capacity) Array.Resize(ref _positions, store.Capacity);
            if (_passed == ListedMax)
                for (var i = 0; i < ListedMax; i++) _positions[_listed[i]] = _base + i;
            _positions[item] = _base + _passed;
        }
        _passed++;
    }

    int PositionOf(int item)
    {
        if (_passed > ListedMax) return (int)Math.Max(_positions[item] - _base, -1);
        for (var i = 0; i < _passed; i++)
            if (_listed[i] == item) return i;
        return -1;
    }
}
