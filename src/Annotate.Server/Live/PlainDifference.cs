using Annotate.Client;

namespace Annotate.Server.Live;

/// <summary>
/// How one plain text becomes another: lines that are the same at both ends stay, then those that either text has only once and both have in
/// the same order (patience diff); of what is left, the characters that are the same at both ends. So two people who type in two paragraphs
/// make two small changes.
/// </summary>
sealed class PlainDifference
{
    const int BlockUnits = 1 << 10;

    readonly string _before;
    readonly string _after;
    readonly List<PlainChange> _changes = [];

    PlainDifference(string before, string after) => (_before, _after) = (before, after);

    readonly record struct Line(int From, int To);

    /// <summary>A line that both texts have once.</summary>
    readonly record struct Anchor(int Before, int After);

    /// <summary>Changes to be applied in order; at most <see cref="Limits.PlainChangesMax"/>.</summary>
    public static PlainChange[] Between(string before, string after)
    {
        if (before == after) return [];
        var difference = new PlainDifference(before, after);
        difference.Compare();
        if (difference._changes.Count > Limits.PlainChangesMax) difference.ReplaceAll();
        return [.. difference._changes];
    }

    void Compare()
    {
        var from = _before.AsSpan(0, _before.AsSpan().CommonPrefixLength(_after)).LastIndexOf('\n') + 1;
        var same = CommonSuffixLength(_before.AsSpan(from), _after.AsSpan(from));
        var lineEnd = _before.AsSpan(_before.Length - same).IndexOf('\n');
        same = lineEnd < 0 ? 0 : same - lineEnd - 1;
        var (before, after) = (LinesIn(_before, from, _before.Length - same), LinesIn(_after, from, _after.Length - same));
        var last = new Anchor(-1, -1);
        foreach (var anchor in InOrder(AnchorsIn(before, after)))
        {
            Replace(before.AsSpan((last.Before + 1)..anchor.Before), after.AsSpan((last.After + 1)..anchor.After), after[anchor.After].From);
            last = anchor;
        }

        Replace(before.AsSpan(last.Before + 1), after.AsSpan(last.After + 1), _after.Length - same);
    }

    static Line[] LinesIn(string text, int from, int to)
    {
        var lines = new List<Line>();
        while (from < to)
        {
            var end = text.AsSpan(from, to - from).IndexOf('\n') is >= 0 and var length ? from + length + 1 : to;
            lines.Add(new Line(from, end));
            from = end;
        }

        return [.. lines];
    }

    List<Anchor> AnchorsIn(Line[] before, Line[] after)
    {
        var known = Once(_before, before);
        var lookup = Once(_after, after);
        var anchors = new List<Anchor>();
        for (var i = 0; i < before.Length; i++)
        {
            var line = _before[before[i].From..before[i].To];
            if (known[line] >= 0 && lookup.GetValueOrDefault(line, -1) is >= 0 and var at) anchors.Add(new Anchor(i, at));
        }

        return anchors;
    }

    /// <summary>Where each line is; -1 for one that is there several times.</summary>
    static Dictionary<string, int> Once(string text, Line[] lines)
    {
        var places = new Dictionary<string, int>(lines.Length, StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
            if (!places.TryAdd(text[lines[i].From..lines[i].To], i)) places[text[lines[i].From..lines[i].To]] = -1;
        return places;
    }

    /// <summary>As many of the anchors as stand in the same order in both: the longest increasing subsequence.</summary>
    static Anchor[] InOrder(List<Anchor> anchors)
    {
        // The index of the anchor that ends the best row of each length, and for each anchor the one before it in its row.
        var (ends, previous) = (new List<int>(), new int[anchors.Count]);
        for (var i = 0; i < anchors.Count; i++)
        {
            var (low, high) = (0, ends.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (anchors[ends[middle]].After < anchors[i].After) low = middle + 1;
                else high = middle;
            }

            previous[i] = low == 0 ? -1 : ends[low - 1];
            if (low == ends.Count) ends.Add(i);
            else ends[low] = i;
        }

        var row = new Anchor[ends.Count];
        for (var (i, at) = (row.Length - 1, ends.Count == 0 ? -1 : ends[^1]); i >= 0; i--, at = previous[at]) row[i] = anchors[at];
        return row;
    }

    /// <summary>Lines that have nothing in common but, perhaps, where they begin and end.</summary>
    /// <param name="end">Where the lines after end.</param>
    void Replace(ReadOnlySpan<Line> before, ReadOnlySpan<Line> after, int end)
    {
        while (!before.IsEmpty && !after.IsEmpty && TextOf(_before, before[0]).SequenceEqual(TextOf(_after, after[0])))
        {
            before = before[1..];
            after = after[1..];
        }

        while (!before.IsEmpty && !after.IsEmpty && TextOf(_before, before[^1]).SequenceEqual(TextOf(_after, after[^1])))
        {
            end = after[^1].From;
            before = before[..^1];
            after = after[..^1];
        }

        if (before.Length == after.Length)
            for (var i = 0; i < before.Length; i++) Replace(TextOf(_before, before[i]), after[i].From, after[i].To);
        else
            Replace(before.IsEmpty ? default : _before.AsSpan(before[0].From, before[^1].To - before[0].From), after.IsEmpty ? end : after[0].From, end);
    }

    static ReadOnlySpan<char> TextOf(string text, Line line) => text.AsSpan(line.From, line.To - line.From);

    void Replace(ReadOnlySpan<char> old, int from, int to)
    {
        var now = _after.AsSpan(from, to - from);
        var start = old.CommonPrefixLength(now);
        if (start > 0 && char.IsHighSurrogate(now[start - 1])) start--;
        var rest = CommonSuffixLength(old[start..], now[start..]);
        if (rest > 0 && char.IsLowSurrogate(now[^rest])) rest--;
        if (old.Length - start - rest > 0 || now.Length - start - rest > 0)
            _changes.Add(new PlainChange(from + start, old.Length - start - rest, now[start..^rest].ToString()));
    }

    void ReplaceAll()
    {
        _changes.Clear();
        Replace(_before, 0, _after.Length);
    }

    static int CommonSuffixLength(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        var (most, length) = (Math.Min(one.Length, other.Length), 0);
        while (length + BlockUnits <= most
            && one.Slice(one.Length - length - BlockUnits, BlockUnits).SequenceEqual(other.Slice(other.Length - length - BlockUnits, BlockUnits)))
            length += BlockUnits;
        while (length < most && one[^(length + 1)] == other[^(length + 1)]) length++;
        return length;
    }
}
