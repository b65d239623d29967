using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>A person comes in: they use a link, or the operator gives them a token.</summary>
/// <param name="Invitation">The link's, when somebody else made it; it must be the last that was made, and good still.</param>
[GenerateSerializer, Alias("annotate.come.v1")]
public sealed record Come([property: Id(0)] string Person, [property: Id(1)] Guid? Invitation) : CoalitionCommand
{
    protected override Problem? Check(Authority authority) => By.Person == Person ? null : authority.OverServer();

    protected override Decision Decide(CoalitionState state, Authority authority) =>
        state.Find(Person) is not { } person ? Problem.NotFound
        : Invitation is null && person.HasCome ? Decision.Unchanged
        : Invitation is not null && Invitation != state.InvitationOf(Person)?.Id ? RedeemLink.Spent
        : new PersonCame(Person, Invitation);
}

/// <param name="Invitation">The one that was used; null when it was none.</param>
[GenerateSerializer, Immutable, Alias("annotate.person-came.v1")]
public sealed record PersonCame([property: Id(0)] string Person, [property: Id(1)] Guid? Invitation) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new PersonCame("ana", Sample.Id(4))];

    public override Activity? ToActivity() => new(Person, "");

    public void ApplyTo(CoalitionState state, long version, Entry entry)
    {
        if (state.FindEver(Person) is { } person) state.Come(person, Invitation);
    }
}
