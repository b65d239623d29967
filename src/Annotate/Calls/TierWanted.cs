using Annotate.Deciding;

namespace Annotate.Calls;

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
