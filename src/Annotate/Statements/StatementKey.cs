namespace Annotate.Statements;

/// <summary>Which statement: <c>{coalition}/{statement}</c>.</summary>
[GenerateSerializer, Immutable, Alias("annotate.statement-key.v1")]
public sealed record StatementKey([property: Id(0)] string Coalition, [property: Id(1)] string Statement)
{
    public override string ToString() => $"{Coalition}/{Statement}";

    /// <summary>Null when the text is no such key.</summary>
    public static StatementKey? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && Slug.IsValid(parts[0]) && Slug.IsValid(parts[1]) ? new StatementKey(parts[0], parts[1]) : null;
    }

    /// <summary>The section's text.</summary>
    public TextId Text(string section) => new(Coalition, Statement, section);
}
