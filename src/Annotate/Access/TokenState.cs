using Annotate.Deciding;

namespace Annotate.Access;

/// <summary>One token, known by its hash alone.</summary>
[GenerateSerializer, Alias("annotate.token-state.v1")]
public sealed class TokenState : IState
{
    /// <summary>Null while no such token was ever made.</summary>
    [Id(0)] public TokenIssued? Issued { get; private set; }

    [Id(1)] public DateTimeOffset IssuedAt { get; private set; }

    /// <summary>Used up (a link) or revoked: it opens nothing any more.</summary>
    [Id(2)] public bool IsSpent { get; private set; }

    /// <summary>What the token opens at that time; null when nothing.</summary>
    public TokenView? View(DateTimeOffset now) =>
        Issued is { } issued && !IsSpent && now < issued.Expires
            ? new TokenView(issued.Kind, issued.Coalition, issued.Person, IssuedAt, issued.Expires, issued.Stay, issued.Invitation, issued.Lineage ?? [])
            : null;

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<TokenState> happened) happened.ApplyTo(this, version, entry);
    }

    // A hash names one token for ever; a second issue under it is skipped.
    internal void Issue(TokenIssued issued, DateTimeOffset at)
    {
        if (Issued is null) (Issued, IssuedAt) = (issued, at);
    }

    internal void Spend() => IsSpent = true;
}

/// <summary>A token that is valid.</summary>
/// <param name="Coalition">Null for the operator.</param>
/// <param name="Stay">In which stay of the person it is good.</param>
/// <param name="Invitation">Of a link that somebody else made: it is good while it is their last.</param>
/// <param name="Lineage">Hashes of the tokens that it ends with, the nearest first.</param>
[GenerateSerializer, Immutable, Alias("annotate.token-view.v1")]
public sealed record TokenView(
    [property: Id(0)] TokenKind Kind,
    [property: Id(1)] string? Coalition,
    [property: Id(2)] string Person,
    [property: Id(3)] DateTimeOffset Issued,
    [property: Id(4)] DateTimeOffset Expires,
    [property: Id(5)] int Stay,
    [property: Id(6)] Guid? Invitation,
    [property: Id(7)] string[] Lineage);
