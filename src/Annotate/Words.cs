using System.Globalization;

namespace Annotate;

/// <summary>Checks on what people wrote, before it is decided upon.</summary>
public static class Words
{
    /// <summary>A single line: a name, a title, a tag. Null when it is all right.</summary>
    public static Problem? CheckLine(string? text, string what, int charactersMax) =>
        string.IsNullOrWhiteSpace(text) ? Problem.Invalid($"{what} is empty.")
        : HasControl(text, lines: false) ? Problem.Invalid($"{what} holds a line break or another control character.")
        : CheckSize(text, what, charactersMax);

    /// <summary>Text of any number of lines. Null when it is all right.</summary>
    public static Problem? CheckText(string? text, string what, int charactersMax) =>
        string.IsNullOrWhiteSpace(text) ? Problem.Invalid($"{what} is empty.") : CheckOptional(text, what, charactersMax);

    /// <summary>Text that may be empty.</summary>
    public static Problem? CheckOptional(string? text, string what, int charactersMax) =>
        text is null ? null
        : HasControl(text, lines: true) ? Problem.Invalid($"{what} holds a control character.")
        : CheckSize(text, what, charactersMax);

    static Problem? CheckSize(string text, string what, int charactersMax) =>
        text.Length > charactersMax ? Problem.TooLarge($"{what} has {text.Length} characters; {charactersMax} are allowed.")
        : !IsWellFormed(text) ? Problem.Invalid($"{what} holds half a character (an unpaired surrogate).")
        : null;

    static bool HasControl(string text, bool lines)
    {
        foreach (var c in text)
            if (char.GetUnicodeCategory(c) == UnicodeCategory.Control && !(lines && (c is '\n' or '\r' or '\t'))) return true;
        return false;
    }

    // Half a character would be stored as a replacement character, and the state after a replay would differ from the live one.
    static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
