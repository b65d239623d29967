using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>Makes it known that somebody ends all tokens of another person, links included. Whoever asks then ends them.</summary>
[GenerateSerializer, Alias("annotate.end-tokens.v1")]
public sealed record EndTokens([property: Id(0)] string Person) : CoalitionCommand
{
    protected override Problem? Check(Authority authority) => authority.OverTokens(Person);

    protected override Decision Decide(CoalitionState state, Authority authority) =>
        state.Find(Person) is null ? Problem.NotFound
        : !authority.HasTokens && state.InvitationOf(Person) is null ? Decision.Unchanged
        : new TokensEnded(Person);
}

[GenerateSerializer, Immutable, Alias("annotate.tokens-ended.v1")]
public sealed record TokensEnded([property: Id(0)] string Person) : Event, IEventOf<CoalitionState>
{
    public static IReadOnlyList<Event> Samples => [new TokensEnded("ana")];

    public override Activity? ToActivity() => new(Person, "");

    public void ApplyTo(CoalitionState state, long version, Entry entry) => state.EndInvitation(Person);
}
