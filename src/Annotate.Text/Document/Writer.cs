using System.Runtime.CompilerServices;

namespace Annotate.Text;

/// <summary>
/// One client of a document: its items by clock, in pages of limited size, so that neither finding an item nor cutting one gets slow in a
/// long text.
/// </summary>
sealed class Writer(long clientId, int number)
{
    const int PageSlotsMax = 64;
    const int FirstPageSlots = 2, GrowthSlots = 16;

    struct Slot
    {
        public int Clock;
        public int Item;
    }

    struct Page
    {
        public Slot[] Slots;
        public int Count;
    }

    Page[] _pages = [];
    int _pageCount;
    int _page;
    int _slot;

    public long ClientId => clientId;

    public int Number => number;

    /// <summary>The first clock that it has not written yet.</summary>
    public int Clock;

    /// <summary>In which transaction <see cref="ClockBefore"/> was noted.</summary>
    public int Transaction;

    /// <summary>Its clock when that transaction began.</summary>
    public int ClockBefore;

    /// <summary>Where its next content goes, and how far the space kept for it reaches.</summary>
    public int ContentEnd, ContentLimit;

    /// <summary>Its last content was taken back: what its last item holds need not end at <see cref="ContentEnd"/>.</summary>
    public bool ContentIsLoose;

    /// <summary>The item with the highest clock; 0 if there is none.</summary>
    public int Last => _pageCount == 0 ? 0 : _pages[_pageCount - 1].Slots[_pages[_pageCount - 1].Count - 1].Item;

    /// <summary>Bytes that its pages take.</summary>
    public long BytesHeld
    {
        get
        {
            long bytes = _pages.Length * Unsafe.SizeOf<Page>();
            for (var i = 0; i < _pageCount; i++) bytes += _pages[i].Slots.Length * Unsafe.SizeOf<Slot>();
            return bytes;
        }
    }

    /// <summary>The item that holds a clock below <see cref="Clock"/>. Next, Previous, InsertNext and RemoveNext start from it.</summary>
    public int Find(int clock)
    {
        if (!IsOnPage(clock)) _page = FindPage(clock);
        ref var page = ref _pages[_page];
        if (_slot < page.Count && page.Slots[_slot].Clock <= clock && (_slot + 1 == page.Count || page.Slots[_slot + 1].Clock > clock))
            return page.Slots[_slot].Item;
        int low = 0, high = page.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (page.Slots[middle].Clock <= clock) low = middle;
            else high = middle - 1;
        }
        _slot = low;
        return page.Slots[low].Item;
    }

    bool IsOnPage(int clock) =>
        _page < _pageCount && _pages[_page].Slots[0].Clock <= clock && (_page + 1 == _pageCount || _pages[_page + 1].Slots[0].Clock > clock);

    int FindPage(int clock)
    {
        int low = 0, high = _pageCount - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (_pages[middle].Slots[0].Clock <= clock) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    /// <summary>Goes to the first item; 0 if there is none.</summary>
    public int First()
    {
        (_page, _slot) = (0, 0);
        return _pageCount == 0 ? 0 : _pages[0].Slots[0].Item;
    }

    /// <summary>Goes on to the item after the one last found; 0 behind the last, and then it does not move.</summary>
    public int Next()
    {
        if (_slot + 1 < _pages[_page].Count) _slot++;
        else if (_page + 1 < _pageCount) (_page, _slot) = (_page + 1, 0);
        else return 0;
        return _pages[_page].Slots[_slot].Item;
    }

    /// <summary>Goes back to the item before the one last found; 0 before the first, and then it does not move.</summary>
    public int Previous()
    {
        if (_slot > 0) _slot--;
        else if (_page > 0) _slot = _pages[--_page].Count - 1;
        else return 0;
        return _pages[_page].Slots[_slot].Item;
    }

    /// <summary>Adds an item behind the last.</summary>
    public void Append(int clock, int item)
    {
        if (_pageCount == 0 || _pages[_pageCount - 1].Count == PageSlotsMax) AddPage(_pageCount, FirstPageSlots);
        InsertAt(_pageCount - 1, _pages[_pageCount - 1].Count, clock, item);
    }

    /// <summary>Adds an item after the one last found.</summary>
    public void InsertNext(int clock, int item)
    {
        if (_pages[_page].Count == PageSlotsMax) SplitPage();
        InsertAt(_page, _slot + 1, clock, item);
    }

    void InsertAt(int at, int slot, int clock, int item)
    {
        ref var page = ref _pages[at];
        if (page.Count == page.Slots.Length)
            Array.Resize(ref page.Slots, Math.Min(PageSlotsMax, page.Count < GrowthSlots ? page.Count * 2 : page.Count + GrowthSlots));
        page.Slots.AsSpan(slot, page.Count - slot).CopyTo(page.Slots.AsSpan(slot + 1));
        page.Slots[slot] = new Slot { Clock = clock, Item = item };
        page.Count++;
    }

    void SplitPage()
    {
        AddPage(_page + 1, PageSlotsMax / 2 + GrowthSlots);
        ref var full = ref _pages[_page];
        ref var next = ref _pages[_page + 1];
        full.Slots.AsSpan(PageSlotsMax / 2).CopyTo(next.Slots);
        next.Count = PageSlotsMax / 2;
        full.Count = PageSlotsMax / 2;
        if (_slot >= PageSlotsMax / 2) (_page, _slot) = (_page + 1, _slot - PageSlotsMax / 2);
    }

    void AddPage(int at, int slots)
    {
        if (_pageCount == _pages.Length) Array.Resize(ref _pages, Math.Max(1, _pageCount + (_pageCount >> 1) + 1));
        _pages.AsSpan(at, _pageCount - at).CopyTo(_pages.AsSpan(at + 1));
        _pages[at] = new Page { Slots = new Slot[slots] };
        _pageCount++;
    }

    /// <summary>Takes the item after the one last found away. The one found stays found.</summary>
    public void RemoveNext()
    {
        var (at, slot) = _slot + 1 < _pages[_page].Count ? (_page, _slot + 1) : (_page + 1, 0);
        ref var page = ref _pages[at];
        page.Slots.AsSpan(slot + 1, page.Count - slot - 1).CopyTo(page.Slots.AsSpan(slot));
        if (--page.Count == 0) RemovePage(at);
    }

    /// <summary>Takes the last item away.</summary>
    public void RemoveLast()
    {
        ref var page = ref _pages[_pageCount - 1];
        if (--page.Count == 0) RemovePage(_pageCount - 1);
        (_page, _slot) = (0, 0);
    }

    void RemovePage(int at)
    {
        _pages.AsSpan(at + 1, _pageCount - at - 1).CopyTo(_pages.AsSpan(at));
        _pages[--_pageCount] = default;
    }
}
