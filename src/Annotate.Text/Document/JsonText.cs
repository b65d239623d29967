using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// Reads JSON that was checked before. It may escape half a surrogate pair ("\ud83d"), as JavaScript does with strings that were cut there.
/// .NET would throw on that when it is asked for the string, so it is read as U+FFFD, which is what becomes of halves everywhere else.
/// </summary>
static class JsonText
{
    const int EscapeLength = 6;
    static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.ValueDepthMax };

    public static JsonDocument Parse(ReadOnlySpan<byte> utf8) => Parse(Encoding.UTF8.GetString(utf8));

    public static JsonDocument Parse(string json) =>
        JsonDocument.Parse(json.Contains("\\u", StringComparison.Ordinal) ? WithoutHalves(json) : json, Options);

    static string WithoutHalves(string json)
    {
        var units = json.ToCharArray();
        for (var i = 0; i < units.Length; i++)
        {
            if (units[i] != '\\') continue;
            var unit = EscapedAt(units, i);
            if (!char.IsSurrogate(unit)) i++;
            else if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(EscapedAt(units, i + EscapeLength))) i += EscapeLength * 2 - 1;
            else "\\ufffd".CopyTo(units.AsSpan(i));
        }
        return new string(units);
    }

    /// <summary>The unit that is escaped by its number; 0 if there is something else.</summary>
    static char EscapedAt(ReadOnlySpan<char> units, int at) =>
        at + EscapeLength <= units.Length && units[at] == '\\' && units[at + 1] == 'u'
            ? (char)ushort.Parse(units.Slice(at + 2, 4), System.Globalization.NumberStyles.AllowHexSpecifier)
            : '\0';
}
