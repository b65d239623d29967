namespace Annotate;

/// <summary>Who may see a thing: everyone in the coalition, or one organisation in it.</summary>
/// <param name="Organisation">Slug of the one organisation; null for the whole coalition.</param>
[GenerateSerializer, Immutable, Alias("annotate.tier.v1")]
public readonly record struct Tier([property: Id(0)] string? Organisation)
{
    const string OrganisationPrefix = "organisation.";

    public static readonly Tier Coalition;

    /// <summary>As it stands in the keys of grains: <c>coalition</c> or <c>organisation.{organisation}</c>.</summary>
    public override string ToString() => Organisation is null ? "coalition" : OrganisationPrefix + Organisation;

    public static bool TryParse(string? text, out Tier tier)
    {
        tier = Coalition;
        if (text == "coalition") return true;
        if (text?.StartsWith(OrganisationPrefix, StringComparison.Ordinal) != true) return false;
        tier = new Tier(text[OrganisationPrefix.Length..]);
        return Slug.IsValid(tier.Organisation);
    }
}
