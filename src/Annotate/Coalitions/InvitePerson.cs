using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>
/// Makes it known that a link is made which signs somebody else in. It ends the one made before: of a steward who brings in the first of an
/// organisation, the one for anybody of it. The whole coalition sees who made it and, by <see cref="PersonCame"/>, that it was used.
/// </summary>
/// <param name="Expires">When the link's time is over.</param>
[GenerateSerializer, Alias("annotate.invite-person.v1")]
public sealed record InvitePerson([property: Id(0)] string Person, [property: Id(1)] DateTimeOffset Expires) : CoalitionCommand
{
    public override IEnumerable<string> AsksAbout(CoalitionState state) =>
        state.Find(Person) is not { } person ? []
        : person.Organisation is { } organisation ? state.PeopleEverOf(organisation).Select(each => each.Id)
        : [Person];

    protected override Problem? Check(Authority authority) => null;

    protected override Decision Decide(CoalitionState state, Authority authority)
    {
        if (state.Find(Person) is not { } person) return Problem.NotFound;
        return authority.OverLink(person, out var byOutsider) is { } refused ? refused : new PersonInvited(Person, Expires, byOutsider);
    }
}

/// <param name="ByOutsider">See <see cref="Invitation"/>.</param>
[GenerateSerializer, Immutable, Alias("annotate.person-invited.v1")]
public sealed record PersonInvited(
    [property: Id(0)] string Person, [property: Id(1)] DateTimeOffset Expires, [property: Id(2)] bool ByOutsider) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new PersonInvited("ana", Sample.Until, ByOutsider: true)];

    public override Activity? ToActivity() => new(Person, "");

    public void ApplyTo(CoalitionState state, long version, Entry entry)
    {
        if (state.FindEver(Person) is { } person) state.Invite(person, new Invitation(entry.Command, entry.By, Expires, ByOutsider));
    }
}
