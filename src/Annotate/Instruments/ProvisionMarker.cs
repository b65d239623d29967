namespace Annotate.Instruments;

/// <summary>What a line inside an article may begin with: the number of a paragraph, "4." or "(4)", or the letters of a point, "(b)" or "b)".</summary>
/// <param name="Number">Without brackets.</param>
/// <param name="Letter">Its place as a letter: a is 1, z 26, aa 27, bb 28; 0 when it cannot be one.</param>
/// <param name="Roman">Its value as a Roman number up to 39; 0 when it cannot be one. "i", "v" and "x" can be both.</param>
readonly record struct ProvisionMarker(string Number, int Letter, int Roman)
{
    public bool IsParagraph => Letter == 0 && Roman == 0;

    /// <summary>True when it is a Roman number and nothing else.</summary>
    public bool IsRoman => Letter == 0 && Roman > 0;

    /// <summary>Its place in the list it was put in.</summary>
    public int Value => IsRoman ? Roman : Letter;

    /// <summary>The same marker, decided to be a Roman number or a letter.</summary>
    public ProvisionMarker InStyle(bool roman) => roman ? this with { Letter = 0 } : this with { Roman = 0 };

    /// <summary>Its place in a list of Roman numbers or of letters that stands at <paramref name="after"/>; 0 when it cannot be in it.</summary>
    public int ValueIn(bool roman, int after)
    {
        if (roman) return Roman;

        // Doubled letters follow z; before that, "ii" is the Roman number.
        return Number.Length == 1 || after >= 26 ? Letter : 0;
    }

    public static bool TryRead(string line, out ProvisionMarker marker, out string rest)
    {
        marker = default;
        var end = line.AsSpan().IndexOfAny(" \t");
        var head = end < 0 ? line : line[..end];
        rest = end < 0 ? "" : line[end..].TrimStart();
        return head.Length > 1 && (head[0] == '(' ? TryReadBracketed(head, out marker) : TryReadBare(head, out marker));
    }

    static bool TryReadBracketed(string head, out ProvisionMarker marker)
    {
        marker = default;
        return head[^1] == ')' && TryMake(head[1..^1], out marker);
    }

    static bool TryReadBare(string head, out ProvisionMarker marker)
    {
        marker = default;
        if (head[^1] is not ('.' or ')') || !TryMake(head[..^1], out marker)) return false;

        // "b." would catch abbreviations at the beginning of a wrapped line, and "iv)" is no way to write a point of a treaty.
        return marker.IsParagraph || (head[^1] == ')' && marker.Number.Length == 1);
    }

    static bool TryMake(string number, out ProvisionMarker marker)
    {
        marker = new ProvisionMarker(number, LetterOf(number), RomanOf(number));
        return EId.IsNumber(number) || !marker.IsParagraph;
    }

    static int LetterOf(string text) =>
        text.Length is > 0 and <= 4 && text[0] is >= 'a' and <= 'z' && !text.AsSpan().ContainsAnyExcept(text[0]) ? 26 * (text.Length - 1) + text[0] - 'a' + 1 : 0;

    static int RomanOf(string text)
    {
        if (text.Length is 0 or > 8) return 0;
        var tens = text.TakeWhile(letter => letter == 'x').Count();
        if (tens > 3) return 0;
        var ones = Array.IndexOf(Ones, text[tens..]);
        return ones < 0 ? 0 : 10 * tens + ones;
    }

    static readonly string[] Ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
}
