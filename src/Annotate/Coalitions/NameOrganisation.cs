using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Brings an organisation into the coalition, or changes its name.</summary>
[GenerateSerializer, Alias("annotate.name-organisation.v1")]
public sealed record NameOrganisation([property: Id(0)] string Organisation, [property: Id(1)] string Name) : CoalitionCommand
{
    protected override Decision Decide(CoalitionState state)
    {
        var problem = Slug.Check(Organisation, "an organisation") ?? Words.CheckLine(Name, "The name of the organisation", Limits.NameCharactersMax);
        if (problem is not null) return problem;
        var known = state.FindOrganisation(Organisation);
        if (known is null && state.Organisations.Count >= Limits.OrganisationsPerCoalitionMax)
            return Problem.TooLarge($"A coalition has at most {Limits.OrganisationsPerCoalitionMax} organisations.");
        return known?.Name == Name ? Decision.Unchanged : new OrganisationNamed(Organisation, Name);
    }
}

[GenerateSerializer, Immutable, Alias("annotate.organisation-named.v1")]
public sealed record OrganisationNamed([property: Id(0)] string Organisation, [property: Id(1)] string Name) : Event;
