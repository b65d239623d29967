using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>What somebody wants of a coalition.</summary>
[GenerateSerializer, Alias("annotate.coalition-command.v1")]
public abstract record CoalitionCommand : Command
{
    /// <summary>
    /// Decides it. The right to keep the list is checked here once more, by the state that the decision changes: the silo that let the
    /// command in may not have heard yet that the sender is no steward any more.
    /// </summary>
    public Decision DecideBy(CoalitionState state) =>
        !state.Exists && this is not DescribeCoalition ? Problem.NotFound
        : !state.MaySteward(By.Person) ? Problem.MandateMissing("Only the coalition's stewards keep its list of people and its policy.")
        : Decide(state);

    /// <summary>Decides it for a sender who may.</summary>
    protected abstract Decision Decide(CoalitionState state);
}
