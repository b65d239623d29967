namespace Annotate.Statements;

/// <summary>Which section's text, as one URL-safe segment: <c>{coalition}.{statement}.{section}</c>. Slugs hold no dot.</summary>
[GenerateSerializer, Immutable, Alias("annotate.text-id.v1")]
public sealed record TextId([property: Id(0)] string Coalition, [property: Id(1)] string Statement, [property: Id(2)] string Section)
{
    public override string ToString() => $"{Coalition}.{Statement}.{Section}";

    /// <summary>Key of the section's grain: <c>{coalition}/{statement}/{section}</c>.</summary>
    public string Key => $"{Coalition}/{Statement}/{Section}";

    /// <summary>Null when the text is no such id.</summary>
    public static TextId? TryParse(string? text) =>
        text?.Split('.') is var parts && parts is { Length: 3 } && Array.TrueForAll(parts, Slug.IsValid) ? new TextId(parts[0], parts[1], parts[2]) : null;
}
