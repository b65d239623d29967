using System.Collections.Concurrent;
using System.Net;
using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Server.Access;

/// <summary>Makes tokens, finds whom they speak for, and ends them.</summary>
public sealed class Tokens : IDisposable
{
    readonly IGrainFactory _grains;
    readonly TokenKey _key;
    readonly TimeProvider _clock;
    readonly TokenLookups _lookups;
    readonly ConcurrentDictionary<string, (Principal Principal, long At)> _found = new(StringComparer.Ordinal);

    internal Tokens(IGrainFactory grains, TokenKey key, TimeProvider clock) =>
        (_grains, _key, _clock, _lookups) = (grains, key, clock, new TokenLookups(grains, clock));

    /// <summary>Makes a token for a person.</summary>
    /// <param name="stay">The person's, in which alone it is good.</param>
    /// <param name="isInvitation">See <see cref="CountToken"/>.</param>
    /// <returns>The token itself, which nobody can ask for again; or the problem that they have too many.</returns>
    public async Task<(MadeToken? Made, Problem? Problem)> IssueAsync(
        TokenKind kind, string coalition, string person, int stay, TimeSpan life, By by, bool isInvitation = false)
    {
        var made = new MadeToken(_key.Make(), _clock.GetUtcNow() + life);
        var problem = await IssueAsync(made, kind, coalition, person, stay, by, inPlaceOf: null, isInvitation);
        return problem is null ? (made, null) : (null, problem);
    }

    /// <summary>A token that is not known yet, for the operator.</summary>
    internal string MakeForOperator() => _key.Make();

    /// <summary>Makes the operator's token known; its secret is kept in a file.</summary>
    /// <returns>False when it was known already.</returns>
    internal async Task<bool> IssueToOperatorAsync(string token)
    {
        var issue = new IssueToken(TokenKind.Operator, null, By.OperatorPerson, DateTimeOffset.MaxValue, Stay: 0) { Id = NewId(), By = By.Operator };
        return (await GrainOf(Secrets.HashOf(token)).RunAsync(issue)).Problem is null;
    }

    /// <summary>Whom a token speaks for; null when it is malformed, unknown, run out, spent, or only a link to sign in with.</summary>
    /// <param name="from">The address it came from; null when it is our own.</param>
    /// <exception cref="GrantsUnreachableException">It could not be looked up.</exception>
    public async ValueTask<Principal?> FindAsync(string token, IPAddress? from = null)
    {
        if (!_key.MayBeGood(token)) return null;
        var hash = Secrets.HashOf(token);
        if (_found.TryGetValue(hash, out var known) && _clock.GetElapsedTime(known.At).TotalMilliseconds <= Limits.TokenCachedMilliseconds)
            return _clock.GetUtcNow() < known.Principal.Expires ? known.Principal : null;
        var asked = _clock.GetTimestamp();
        var found = await LookUpAsync(token, hash, from);
        if (found is null or { Kind: TokenKind.SignIn })
        {
            _found.TryRemove(hash, out _);
            return null;
        }

        var principal = PrincipalOf(hash, found);
        Remember(hash, principal, asked);
        return principal;
    }

    /// <summary>Whether it is whole: one that was cut off or misread is told from one that opens nothing any more.</summary>
    public bool IsWhole(string? token) => _key.MayBeGood(token);

    /// <summary>Whom a sign-in link would sign in; null when it is malformed, unknown, used, over, or no link.</summary>
    /// <exception cref="GrantsUnreachableException">It could not be looked up.</exception>
    public async Task<Principal?> FindLinkAsync(string link, IPAddress? from)
    {
        if (!_key.MayBeGood(link)) return null;
        var hash = Secrets.HashOf(link);
        return await LookUpAsync(link, hash, from) is { Kind: TokenKind.SignIn } found ? PrincipalOf(hash, found) : null;
    }

