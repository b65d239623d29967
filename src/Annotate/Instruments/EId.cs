namespace Annotate.Instruments;

/// <summary>
/// The address of a provision within its instrument, as Akoma Ntoso's naming convention writes it: parts joined by two underscores, from
/// the outside in; a part is the abbreviation of its element and, when it has one, its number: <c>art_40__para_4__point_b</c>.
/// </summary>
/// <remarks>Akoma Ntoso Naming Convention 1.0 (OASIS), section 5.</remarks>
public static class EId
{
    /// <summary>Between the parts.</summary>
    public const string Separator = "__";

    public static bool IsValid(string? eId)
    {
        if (eId is not { Length: > 0 and <= Limits.EIdCharactersMax }) return false;
        var levels = 0;
        foreach (var part in eId.AsSpan().Split(Separator))
            if (++levels > Limits.EIdLevelsMax || !IsPart(eId.AsSpan(part))) return false;
        return true;
    }

    /// <summary>The problem with an eId, or null.</summary>
    public static Problem? Check(string? eId, string what) => IsValid(eId)
        ? null
        : Problem.Invalid($"{what} is named by its eId, such as art_40__para_4__point_b.");

    /// <summary>Whether it is that provision or lies within it.</summary>
    public static bool IsWithin(string eId, string provision) =>
        eId.StartsWith(provision, StringComparison.Ordinal)
        && (eId.Length == provision.Length || eId.AsSpan(provision.Length).StartsWith(Separator));

    static bool IsPart(ReadOnlySpan<char> part)
    {
        var underscore = part.IndexOf('_');
        var name = underscore < 0 ? part : part[..underscore];
        if (name.IsEmpty || name.ContainsAnyExceptInRange('a', 'z')) return false;
        return underscore < 0 || IsNumber(part[(underscore + 1)..]);
    }

    static bool IsNumber(ReadOnlySpan<char> number)
    {
        foreach (var c in number)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')) return false;
        return !number.IsEmpty;
    }
}
