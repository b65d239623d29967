using Annotate.Instruments;

namespace Annotate.Positions;

/// <summary>Whose positions on what: <c>{coalition}/{instrument}/{provision}</c>.</summary>
[GenerateSerializer, Immutable, Alias("annotate.position-key.v1")]
public sealed record PositionKey(
    [property: Id(0)] string Coalition, [property: Id(1)] string Instrument, [property: Id(2)] string Provision)
{
    public override string ToString() => $"{Coalition}/{Instrument}/{Provision}";

    /// <summary>Null when the text is no such key.</summary>
    public static PositionKey? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 3 && Slug.IsValid(parts[0]) && Slug.IsValid(parts[1]) && EId.IsValid(parts[2])
            ? new PositionKey(parts[0], parts[1], parts[2])
            : null;
    }
}
