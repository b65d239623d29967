using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Names;

namespace Annotate.Coalitions;

/// <summary>Brings an organisation into the coalition, or changes its name.</summary>
[GenerateSerializer, Alias("annotate.name-organisation.v1")]
public sealed record NameOrganisation([property: Id(0)] string Organisation, [property: Id(1)] string Name) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<OrganisationBody>(
        "PUT", "/organisations/{organisation}", Right.Administer, "Brings an organisation in, or changes its name.",
        (call, body) => Asked.For(new NameOrganisation(call["organisation"], body.Name ?? "") { Id = call.Id, By = call.By }, call["organisation"]));

    internal static Problem LooksAlike(string other) => new(
        "name-taken", 409, "A name like this one stands in the coalition already.",
        $"It would be taken for {other}. Add something that tells them apart.");

    protected override Problem? Check(Authority authority) => authority.OverName(Organisation);

    protected override Decision Decide(CoalitionState state, Authority authority)
    {
        var problem = Slug.Check(Organisation, "an organisation") ?? NameWords.Check(Name, "The name of the organisation");
        if (problem is not null) return problem;
        var known = state.FindOrganisation(Organisation);
        if (known is null && state.Organisations.Count >= Limits.OrganisationsPerCoalitionMax)
            return Problem.TooLarge($"A coalition has at most {Limits.OrganisationsPerCoalitionMax} organisations.");
        if (known?.Name == Name) return Decision.Unchanged;
        return state.FindOrganisationLike(Name, Organisation, withFormer: !authority.IsOperator) is { } other ? LooksAlike(other) : new OrganisationNamed(Organisation, Name);
    }
}

public sealed record OrganisationBody(string? Name);

[GenerateSerializer, Immutable, Alias("annotate.organisation-named.v1")]
public sealed record OrganisationNamed([property: Id(0)] string Organisation, [property: Id(1)] string Name) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new OrganisationNamed("rights-now", "Rights Now")];

    public override Activity? ToActivity() => new(Organisation, Name);

    public void ApplyTo(CoalitionState state, long version, Entry entry) => state.Take(new Organisation(Organisation, Name));
}
