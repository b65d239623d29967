namespace Annotate.Text;

/// <summary>The deleted clocks of one client: ranges, ascending, that neither touch nor overlap.</summary>
sealed class DeletedClocks
{
    /// <summary>
    /// Up to this many ranges are put in one by one; more are merged in one pass, so that no update makes quadratic work.
    /// </summary>
    const int InsertsMax = 8;

    struct Span
    {
        public long From;
        public long To;
    }

    Span[] _spans = new Span[1];

    public int Count { get; private set; }

    public (long From, long To) this[int index] => (_spans[index].From, _spans[index].To);

    /// <summary>The first range that ends behind a clock.</summary>
    int FirstBehind(long clock)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_spans[middle].To > clock) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <summary>Whether every clock of the range is deleted.</summary>
    public bool Holds(long from, long to)
    {
        var at = FirstBehind(from);
        return at < Count && _spans[at].From <= from && _spans[at].To >= to;
    }

    /// <summary>Whether any clock of the range is deleted.</summary>
    public bool Touches(long from, long to)
    {
        var at = FirstBehind(from);
        return at < Count && _spans[at].From < to;
    }

    /// <summary>Adds to the rows what of a range is not deleted yet.</summary>
    public void Subtract(DeleteRange range, ref Rows<DeleteRange> rows)
    {
        var from = range.From;
        for (var at = FirstBehind(from); at < Count && _spans[at].From < range.To; at++)
        {
            if (_spans[at].From > from) rows.Add(range with { From = from, To = _spans[at].From });
            from = _spans[at].To;
        }
        if (from < range.To) rows.Add(range with { From = from });
    }

    /// <summary>Adds ranges that ascend and do not touch each other.</summary>
    public void Add(ReadOnlySpan<DeleteRange> ranges)
    {
        if (ranges.Length > InsertsMax) AddMany(ranges);
        else
            foreach (ref readonly var range in ranges) Add(range.From, range.To);
    }

    public void Add(long from, long to)
    {
        var first = FirstBehind(from - 1);
        var last = first;
        while (last < Count && _spans[last].From <= to) last++;
        if (last > first)
        {
            from = Math.Min(from, _spans[first].From);
            to = Math.Max(to, _spans[last - 1].To);
        }
        Replace(first, last, new Span { From = from, To = to });
    }

    void Replace(int first, int last, Span span)
    {
        var grown = Count - (last - first) + 1;
        if (grown > _spans.Length) Array.Resize(ref _spans, Math.Max(4, _spans.Length * 2));
        _spans.AsSpan(last, Count - last).CopyTo(_spans.AsSpan(first + 1));
        _spans[first] = span;
        Count = grown;
    }

    void AddMany(ReadOnlySpan<DeleteRange> ranges)
    {
        var merged = new Span[Count + ranges.Length];
        int kept = 0, own = 0, other = 0;
        while (own < Count || other < ranges.Length)
        {
            var takesOwn = other == ranges.Length || (own < Count && _spans[own].From <= ranges[other].From);
            var next = takesOwn ? _spans[own++] : new Span { From = ranges[other].From, To = ranges[other++].To };
            if (kept > 0 && next.From <= merged[kept - 1].To) merged[kept - 1].To = Math.Max(merged[kept - 1].To, next.To);
            else merged[kept++] = next;
        }
        _spans = merged;
        Count = kept;
    }
}
