using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>Proposes what the coalition shall want of the provision. What was consented to before is void: it was for other words.</summary>
[GenerateSerializer, Alias("annotate.propose-coalition-position.v1")]
public sealed record ProposeCoalitionPosition([property: Id(0)] PositionKind Kind, [property: Id(1)] string Reason) : PositionCommand
{
    public override Decision Decide(PositionState state)
    {
        var problem = (Enum.IsDefined(Kind) ? null : Problem.Invalid("There is no such position."))
            ?? Words.CheckOptional(Reason, "The reason", Limits.RemarkCharactersMax)
            ?? CheckVersion(state);
        if (problem is not null) return problem;
        return state.Proposal is { } standing && standing.Kind == Kind && standing.Reason == Reason
            ? Decision.Unchanged
            : new CoalitionPositionProposed(Kind, Reason);
    }
}

[GenerateSerializer, Immutable, Alias("annotate.coalition-position-proposed.v1")]
public sealed record CoalitionPositionProposed([property: Id(0)] PositionKind Kind, [property: Id(1)] string Reason) : Event;
