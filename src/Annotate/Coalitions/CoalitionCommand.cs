using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>What somebody wants of a coalition.</summary>
[GenerateSerializer, Alias("annotate.coalition-command.v1")]
public abstract record CoalitionCommand : Command, ICommandOn<CoalitionState, Circumstances>
{
    /// <summary>
    /// Decides it. Whether the sender may is checked here, whatever the door has checked, by the state that the decision changes: the silo that
    /// let the command in may not have heard yet that the sender is no steward any more.
    /// </summary>
    public Decision Decide(CoalitionState state, Circumstances known)
    {
        if (!state.Exists && this is not DescribeCoalition) return Problem.NotFound;
        var authority = new Authority(state, By, known);
        return Check(authority) is { } refusal ? refusal : Decide(state, authority);
    }

    /// <summary>People of whom the decision must know whether they have ever come.</summary>
    public virtual IEnumerable<string> AsksAbout(CoalitionState state) => [];

    /// <summary>Why the sender may not; null when they may.</summary>
    protected abstract Problem? Check(Authority authority);

    /// <summary>Decides it for a sender who may.</summary>
    protected abstract Decision Decide(CoalitionState state, Authority authority);
}
