using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Positions;

/// <summary>The positions on a provision; its key is a <see cref="PositionKey"/>.</summary>
[Alias("annotate.position-grain")]
public interface IPositionGrain : ITopicGrain
{
    /// <summary>Whoever calls this has checked that the sender has the mandate to take positions.</summary>
    [Alias("run")]
    Task<Answer> RunAsync(PositionCommand command);

    /// <summary>The positions, with how far the coalition has come by that policy and those voices.</summary>
    [Alias("read")]
    Task<PositionsView> ReadAsync(Policy policy, HashSet<string> voices);
}

public sealed class PositionGrain(TimeProvider clock) : JournalledGrain<PositionState>(clock), IPositionGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "positions";

    protected override string Kind => TopicKind;

    public Task<Answer> RunAsync(PositionCommand command) => RunAsync(command, command.Decide);

    public Task<PositionsView> ReadAsync(Policy policy, HashSet<string> voices) =>
        ReadAsync((state, version) => PositionsView.Of(state, version, policy, voices));
}
