using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>What a decision about positions depends on beside their state.</summary>
/// <param name="Asked">By what policy and by whose consent the coalition settles its positions then; only a proposal looks at it.</param>
public readonly record struct PositionMoment(DateTimeOffset Now, Voices Asked);

/// <summary>What somebody wants of the positions on a provision. If-Match compares with the version of all of them together.</summary>
[GenerateSerializer, Alias("annotate.position-command.v1")]
public abstract record PositionCommand : Command, ICommandOn<PositionState, PositionMoment>
{
    public abstract Decision Decide(PositionState state, PositionMoment known);

    /// <summary>Nobody speaks for another organisation (G8).</summary>
    protected Problem? CheckSpeaksFor(string organisation) =>
        By.Organisation == organisation ? null : Problem.MandateMissing("You can speak for your own organisation only.");
}
