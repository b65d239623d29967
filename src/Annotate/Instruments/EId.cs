namespace Annotate.Instruments;

/// <summary>
/// Addresses of provisions, after the Akoma Ntoso Naming Convention 1.0 (OASIS LegalDocML) section 5: <c>art_40</c>,
/// <c>art_40__para_4</c>, <c>art_36__para_1__point_b</c>, <c>art_53__point_h</c>, <c>art_3__para_1__point_a__point_ii</c>,
/// <c>rec_14</c>, <c>para_48</c> (of a report), <c>preamble</c>, <c>chp_IV</c>, <c>chp_III__sec_1</c>. An article's address does not
/// say which chapter it is in: articles are numbered through, and regrouping must not move the threads on them.
/// </summary>
public static class EId
{
    public const string Preamble = "preamble";

    /// <summary>Between the parts of an address.</summary>
    public const string Separator = "__";

    /// <summary>True when it is written as an address; whether a draft has such a provision is another question.</summary>
    public static bool IsValid(string? eId) => eId is { Length: > 0 and <= Limits.EIdCharactersMax } && TrySplit(eId, out _);

    /// <summary>The problem with an address, or null.</summary>
    public static Problem? Check(string? eId, string what) =>
        IsValid(eId) ? null : Problem.Invalid($"{what} is named by its eId, such as art_40__para_4__point_b.");

    /// <summary>Whether it is that provision or lies within it.</summary>
    public static bool IsWithin(string eId, string provision) =>
        eId.StartsWith(provision, StringComparison.Ordinal)
        && (eId.Length == provision.Length || eId.AsSpan(provision.Length).StartsWith(Separator));

    /// <summary>
    /// The article, recital, report paragraph or preamble that the provision belongs to: what a thread is about. A chapter, with its
    /// sections, is its own.
    /// </summary>
    public static string RootOf(string eId)
    {
        var end = eId.IndexOf(Separator, StringComparison.Ordinal);
        return end < 0 || ProvisionWords.Groups.Any(group => eId.StartsWith(group.Prefix + "_", StringComparison.Ordinal)) ? eId : eId[..end];
    }

    /// <summary>The steps with what each is; false when it is not an address.</summary>
    internal static bool TrySplit(string eId, out List<(ProvisionKind Kind, string Number)> steps)
    {
        steps = [];
        if (eId == Preamble)
        {
            steps.Add((ProvisionKind.Preamble, ""));
            return true;
        }

        foreach (var step in eId.Split(Separator))
        {
            var gap = step.IndexOf('_');
            if (gap < 0 || !ProvisionWords.TryKind(step.AsSpan(0, gap), out var kind)) return false;
            var number = step[(gap + 1)..];
            if (!IsNumberOf(kind, number) || !MayFollow(steps, kind)) return false;
            steps.Add((kind, number));
        }

        return true;
    }

    static bool MayFollow(List<(ProvisionKind Kind, string Number)> above, ProvisionKind kind)
    {
        if (above.Count == 0) return kind != ProvisionKind.Point;
        var last = above[^1].Kind;
        return kind switch
        {
            ProvisionKind.Paragraph => last == ProvisionKind.Article,
            ProvisionKind.Point when last == ProvisionKind.Point => above.Count < 2 || above[^2].Kind != ProvisionKind.Point,
            ProvisionKind.Point => last is ProvisionKind.Article or ProvisionKind.Paragraph or ProvisionKind.Recital,
            _ => ProvisionWords.IsGroup(kind) && ProvisionWords.IsGroup(last) && last < kind,
        };
    }

    static bool IsNumberOf(ProvisionKind kind, ReadOnlySpan<char> number) => kind switch
    {
        ProvisionKind.Point => IsLetters(number),
        _ when ProvisionWords.IsGroup(kind) => IsGroupNumber(number),
        _ => IsNumber(number),
    };

    /// <summary>Digits without a leading zero, with an optional suffix: 40, 22bis, 3a.</summary>
    internal static bool IsNumber(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? text.Length : end;
        return digits is > 0 and <= 5 && text[0] != '0' && text.Length - digits <= 6 && !text[digits..].ContainsAnyExceptInRange('a', 'z');
    }

    /// <summary>The letters of a point, or the Roman number of one below it: b, aa, xiv.</summary>
    internal static bool IsLetters(ReadOnlySpan<char> text) => text.Length is > 0 and <= 8 && !text.ContainsAnyExceptInRange('a', 'z');

    /// <summary>The number of a chapter and the like: IV, or 2.</summary>
    internal static bool IsGroupNumber(ReadOnlySpan<char> text) =>
        IsNumber(text) || (text.Length is > 0 and <= 8 && !text.ContainsAnyExcept("IVXLC"));
}
