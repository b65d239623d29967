using Annotate.Deciding;

namespace Annotate.Access;

/// <summary>What somebody wants of a token.</summary>
[GenerateSerializer, Alias("annotate.token-command.v1")]
public abstract record TokenCommand : Command, ICommandOn<TokenState, DateTimeOffset>
{
    /// <param name="known">The time.</param>
    public abstract Decision Decide(TokenState state, DateTimeOffset known);
}

/// <summary>Makes the token known; its secret is with whoever asked and is stored nowhere.</summary>
[GenerateSerializer, Alias("annotate.issue-token.v1")]
public sealed record IssueToken(
    [property: Id(0)] TokenKind Kind,
    [property: Id(1)] string? Coalition,
    [property: Id(2)] string Person,
    [property: Id(3)] DateTimeOffset Expires,
    [property: Id(4)] int Stay,
    [property: Id(5)] Guid? Invitation = null,
    [property: Id(6)] string[]? Lineage = null) : TokenCommand
{
    public override Decision Decide(TokenState state, DateTimeOffset known) =>
        state.Issued is not null ? Problem.Conflict("This token exists.")
        : known >= Expires ? Problem.Invalid("A token that is made must last for a while.")
        : new TokenIssued(Kind, Coalition, Person, Expires, Stay, Invitation, Lineage);
}

/// <summary>Uses up a link, once: of two people who open it one gets in.</summary>
[GenerateSerializer, Alias("annotate.redeem-link.v1")]
public sealed record RedeemLink : TokenCommand
{
    public override Decision Decide(TokenState state, DateTimeOffset known) =>
        state.View(known) is { Kind: TokenKind.SignIn } ? new TokenSpent() : Spent;

    public static readonly Problem Spent =
        new("link-spent", 410, "This link has been used, or its time is over.", "Ask for another one.");
}

/// <summary>Ends a token. What is open with it is told through <see cref="RevocationGrain"/>, which must know first.</summary>
[GenerateSerializer, Alias("annotate.revoke-token.v1")]
public sealed record RevokeToken : TokenCommand
{
    public override Decision Decide(TokenState state, DateTimeOffset known) =>
        state.Issued is null ? Problem.NotFound : state.IsSpent ? Decision.Unchanged : new TokenSpent();
}

/// <param name="Stay">Of the person in the coalition: see <see cref="Coalitions.Person"/>.</param>
/// <param name="Invitation">Of a link that somebody else made: see <see cref="Coalitions.Invitation"/>.</param>
/// <param name="Lineage">Hashes of the tokens that it was made with and ends with, the nearest first; null when it lives its own time.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.token-issued.v1")]
public sealed record TokenIssued(
    [property: Id(0)] TokenKind Kind,
    [property: Id(1)] string? Coalition,
    [property: Id(2)] string Person,
    [property: Id(3)] DateTimeOffset Expires,
    [property: Id(4)] int Stay = 0,
    [property: Id(5)] Guid? Invitation = null,
    [property: Id(6)] string[]? Lineage = null) : Event, IEventOf<TokenState>
{
    public static IReadOnlyList<Event> Samples => [
        new TokenIssued(TokenKind.SignIn, "c", "ana", Sample.Until),
        new TokenIssued(TokenKind.SignIn, "c", "ana", Sample.Until, 3),
        new TokenIssued(TokenKind.SignIn, "c", "ana", Sample.Until, 3, Sample.Id(4), ["parent", "grandparent"]),
    ];

    public void ApplyTo(TokenState state, long version, Entry entry) => state.Issue(this, entry.At);
}

/// <summary>Used up or revoked.</summary>
[GenerateSerializer, Immutable, Alias("annotate.token-spent.v1")]
public sealed record TokenSpent : Event, IEventOf<TokenState>
{
    public static IReadOnlyList<Event> Samples => [new TokenSpent()];

    public void ApplyTo(TokenState state, long version, Entry entry) => state.Spend();
}
