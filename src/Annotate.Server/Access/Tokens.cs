using System.Collections.Concurrent;
using System.Net;
using Annotate.Access;
using Annotate.Coalitions;
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
    /// <returns>The token itself, which nobody can ask for again; or the problem that they have too many.</returns>
    internal async Task<(MadeToken? Made, Problem? Problem)> IssueAsync(TokenOrder order, By by)
    {
        var made = new MadeToken(_key.Make(), After(order.Life));
        var problem = await IssueAsync(made, order, by, inPlaceOf: null);
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

    /// <summary>Uses up a sign-in link, tells the coalition that the person has come, and makes a session in the link's place.</summary>
    /// <returns>Null when somebody else was faster, or it was made by somebody else and is over.</returns>
    public async Task<MadeToken?> RedeemAsync(Principal link, By by)
    {
        if ((await GrainOf(link.Token).RunAsync(new RedeemLink { Id = NewId(), By = by })).Problem is not null) return null;
        var came = await _grains.GetGrain<ICoalitionGrain>(link.Coalition!).RunAsync(new Come(link.Person, link.Invitation) { Id = NewId(), By = by });
        if (came.Problem is not null) return null;
        var order = new TokenOrder(TokenKind.Session, link.Coalition!, link.Person, link.Stay, TimeSpan.FromDays(Limits.SessionDays));
        var session = new MadeToken(_key.Make(), After(order.Life));
        return await IssueAsync(session, order, by, link.Token) is null ? session : null;
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

    async Task<Problem?> IssueAsync(MadeToken made, TokenOrder order, By by, string? inPlaceOf)
    {
        var hash = Secrets.HashOf(made.Token);
        // Counted first: a server that stops in between leaves a place that nothing takes, and not a token that nobody counts.
        var count = new CountToken(hash, made.Expires, order.Stay, inPlaceOf, order.Invitation is not null, order.MayHaveCome) { Id = NewId(), By = by };
        if ((await CountOf(order.Coalition, order.Person).RunAsync(count)).Problem is { } problem) return problem;
        var issue = new IssueToken(order.Kind, order.Coalition, order.Person, made.Expires, order.Stay, order.Invitation) { Id = NewId(), By = by };
        return (await GrainOf(hash).RunAsync(issue)).Problem;
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
        new(found.Coalition, found.Person, hash, found.Issued, found.Expires, found.Stay, found.Invitation);

    IPersonTokensGrain CountOf(string coalition, string person) => _grains.GetGrain<IPersonTokensGrain>($"{coalition}/{person}");

    ITokenGrain GrainOf(string hash) => _grains.GetGrain<ITokenGrain>(hash);

    IRevocationGrain Revocations => _grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey);

    internal DateTimeOffset After(TimeSpan life) => _clock.GetUtcNow() + life;

    internal Guid NewId() => Guid.CreateVersion7(_clock.GetUtcNow());
}

/// <summary>A token to be made.</summary>
/// <param name="Stay">The person's, in which alone it is good.</param>
/// <param name="Invitation">When it is a link that somebody else makes: under which the coalition knows it.</param>
/// <param name="MayHaveCome">See <see cref="CountToken"/>.</param>
sealed record TokenOrder(
    TokenKind Kind, string Coalition, string Person, int Stay, TimeSpan Life, Guid? Invitation = null, bool MayHaveCome = false);

/// <summary>A token that was just made.</summary>
public sealed record MadeToken(string Token, DateTimeOffset Expires)
{
    // Records print their members; this one must not end up in a log.
    public override string ToString() => $"a token until {Expires:O}";
}
