namespace Annotate.Coalitions;

/// <summary>A coalition as its members see it.</summary>
/// <param name="Version">Of the state shown.</param>
[GenerateSerializer, Immutable, Alias("annotate.coalition-view.v1")]
public sealed record CoalitionView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] Policy Policy,
    [property: Id(3)] Organisation[] Organisations,
    [property: Id(4)] PersonView[] People,
    [property: Id(5)] long Version)
{
    public static CoalitionView Of(string id, CoalitionState state, long version) => new(
        id,
        state.Name,
        state.Policy,
        [.. state.Organisations.OrderBy(organisation => organisation.Id, StringComparer.Ordinal)],
        [.. state.People.OrderBy(person => person.Id, StringComparer.Ordinal).Select(PersonView.Of)],
        version);
}

/// <param name="Mandates">Those given and not revoked; one whose time is over is still listed, with that time.</param>
[GenerateSerializer, Immutable, Alias("annotate.person-view.v1")]
public sealed record PersonView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Organisation,
    [property: Id(3)] string? Affiliation,
    [property: Id(4)] Role Role,
    [property: Id(5)] MandateHeld[] Mandates)
{
    public static PersonView Of(Person person) =>
        new(person.Id, person.Name, person.Organisation, person.Affiliation, person.Role, person.Mandates);
}
