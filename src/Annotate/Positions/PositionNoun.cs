using Annotate.Calls;
using Annotate.Instruments;

namespace Annotate.Positions;

/// <summary>The positions on a provision, as something that takes commands.</summary>
public static class PositionNoun
{
    /// <summary>Path of a provision.</summary>
    public const string Path = "/api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}";

    public static Noun Noun { get; } = new(
        "Positions", Path,
        call => new PositionKey(call["coalition"], call["instrument"], call["eId"]).ToString(),
        (grains, key, command) => grains.GetGrain<IPositionGrain>(key).RunAsync((PositionCommand)command))
    {
        CheckAsync = call => call.Grains.CheckProvisionAsync(call["instrument"], call["eId"]),
        Doors = Noun.DoorsOf<PositionCommand>(),
    };
}
