namespace Annotate.Instruments;

/// <summary>
/// Positions in a provision's text count Unicode code points, as the Web Annotation Data Model section 4.2.5 asks, not UTF-16 units: a
/// client in another language would count otherwise.
/// </summary>
public static class CodePoints
{
    /// <summary>How many code points the text has; a lone surrogate counts as one.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }

    /// <summary>The part from code point <paramref name="start"/> up to, not including, <paramref name="end"/>; false when it is not inside the text.</summary>
    public static bool TrySlice(string text, int start, int end, out string slice)
    {
        slice = "";
        if (start < 0 || end < start) return false;
        var (units, seen, first) = (0, 0, -1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (seen == start) first = units;
            if (seen == end) break;
            units += rune.Utf16SequenceLength;
            seen++;
        }

        if (seen == start) first = units;
        if (seen != end || first < 0) return false;
        slice = text[first..units];
        return true;
    }
}
