namespace Annotate;

/// <summary>An id that people choose and read: lower-case letters, digits and hyphens, beginning with a letter or digit.</summary>
public static class Slug
{
    public static bool IsValid(string? slug)
    {
        if (string.IsNullOrEmpty(slug) || slug.Length > Limits.SlugCharactersMax || slug[0] == '-') return false;
        foreach (var c in slug)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }

    /// <summary>Null when it is one; else what to tell the sender.</summary>
    /// <param name="what">Names the field, for example "section".</param>
    public static Problem? Check(string? slug, string what) => IsValid(slug)
        ? null
        : Problem.Invalid($"The {what} id must be 1 to {Limits.SlugCharactersMax} lower-case letters, digits or hyphens, not beginning with a hyphen.");
}
