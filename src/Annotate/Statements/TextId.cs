using System.Diagnostics.CodeAnalysis;

namespace Annotate.Statements;

/// <summary>Names a live text as one URL-safe segment: coalition, statement and section joined by dots. Slugs have no dots.</summary>
public readonly record struct TextId(string Coalition, string Statement, string Section)
{
    /// <summary>The key of its <see cref="ISectionGrain"/>.</summary>
    public string Key => $"{Coalition}/{Statement}/{Section}";

    public override string ToString() => $"{Coalition}.{Statement}.{Section}";

    public static bool TryParse([NotNullWhen(true)] string? text, out TextId id)
    {
        id = default;
        if (text is null || text.Length > 3 * Limits.SlugCharactersMax + 2) return false;
        var parts = text.Split('.');
        if (parts.Length != 3 || !Array.TrueForAll(parts, Slug.IsValid)) return false;
        id = new TextId(parts[0], parts[1], parts[2]);
        return true;
    }
}
