using Annotate.Instruments;

namespace Annotate.Threads;

/// <summary>
/// Which thread: <c>{coalition}/{tier}/{instrument}/{article}</c>. Each tier has a journal of its own, so that what one organisation
/// writes for itself leaves no gap in the version numbers that others see (G7).
/// </summary>
[GenerateSerializer, Immutable, Alias("annotate.thread-key.v1")]
public sealed record ThreadKey(
    [property: Id(0)] string Coalition, [property: Id(1)] Tier Tier, [property: Id(2)] string Instrument, [property: Id(3)] string Article)
{
    public override string ToString() => $"{Coalition}/{Tier}/{Instrument}/{Article}";

    /// <summary>Null when the text is no such key.</summary>
    public static ThreadKey? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 4 && Slug.IsValid(parts[0]) && Tier.TryParse(parts[1], out var tier) && Slug.IsValid(parts[2])
            && EId.IsValid(parts[3]) && EId.RootOf(parts[3]) == parts[3]
            ? new ThreadKey(parts[0], tier, parts[2], parts[3])
            : null;
    }
}
