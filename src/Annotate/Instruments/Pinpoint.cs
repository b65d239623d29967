using System.Text;

namespace Annotate.Instruments;

/// <summary>
/// How people point at a provision, and its address: "Art. 36(1)(b)" is <c>art_36__para_1__point_b</c>. Read generously ("Article 40(21)",
/// "art. 28 (4)", "Article 38(1), point (b)", "Article 40, paragraph 4", "Chapter IV", "para. 48", "Recital 14"), written in one way.
/// </summary>
public static class Pinpoint
{
    /// <summary>The address that a pinpoint means; false when it cannot be read as one.</summary>
    public static bool TryParse(string? text, out string eId)
    {
        eId = "";
        if (text is null || text.Length > Limits.PinpointCharactersMax) return false;
        var rest = text.AsSpan().Trim();
        var address = new StringBuilder();
        if (!TryReadRoot(ref rest, address)) return false;
        while (rest.Length > 0)
            if (!TryReadStep(ref rest, address)) return false;
        eId = address.ToString();
        return EId.IsValid(eId);
    }

    /// <summary>The one way in which an address is written as a pinpoint; the address itself when it is not one.</summary>
    public static string Format(string eId)
    {
        if (!EId.TrySplit(eId, out var steps)) return eId;
        var text = new StringBuilder();
        foreach (var (kind, number) in steps)
        {
            if (text.Length == 0) text.Append(WordOf(kind)).Append(number);
            else if (ProvisionWords.IsGroup(kind)) text.Append(", ").Append(WordOf(kind)).Append(number);
            else text.Append('(').Append(number).Append(')');
        }

        return text.ToString();
    }

    static string WordOf(ProvisionKind kind) => kind switch
    {
        ProvisionKind.Preamble => "Preamble",
        ProvisionKind.Article => "Art. ",
        ProvisionKind.Paragraph => "para. ",
        _ => kind + " ",
    };

    static bool TryReadRoot(ref ReadOnlySpan<char> rest, StringBuilder address)
    {
        if (!ProvisionWords.TryWord(rest, out var kind, out rest)) return false;
        if (kind != ProvisionKind.Preamble) return TryReadNumbered(kind, ref rest, address);
        address.Append(EId.Preamble);
        return true;
    }

    static bool TryReadStep(ref ReadOnlySpan<char> rest, StringBuilder address)
    {
        rest = rest.TrimStart(" ,");
        if (rest.Length == 0) return false;
        if (rest[0] == '(') return TryReadBracket(ref rest, address);
        if (rest.StartsWith("point", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest["point".Length..].TrimStart();
            return rest.StartsWith("(") && TryReadBracket(ref rest, address);
        }

        return ProvisionWords.TryWord(rest, out var kind, out rest) && kind != ProvisionKind.Preamble && TryReadNumbered(kind, ref rest, address);
    }

    // (4) is a paragraph, (b) a point, and letters in a point are a point below it.
    static bool TryReadBracket(ref ReadOnlySpan<char> rest, StringBuilder address)
    {
        var end = rest.IndexOf(')');
        if (end < 0) return false;
        var number = rest[1..end].Trim().ToString().ToLowerInvariant();
        rest = rest[(end + 1)..];
        var kind = EId.IsNumber(number) ? ProvisionKind.Paragraph : ProvisionKind.Point;
        address.Append(EId.Separator).Append(ProvisionWords.PrefixOf(kind)).Append('_').Append(number);
        return true;
    }

    static bool TryReadNumbered(ProvisionKind kind, ref ReadOnlySpan<char> rest, StringBuilder address)
    {
        var end = rest.IndexOfAny(" ,(");
        var number = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? default : rest[end..];
        number = ProvisionWords.IsGroup(kind) && !char.IsAsciiDigit(number.FirstOrDefault()) ? number.ToUpperInvariant() : number.ToLowerInvariant();
        if (address.Length > 0) address.Append(EId.Separator);
        address.Append(ProvisionWords.PrefixOf(kind)).Append('_').Append(number);
        return number.Length > 0;
    }
}
