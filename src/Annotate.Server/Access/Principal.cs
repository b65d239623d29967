using Annotate.Access;

namespace Annotate.Server.Access;

/// <summary>Whom a token speaks for. What they may do is not in it: that is their <see cref="Standing"/>, asked for each time.</summary>
/// <param name="Coalition">The coalition the person is of; null for the operator.</param>
/// <param name="Person">Slug of the person within that coalition.</param>
/// <param name="Token">Hash of the token (base64url of SHA-256), under which it can be revoked; never the token.</param>
/// <param name="Issued">When the token was made.</param>
/// <param name="Expires">From when on the token is refused.</param>
/// <param name="Stay">The stay of the person in the coalition that the token was made for: it is good in no other.</param>
/// <param name="Kind">What the token is for.</param>
public sealed record Principal(
    string? Coalition, string Person, string Token, DateTimeOffset Issued, DateTimeOffset Expires, int Stay, TokenKind Kind)
{
    public bool IsOperator => Coalition is null;
}
