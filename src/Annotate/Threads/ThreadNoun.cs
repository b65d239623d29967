using Annotate.Calls;

namespace Annotate.Threads;

/// <summary>Threads, as something that takes commands.</summary>
public static class ThreadNoun
{
    /// <summary>Path of an article's thread.</summary>
    public const string Path = "/api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread";

    /// <summary>In the query: which of the caller's tiers; the coalition's when it is missing.</summary>
    public const string Tier = "tier";

    public static Noun Noun { get; } = new(
        "Threads", Path, call => KeyOf(call)?.ToString(), (grains, key, command) => grains.GetGrain<IThreadGrain>(key).RunAsync((ThreadCommand)command))
    {
        Query = [(Tier, typeof(TierWanted))],
        Doors = Noun.DoorsOf<ThreadCommand>(),
    };

    /// <summary>Which thread a call is about; null when there is none that the caller may see: experts and the operator have no organisation's tier.</summary>
    /// <param name="wanted">Of the body; null for that of the query.</param>
    public static ThreadKey? KeyOf(Call call, TierWanted? wanted = null) =>
        (wanted ?? call.Query<TierWanted>(Tier) ?? TierWanted.Coalition).Of(call.By) is { } tier
            ? ThreadKey.TryParse($"{call["coalition"]}/{tier}/{call["instrument"]}/{call["eId"]}")
            : null;
}
