using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Changes when the coalition's own positions count as adopted: those that are proposed from then on.</summary>
[GenerateSerializer, Alias("annotate.choose-policy.v1")]
public sealed record ChoosePolicy([property: Id(0)] Policy Policy) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<PolicyBody>("PATCH", "", Right.Steward, "Changes the policy.", (call, body) => body.Policy is { } policy
        ? Asked.For(new ChoosePolicy(policy) { Id = call.Id, By = call.By }, call["coalition"])
        : Problem.Invalid("Say which policy."));

    protected override Problem? Check(Authority authority) => authority.OverCoalition();

    protected override Decision Decide(CoalitionState state, Authority authority) =>
        !Enum.IsDefined(Policy) ? Problem.Invalid("There is no such policy.")
        : state.Policy == Policy ? Decision.Unchanged
        : new PolicyChosen(Policy);
}

public sealed record PolicyBody(Policy? Policy);

[GenerateSerializer, Immutable, Alias("annotate.policy-chosen.v1")]
public sealed record PolicyChosen([property: Id(0)] Policy Policy) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new PolicyChosen(Policy.NoBlock)];

    public override Activity? ToActivity() => new("", Json.Word(Policy));

    public void ApplyTo(CoalitionState state, long version, Entry entry) => state.Describe(state.Name, Policy);
}
