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

    /// <summary>Whether the person ever used a link, or was given a token.</summary>
    [Alias("has-come")]
    Task<bool> HasComeAsync();

    /// <summary>Whether the person has, in that stay, anything to come in with that is theirs.</summary>
    [Alias("can-come-in")]
    Task<bool> CanComeInAsync(int stay);
}

public sealed class PersonTokensGrain(TimeProvider clock) : JournalledGrain<PersonTokensState>(clock), IPersonTokensGrain
{
    protected override string Kind => "person-tokens";

    public Task<Answer> RunAsync(PersonTokensCommand command) => RunAsync(command, state => command.Decide(state, Journal.Version, Clock.GetUtcNow()));

    public Task<bool> HasComeAsync() => ReadAsync((state, version) => version > 0 && !state.OnlyInvited);

    public Task<bool> CanComeInAsync(int stay) => ReadAsync((state, _) => state.CanComeIn(stay, Clock.GetUtcNow()));
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
/// <param name="IsInvitation">A sign-in link that is made for somebody else. It ends the one before.</param>
/// <param name="MayHaveCome">
/// Whether it may be made for somebody who has come before: by the operator, and by an administrator of their organisation once there is
/// nothing left that they could come in with. Whoever could make such links for anybody could act as them (G8).
/// </param>
[GenerateSerializer, Alias("annotate.count-token.v1")]
public sealed record CountToken(
    [property: Id(0)] string Token,
    [property: Id(1)] DateTimeOffset Expires,
    [property: Id(2)] int Stay,
    [property: Id(3)] string? InPlaceOf,
    [property: Id(4)] bool IsInvitation,
    [property: Id(5)] bool MayHaveCome = false) : PersonTokensCommand
{
    static readonly Problem HasCome = new(
        "has-come", 403, "This person has signed in before, or was given a token; they make their next link themselves, or the operator does.");

    internal static readonly Problem CanComeIn = new(
        "can-come-in", 403, "This person can still come in, and makes their next link themselves.",
        "If they have lost what they are signed in with, end their tokens first; then make the link.");

    public override Decision Decide(PersonTokensState state, long version, DateTimeOffset now) =>
        IsInvitation && !MayHaveCome && version > 0 && !state.OnlyInvited ? HasCome
        : IsInvitation && By.Person != By.OperatorPerson && state.CanComeIn(Stay, now) ? CanComeIn
        : InPlaceOf is not null && !state.Live.ContainsKey(InPlaceOf) ? RedeemLink.Spent
        : state.CountWithout(InPlaceOf, Stay, now) >= Limits.TokensPerPersonMax
            ? Problem.TooLarge($"A person has at most {Limits.TokensPerPersonMax} tokens that are good; revoke them, or wait until some run out.")
            : new TokenCounted(Token, Expires, Stay, InPlaceOf, IsInvitation, MayHaveCome);
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
/// <param name="MayHaveCome">Whether it is good for somebody who has come before: see <see cref="CountToken"/>.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.token-counted.v1")]
public sealed record TokenCounted(
    [property: Id(0)] string Token,
    [property: Id(1)] DateTimeOffset Expires,
    [property: Id(2)] int Stay,
    [property: Id(3)] string? InPlaceOf,
    [property: Id(4)] bool IsInvitation = false,
    [property: Id(5)] bool MayHaveCome = false) : Event;

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

    /// <summary>Hash of the link that somebody else made last; null when there was none.</summary>
    [Id(3)] public string? Invitation { get; private set; }

    // Whether that link is good still when the person has come another way.
    [Id(4)] bool _invitationStays;

    /// <summary>Whether there is anything good that the person has got, and not only a link that somebody else has made for them.</summary>
    public bool CanComeIn(int stay, DateTimeOffset now) => !OnlyInvited && CountWithout(Invitation, stay, now) > 0;

    /// <summary>Hash of each, and when it runs out.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Live => _live;

    /// <summary>How many there are in that stay, the one whose place is taken over left out.</summary>
    public int CountWithout(string? token, int stay, DateTimeOffset now) =>
        stay == Stay ? _live.Count(each => each.Value > now && each.Key != token) : 0;

    // Each link that somebody else makes ends the one before.
    void Invite(TokenCounted e)
    {
        if (Invitation is not null) _live.Remove(Invitation);
        (Invitation, _invitationStays) = (e.Token, e.MayHaveCome);
    }

    void KeepOnly(string? token)
    {
        foreach (var other in _live.Keys)
            if (other != token) _live.Remove(other);
    }

    public void Apply(long version, Entry entry)
    {
        switch (entry.Event)
        {
            case TokenCounted e:
                if (e.Stay != Stay) _live.Clear();
                // Who has come needs nobody to bring them in: a link of an outsider that was kept back must not let in somebody else.
                else if (OnlyInvited && !e.IsInvitation) KeepOnly(_invitationStays ? Invitation : null);
                if (e.IsInvitation) Invite(e);
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
