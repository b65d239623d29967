using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;

namespace Annotate.Access;

/// <summary>
/// The tokens of one person that are good now, so that they can be counted and listed; what each of them opens, its own grain knows. Key:
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

    /// <summary>Whether there is anything good in that stay, a link that somebody else made included.</summary>
    [Alias("has-any")]
    Task<bool> HasAnyAsync(int stay);

    /// <summary>Whether it is a link that the person made themself.</summary>
    /// <param name="token">Its hash.</param>
    [Alias("is-own-link")]
    Task<bool> IsOwnLinkAsync(string token);

    /// <summary>What is good in that stay, and what the person has not been told yet.</summary>
    /// <param name="token">Hash of what they came in with.</param>
    [Alias("list-for")]
    Task<PersonTokensView> ListAsync(int stay, string token);
}

public sealed class PersonTokensGrain(TimeProvider clock) : JournalledGrain<PersonTokensState>(clock), IPersonTokensGrain
{
    protected override string Kind => "person-tokens";

    public async Task<Answer> RunAsync(PersonTokensCommand command)
    {
        var ended = await EndedUpToAsync();
        return await RunAsync(command, () => new PersonTokensMoment(Journal.Version, new TokenTimes(Clock.GetUtcNow(), ended)));
    }

    public Task<bool> HasComeAsync() => ReadAsync((state, version) => version > 0 && !state.OnlyInvited);

    public async Task<bool> CanComeInAsync(int stay)
    {
        var times = new TokenTimes(Clock.GetUtcNow(), await EndedUpToAsync());
        return await ReadAsync((state, _) => state.CanComeIn(stay, times));
    }

    public async Task<bool> HasAnyAsync(int stay)
    {
        var times = new TokenTimes(Clock.GetUtcNow(), await EndedUpToAsync());
        return await ReadAsync((state, _) => state.CountWithout(null, stay, times) > 0);
    }

    public Task<bool> IsOwnLinkAsync(string token) => ReadAsync((state, _) => state.IsOwnLink(token, Key[(Key.IndexOf('/') + 1)..]));

    public async Task<PersonTokensView> ListAsync(int stay, string token)
    {
        var times = new TokenTimes(Clock.GetUtcNow(), await EndedUpToAsync());
        return await ReadAsync((state, _) => state.View(stay, times, token));
    }

    // All tokens of the installation may have been ended at once: nobody could go round to every person.
    Task<DateTimeOffset> EndedUpToAsync() => GrainFactory.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey).EndedUpToAsync();
}

/// <param name="EndedUpTo">What was made until then was ended for everybody.</param>
public readonly record struct TokenTimes(DateTimeOffset Now, DateTimeOffset EndedUpTo);

/// <summary>What a decision about a person's tokens depends on beside their state.</summary>
/// <param name="Version">Of the state.</param>
public readonly record struct PersonTokensMoment(long Version, TokenTimes Times);

[GenerateSerializer, Alias("annotate.person-tokens-command.v1")]
public abstract record PersonTokensCommand : Command, ICommandOn<PersonTokensState, PersonTokensMoment>
{
    public abstract Decision Decide(PersonTokensState state, PersonTokensMoment known);
}

/// <summary>Takes a place for a token that is about to be made. One that is then not made keeps its place until it would have run out.</summary>
/// <param name="Token">Hash of the token.</param>
/// <param name="InPlaceOf">Hash of the link that it is made for, and that is used up: its place is taken over.</param>
/// <param name="IsInvitation">A sign-in link that is made for somebody else. It ends the one before.</param>
/// <param name="MayHaveCome">
/// Whether it may be made for somebody who has come before: by the operator, and by an administrator of their organisation once there is
/// nothing left that they could come in with. Whoever could make such links for anybody could act as them (G8).
/// </param>
/// <param name="Kind">Null for what was counted before kinds were.</param>
/// <param name="Name">By which the person knows it: what they called it, or the browser that signed in.</param>
/// <param name="Parent">Hash of the token that it was made with, and ends with; null when it lives its own time.</param>
/// <param name="MadeWith">Hash of the person's own token that it was made with, whether or not it ends with that; null when somebody else made it.</param>
[GenerateSerializer, Alias("annotate.count-token.v1")]
public sealed record CountToken(
    [property: Id(0)] string Token,
    [property: Id(1)] DateTimeOffset Expires,
    [property: Id(2)] int Stay,
    [property: Id(3)] string? InPlaceOf,
    [property: Id(4)] bool IsInvitation,
    [property: Id(5)] bool MayHaveCome = false,
    [property: Id(6)] TokenKind? Kind = null,
    [property: Id(7)] string? Name = null,
    [property: Id(8)] string? Parent = null,
    [property: Id(9)] string? MadeWith = null) : PersonTokensCommand
{
    static readonly Problem HasCome = new(
        "has-come", 403, "This person has signed in before, or was given a token; they make their next link themselves, or the operator does.");

    internal static readonly Problem CanComeIn = new(
        "can-come-in", 403, "This person can still come in, and makes their next link themselves.",
        "If they have lost what they are signed in with, end their tokens first; then make the link.");

    public override Decision Decide(PersonTokensState state, PersonTokensMoment known) =>
        IsInvitation && !MayHaveCome && known.Version > 0 && !state.OnlyInvited ? HasCome
        : IsInvitation && By.Person != By.OperatorPerson && state.CanComeIn(Stay, known.Times) ? CanComeIn
        : InPlaceOf is not null && !state.Live.ContainsKey(InPlaceOf) ? RedeemLink.Spent
        // Its parent may have been ended between the request's check and now.
        : Parent is not null && !state.Live.ContainsKey(Parent) ? Problem.SignInNeeded
        : state.CountWithout(InPlaceOf, Stay, known.Times) >= Limits.TokensPerPersonMax
            ? Problem.TooLarge($"A person has at most {Limits.TokensPerPersonMax} tokens that are good; end some, or wait until some run out.")
            : new TokenCounted(Token, Expires, Stay, InPlaceOf, IsInvitation, MayHaveCome, Kind, Name, Parent, MadeWith);
}

