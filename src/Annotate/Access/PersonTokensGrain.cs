using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Access;

/// <summary>
/// The tokens of one person that are good now, so that they can be counted; what each of them opens, its own grain knows. Key:
/// coalition/person.
/// </summary>
[Alias("annotate.person-tokens-grain")]
public interface IPersonTokensGrain : ITopicGrain
{
    [Alias("run")]
    Task<Answer> RunAsync(PersonTokensCommand command);
}

public sealed class PersonTokensGrain(TimeProvider clock) : JournalledGrain<PersonTokensState>(clock), IPersonTokensGrain
{
    protected override string Kind => "person-tokens";

    public Task<Answer> RunAsync(PersonTokensCommand command) => RunAsync(command, state => command.Decide(state, Journal.Version, Clock.GetUtcNow()));
}

[GenerateSerializer, Alias("annotate.person-tokens-command.v1")]
public abstract record PersonTokensCommand : Command
{
    /// <param name="version">Of the state.</param>
    public abstract Decision Decide(PersonTokensState state, long version, DateTimeOffset now);
}

/// <summary>Takes a place for a token that is about to be made. One that is then not made keeps its place until it would have run out.</summary>
/// <param name="Token">Hash of the token.</param>
/// <param name="InPlaceOf">Hash of the link that it is made for, and that is used up: its place is taken over.</param>
/// <param name="IsInvitation">
/// A sign-in link that a steward makes for somebody else: refused, and good for nothing, as soon as the person has got anything else.
/// Whoever could make such links later could act as anybody (G8).
/// </param>
[GenerateSerializer, Alias("annotate.count-token.v1")]
public sealed record CountToken(
    [property: Id(0)] string Token,
    [property: Id(1)] DateTimeOffset Expires,
    [property: Id(2)] int Stay,
    [property: Id(3)] string? InPlaceOf,
    [property: Id(4)] bool IsInvitation) : PersonTokensCommand
{
    static readonly Problem HasCome = new(
        "has-come", 403, "This person has signed in before, or was given a token; they make their next link themselves, or the operator does.");

    public override Decision Decide(PersonTokensState state, long version, DateTimeOffset now) =>
        IsInvitation && version > 0 && !state.OnlyInvited ? HasCome
        : InPlaceOf is not null && !state.Live.ContainsKey(InPlaceOf) ? RedeemLink.Spent
        : state.CountWithout(InPlaceOf, Stay, now) >= Limits.TokensPerPersonMax
            ? Problem.TooLarge($"A person has at most {Limits.TokensPerPersonMax} tokens that are good; revoke them, or wait until some run out.")
            : new TokenCounted(Token, Expires, Stay, InPlaceOf, IsInvitation);
}

/// <summary>Gives back the places of a person's tokens, which were revoked before.</summary>
/// <param name="Token">Hash of the only one that was; null when all were.</param>
[GenerateSerializer, Alias("annotate.uncount-tokens.v1")]
public sealed record UncountTokens([property: Id(0)] string? Token) : PersonTokensCommand
{
    public override Decision Decide(PersonTokensState state, long version, DateTimeOffset now) =>
        (Token is null ? state.Live.Count == 0 : !state.Live.ContainsKey(Token)) ? Decision.Unchanged : new TokensUncounted(Token);
}

/// <param name="IsInvitation">False as well for those counted before invitations were told from other tokens.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.token-counted.v1")]
public sealed record TokenCounted(
    [property: Id(0)] string Token,
    [property: Id(1)] DateTimeOffset Expires,
    [property: Id(2)] int Stay,
    [property: Id(3)] string? InPlaceOf,
    [property: Id(4)] bool IsInvitation = false) : Event;

/// <param name="Token">Null for all.</param>
[GenerateSerializer, Immutable, Alias("annotate.tokens-uncounted.v1")]
public sealed record TokensUncounted([property: Id(0)] string? Token) : Event;

/// <summary>The tokens of one person that have neither run out nor been revoked.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("annotate.person-tokens-state.v1")]
public sealed class PersonTokensState : IState
{
    [Id(0)] readonly Dictionary<string, DateTimeOffset> _live = [];

    /// <summary>Those counted are of this stay: in the next one they are good for nothing.</summary>
    [Id(1)] public int Stay { get; private set; }

    /// <summary>Whether there were invitations and nothing else, ever. Otherwise invitations are over, in every later stay, too.</summary>
    [Id(2)] public bool OnlyInvited { get; private set; }

    /// <summary>Hash of each, and when it runs out.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Live => _live;

    /// <summary>How many there are in that stay, the one whose place is taken over left out.</summary>
    public int CountWithout(string? token, int stay, DateTimeOffset now) =>
        stay == Stay ? _live.Count(each => each.Value > now && each.Key != token) : 0;

    public void Apply(long version, Entry entry)
    {
        switch (entry.Event)
        {
            case TokenCounted e:
                // Whoever has come needs no invitation, and an invitation that was kept back must not let in somebody else.
                if (e.Stay != Stay || (OnlyInvited && !e.IsInvitation)) _live.Clear();
                Stay = e.Stay;
                OnlyInvited = e.IsInvitation && (version == 1 || OnlyInvited);
                if (e.InPlaceOf is not null) _live.Remove(e.InPlaceOf);
                foreach (var (token, expires) in _live)
                    if (expires <= entry.At) _live.Remove(token);
                _live[e.Token] = e.Expires;
                break;
            case TokensUncounted { Token: { } token }:
                _live.Remove(token);
                break;
            case TokensUncounted:
                _live.Clear();
                break;
        }
    }
}
