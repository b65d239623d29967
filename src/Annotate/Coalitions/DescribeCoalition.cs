using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Names;

namespace Annotate.Coalitions;

/// <summary>Founds a coalition, or changes its name and policy. The operator's.</summary>
[GenerateSerializer, Alias("annotate.describe-coalition.v1")]
public sealed record DescribeCoalition([property: Id(0)] string Name, [property: Id(1)] Policy Policy) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<CoalitionBody>(
        "PUT", "", Right.Operator, "Founds a coalition, or changes its name and policy.",
        (call, body) => Asked.For(new DescribeCoalition(body.Name ?? "", body.Policy ?? Policy.Unanimity) { Id = call.Id, By = call.By }, call["coalition"]));

    protected override Problem? Check(Authority authority) => authority.OverServer();

    protected override Decision Decide(CoalitionState state, Authority authority)
    {
        if (NameWords.Check(Name, "The name of the coalition") is { } problem) return problem;
        if (!Enum.IsDefined(Policy)) return Problem.Invalid("There is no such policy.");
        return state.Name == Name && state.Policy == Policy ? Decision.Unchanged : new CoalitionDescribed(Name, Policy);
    }
}

public sealed record CoalitionBody(string? Name, Policy? Policy);

[GenerateSerializer, Immutable, Alias("annotate.coalition-described.v1")]
public sealed record CoalitionDescribed([property: Id(0)] string Name, [property: Id(1)] Policy Policy) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new CoalitionDescribed("Name", Policy.NoBlock)];

    public override Activity? ToActivity() => new("", Name);

    public void ApplyTo(CoalitionState state, long version, Entry entry) => state.Describe(Name, Policy);
}