    /// <summary>Uses up a sign-in link and makes a session in its place.</summary>
    /// <returns>Null when somebody else was faster, or it was an invitation and the person has come by another way.</returns>
    public async Task<MadeToken?> RedeemAsync(Principal link)
    {
        var by = new By(link.Person, null);
        var spent = await GrainOf(link.Token).RunAsync(new RedeemLink { Id = NewId(), By = by });
        if (spent.Problem is not null) return null;
        var session = new MadeToken(_key.Make(), _clock.GetUtcNow().AddDays(Limits.SessionDays));
        var problem = await IssueAsync(session, TokenKind.Session, link.Coalition!, link.Person, link.Stay, by, link.Token);
        return problem is null ? session : null;
    }

    /// <summary>Ends a token, on open connections too.</summary>
    public async Task RevokeAsync(Principal principal, By by)
    {
        // In this order: the list that silos follow refuses the token even if the server stops before the token's own grain knows.
        await Revocations.RunAsync(new RevokeEverywhere(principal.Token, principal.Expires) { Id = NewId(), By = by });
        await GrainOf(principal.Token).RunAsync(new RevokeToken { Id = NewId(), By = by });
        _found.TryRemove(principal.Token, out _);
        if (principal.Coalition is { } coalition) await CountOf(coalition, principal.Person).RunAsync(new UncountTokens(principal.Token) { Id = NewId(), By = by });
    }

    /// <summary>Ends every token made for a person so far, on open connections too.</summary>
    public async Task RevokeAllAsync(string coalition, string person, By by)
    {
        await Revocations.RunAsync(new RevokeTokensOfPerson(coalition, person) { Id = NewId(), By = by });
        await CountOf(coalition, person).RunAsync(new UncountTokens(null) { Id = NewId(), By = by });
    }

    public void Dispose() => _lookups.Dispose();

    async Task<Problem?> IssueAsync(
        MadeToken made, TokenKind kind, string coalition, string person, int stay, By by, string? inPlaceOf, bool isInvitation = false)
    {
        var hash = Secrets.HashOf(made.Token);
        // Counted first: a server that stops in between leaves a place that nothing takes, and not a token that nobody counts.
        var counted = await CountOf(coalition, person).RunAsync(new CountToken(hash, made.Expires, stay, inPlaceOf, isInvitation) { Id = NewId(), By = by });
        return counted.Problem
            ?? (await GrainOf(hash).RunAsync(new IssueToken(kind, coalition, person, made.Expires, stay) { Id = NewId(), By = by })).Problem;
    }

    async Task<TokenView?> LookUpAsync(string token, string hash, IPAddress? from)
    {
        try
        {
            return await _lookups.FindAsync(hash, Secrets.IsUnchecked(token), from);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new GrantsUnreachableException(exception);
        }
    }

    void Remember(string hash, Principal principal, long asked)
    {
        if (_found.Count >= Limits.TokensCachedMax)
            foreach (var (other, known) in _found)
                if (_clock.GetElapsedTime(known.At).TotalMilliseconds > Limits.TokenCachedMilliseconds) _found.TryRemove(other, out _);
        if (_found.Count < Limits.TokensCachedMax) _found[hash] = (principal, asked);
    }

    static Principal PrincipalOf(string hash, TokenView found) =>
        new(found.Coalition, found.Person, hash, found.Issued, found.Expires, found.Stay, found.Kind);

    IPersonTokensGrain CountOf(string coalition, string person) => _grains.GetGrain<IPersonTokensGrain>($"{coalition}/{person}");

    ITokenGrain GrainOf(string hash) => _grains.GetGrain<ITokenGrain>(hash);

    IRevocationGrain Revocations => _grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey);

    Guid NewId() => Guid.CreateVersion7(_clock.GetUtcNow());
}

/// <summary>A token that was just made.</summary>
public sealed record MadeToken(string Token, DateTimeOffset Expires)
{
    // Records print their members; this one must not end up in a log.
    public override string ToString() => $"a token until {Expires:O}";
}
