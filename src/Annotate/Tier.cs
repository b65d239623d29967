using Annotate.Deciding;

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

/// <summary>Which of the caller's tiers.</summary>
public enum TierWanted
{
    Coalition,

    /// <summary>The caller's own organisation's.</summary>
    Organisation,
}

public static class WantedTiers
{
    /// <summary>The tier itself; null for those who have none: experts and the operator have no organisation's.</summary>
    public static Tier? Of(this TierWanted wanted, By caller) =>
        wanted == TierWanted.Coalition ? Tier.Coalition : caller.Organisation is { } organisation ? new Tier(organisation) : null;
}
