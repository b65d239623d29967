using System.Globalization;
using System.Text;

namespace Annotate.Names;

/// <summary>Checks on the names of coalitions, organisations and people.</summary>
public static class NameWords
{
    const int ZeroWidthNonJoiner = 0x200C;
    const int ZeroWidthJoiner = 0x200D;

    // Characters that Unicode lets a reader see nothing of (Default_Ignorable_Code_Point), beside the category Format; and a blank that is none.
    static readonly (int From, int To)[] Blank =
        [(0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF)];

    /// <summary>
    /// A name of one line in which everything can be seen, and in which nothing turns the direction of reading. Null when it is all right.
    /// </summary>
    public static Problem? Check(string? name, string what) =>
        Words.CheckLine(name, what, Limits.NameCharactersMax)
        ?? (HidesSomething(name!) ? Problem.Invalid($"{what} holds a character that cannot be seen, or one that turns the direction of reading.") : null);

    /// <summary>Whether a reader sees nothing of it.</summary>
    internal static bool IsUnseen(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format) return true;
        foreach (var (from, to) in Blank)
            if (rune.Value >= from && rune.Value <= to) return true;
        return false;
    }

    static bool HidesSomething(string name)
    {
        var before = default(Rune);
        foreach (var rune in name.EnumerateRunes())
        {
            var isHidden = rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner ? !JoinsAfter(before) : IsUnseen(rune) || IsNoCharacter(rune);
            if (isHidden) return true;
            before = rune;
        }

        return before.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;
    }

    static bool IsNoCharacter(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    // Persian, Sinhala and their neighbours cannot be written without joiners. In names that differ by them alone the skeleton finds the likeness.
    static bool JoinsAfter(Rune before) =>
        before.Value is (>= 0x0600 and <= 0x08FF) or (>= 0x0900 and <= 0x109F) or (>= 0x1780 and <= 0x18AF) or (>= 0xFB50 and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC);
}
