using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Positions;

namespace Annotate.Following;

/// <summary>The state of a topic as clients get it when they follow: the same JSON as a GET gives.</summary>
public static class TopicJson
{
    /// <param name="key">Of the topic's grain.</param>
    /// <param name="answer">One that carries a state.</param>
    public static async Task<string> StateAsync(string key, FollowAnswer answer, IGrainFactory grains) => answer.State switch
    {
        CoalitionState state => Write(CoalitionView.Of(key, state, answer.Version)),
        // How far the coalition has come depends on its mandates, which the positions' own journal does not know.
        PositionState state when PositionKey.TryParse(key) is { } provision => Write(PositionsView.Of(
            state, answer.Version, await grains.GetGrain<ICoalitionGrain>(provision.Coalition).VoicesAsync())),
        { } view => JsonSerializer.Serialize(view, view.GetType(), Json.Options),
        null => throw new ArgumentException("The answer carries no state.", nameof(answer)),
    };

    static string Write<T>(T view) => JsonSerializer.Serialize(view, Json.Options);
}
