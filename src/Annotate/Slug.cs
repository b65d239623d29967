namespace Annotate;

/// <summary>Ids that people choose: <c>[a-z0-9][a-z0-9-]*</c>, at most <see cref="Limits.SlugCharactersMax"/> characters.</summary>
public static class Slug
{
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= Limits.SlugCharactersMax } && text[0] != '-' && text.AsSpan().IndexOfAnyExcept(Allowed) < 0;

    /// <summary>The problem with an id, or null.</summary>
    public static Problem? Check(string? text, string what) => IsValid(text)
        ? null
        : Problem.Invalid($"The id of {what} has 1 to {Limits.SlugCharactersMax} characters, a to z, 0 to 9 and hyphens, and does not begin with a hyphen.");

    static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
}
