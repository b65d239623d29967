namespace Annotate.Server.Access;

/// <summary>
/// The sessions that a browser holds, as its cookie has them: the selected one, by which its requests are answered, and others that it can change
/// to. Another link adds one and replaces none. Where the selected one has ended none is selected: a browser never becomes somebody else by itself.
/// </summary>
/// <param name="Selected">Empty when none is.</param>
/// <param name="Others">In the order in which they were left, the last first.</param>
sealed record HeldSessions(string Selected, IReadOnlyList<string> Others)
{
    // A character that no token has, and that a cookie may.
    const char Separator = '~';

    public static readonly HeldSessions None = new("", []);

    public bool IsEmpty => Selected.Length == 0 && Others.Count == 0;

    /// <summary>All of them, the selected one first.</summary>
    public IEnumerable<string> All => Selected.Length > 0 ? Others.Prepend(Selected) : Others;

    /// <param name="cookie">Null without one.</param>
    public static HeldSessions Parse(string? cookie)
    {
        if (cookie is null) return None;
        var parts = cookie.Split(Separator, Limits.SessionsPerBrowserMax + 2);
        return new(parts[0], [.. parts.Skip(1).Take(Limits.SessionsPerBrowserMax).Where(part => part.Length > 0 && part != parts[0]).Distinct()]);
    }

    public override string ToString() => string.Join(Separator, Others.Prepend(Selected));

    /// <summary>With that one selected, which may be new.</summary>
    public HeldSessions Select(string token) => new(token, [.. All.Where(other => other != token)]);

    public HeldSessions Without(string token) => new(Selected == token ? "" : Selected, [.. Others.Where(other => other != token)]);
}
