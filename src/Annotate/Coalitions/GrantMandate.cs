using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Gives a person a mandate, or changes how long they have it.</summary>
/// <param name="Until">From then on it is held no more; null while nobody revokes it.</param>
[GenerateSerializer, Alias("annotate.grant-mandate.v1")]
public sealed record GrantMandate(
    [property: Id(0)] string Person, [property: Id(1)] Mandate Mandate, [property: Id(2)] DateTimeOffset? Until) : CoalitionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of(
        "PUT", "/people/{person}/mandates/{mandate}", Right.Administer, "Gives a person a mandate, perhaps until a time.",
        call => MandateWord.TryRead(call["mandate"], out var mandate)
            ? Asked.For(new GrantMandate(call["person"], mandate, call.Query<DateTimeOffset>("until")?.ToUniversalTime()) { Id = call.Id, By = call.By }, call["person"])
            : Problem.NotFound) with
    {
        Query = [("until", typeof(DateTimeOffset))],
    };

    internal static readonly Problem OwnMandate =
        new("own-mandate", 403, "Nobody gives themself a mandate; another administrator of the organisation, or the operator of this server, can.");

    protected override Problem? Check(Authority authority) => By.Person == Person ? OwnMandate : authority.OverPerson(Person);

    protected override Decision Decide(CoalitionState state, Authority authority)
    {
        if (state.Find(Person) is not { } person) return Problem.NotFound;
        if (Check(Mandate, person.Organisation, person.Affiliation, person.Role) is { } problem) return problem;
        if (person.Mandates.Contains(new MandateHeld(Mandate, Until))) return Decision.Unchanged;
        var granted = new MandateHeld(Mandate, Until);
        return Mandate == Mandate.Administer && !authority.IsOperator && state.EndsAdministration(Person, person.Organisation, granted, authority.Now)
            ? RemovePerson.LastAdministrator
            : new MandateGranted(Person, Mandate, Until);
    }

    internal static Problem? Check(Mandate mandate, string? organisation, string? affiliation, Role role) =>
        !Enum.IsDefined(mandate) ? Problem.Invalid("There is no such mandate.")
        : role == Role.Observer ? Problem.Invalid("Observers read; they hold no mandates.")
        : Coalitions.Person.MayHold(mandate, organisation, affiliation) ? null
        : organisation is null && affiliation is null
            ? Problem.Invalid("A mandate needs an organisation, or the affiliation of an individual expert.")
        : Problem.Invalid("Positions, sign-offs and administration are an organisation's; an individual expert cannot be given them.");
}

[GenerateSerializer, Immutable, Alias("annotate.mandate-granted.v1")]
public sealed record MandateGranted(
    [property: Id(0)] string Person, [property: Id(1)] Mandate Mandate, [property: Id(2)] DateTimeOffset? Until) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new MandateGranted("ana", Mandate.SignOff, Sample.Until)];

    public override Activity? ToActivity() => new(Person, Json.Word(Mandate));

    public void ApplyTo(CoalitionState state, long version, Entry entry)
    {
        if (state.FindEver(Person) is { } person) state.Grant(person, new MandateHeld(Mandate, Until));
    }
}