/// <summary>Gives back the places of a person's tokens, which were revoked before.</summary>
/// <param name="Token">Hash of the only one that was, with those made with it; null when all were.</param>
[GenerateSerializer, Alias("annotate.uncount-tokens.v1")]
public sealed record UncountTokens([property: Id(0)] string? Token) : PersonTokensCommand
{
    public override Decision Decide(PersonTokensState state, PersonTokensMoment known) =>
        (Token is null ? state.Live.Count == 0 : !state.Live.ContainsKey(Token)) ? Decision.Unchanged : new TokensUncounted(Token);
}

/// <summary>The person has been told of the links that others made for them.</summary>
/// <remarks>
/// Whoever came in by such a link may not be the person. So they put notices, of whatever link, away for themselves only: anything else that the
/// person comes in with is told all the same.
/// </remarks>
/// <param name="Token">Hash of what they came in with.</param>
/// <param name="Until">When the latest of those they were told was made; null for all there are.</param>
[GenerateSerializer, Alias("annotate.see-notices.v1")]
public sealed record SeeNotices([property: Id(0)] string Token, [property: Id(1)] DateTimeOffset? Until = null) : PersonTokensCommand
{
    public override Decision Decide(PersonTokensState state, PersonTokensMoment known) =>
        state.NoticesFor(Token).Any(notice => !(notice.At > Until)) ? new NoticesSeen(Token, Until) : Decision.Unchanged;
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
    [property: Id(5)] bool MayHaveCome = false,
    [property: Id(6)] TokenKind? Kind = null,
    [property: Id(7)] string? Name = null,
    [property: Id(8)] string? Parent = null,
    [property: Id(9)] string? MadeWith = null) : Event, IEventOf<PersonTokensState>
{
    public static IReadOnlyList<Event> Samples => [
        new TokenCounted("hash", Sample.Until, 3, "link"),
        new TokenCounted("hash", Sample.Until, 3, null, IsInvitation: true),
        new TokenCounted("next", Sample.Until, 3, null, IsInvitation: true, MayHaveCome: true),
        new TokenCounted("program", Sample.Until, 3, null, Kind: TokenKind.Bearer, Name: "A program", Parent: "hash"),
        new TokenCounted("device", Sample.Until, 3, null, Kind: TokenKind.SignIn, MadeWith: "next"),
    ];

    public void ApplyTo(PersonTokensState state, long version, Entry entry) => state.Count(this, version, entry);
}

/// <param name="Token">Null for all.</param>
[GenerateSerializer, Immutable, Alias("annotate.tokens-uncounted.v1")]
public sealed record TokensUncounted([property: Id(0)] string? Token) : Event, IEventOf<PersonTokensState>
{
    public static IReadOnlyList<Event> Samples => [new TokensUncounted("other")];

    public void ApplyTo(PersonTokensState state, long version, Entry entry) => state.Uncount(Token);
}

/// <param name="Token">Hash of what they came in with; null in those recorded before it was, which put all away.</param>
/// <param name="Until">Notices made later stay; null when all that there were are meant.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.notices-seen.v1")]
public sealed record NoticesSeen([property: Id(0)] string? Token = null, [property: Id(1)] DateTimeOffset? Until = null) : Event, IEventOf<PersonTokensState>
{
    public static IReadOnlyList<Event> Samples => [new NoticesSeen(), new NoticesSeen("hash"), new NoticesSeen("hash", Sample.Until)];

    public void ApplyTo(PersonTokensState state, long version, Entry entry) => state.SeeNotices(Token, Until);
}

/// <summary>What a person can come in with, and what they have not been told yet.</summary>
[GenerateSerializer, Immutable, Alias("annotate.person-tokens-view.v1")]
public sealed record PersonTokensView([property: Id(0)] CountedToken[] Tokens, [property: Id(1)] LinkNotice[] Notices);

/// <summary>A token as its person knows it.</summary>
/// <param name="Token">Its hash.</param>
/// <param name="Kind">Null for what was counted before kinds were; so are the times and people then.</param>
/// <param name="By">Who made it: a person of the coalition, or the operator.</param>
/// <param name="Parent">Hash of the token that it ends with.</param>
[GenerateSerializer, Immutable, Alias("annotate.counted-token.v1")]
public sealed record CountedToken(
    [property: Id(0)] string Token,
    [property: Id(1)] TokenKind? Kind,
    [property: Id(2)] string? Name,
    [property: Id(3)] DateTimeOffset? Made,
    [property: Id(4)] string? By,
    [property: Id(5)] DateTimeOffset Expires,
    [property: Id(6)] string? Parent);

/// <summary>Somebody made a link for a person who had come before.</summary>
/// <param name="Link">Hash of the link; null for those of before it was kept.</param>
/// <param name="SeenBy">Hashes of such links: whoever came in by one has put the notice away, for themselves. Null for none.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.link-notice.v1")]
public sealed record LinkNotice(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] By By, [property: Id(2)] string? Link = null, [property: Id(3)] string[]? SeenBy = null);
