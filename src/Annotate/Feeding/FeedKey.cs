namespace Annotate.Feeding;

/// <summary>Which feed: <c>{coalition}/{tier}</c>. Each tier has its own, so that nobody's numbers show what others do (G7).</summary>
[GenerateSerializer, Immutable, Alias("annotate.feed-key.v1")]
public sealed record FeedKey([property: Id(0)] string Coalition, [property: Id(1)] Tier Tier)
{
    public override string ToString() => $"{Coalition}/{Tier}";

    /// <summary>Null when the text is no such key.</summary>
    public static FeedKey? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && Slug.IsValid(parts[0]) && Tier.TryParse(parts[1], out var tier) ? new FeedKey(parts[0], tier) : null;
    }
}
