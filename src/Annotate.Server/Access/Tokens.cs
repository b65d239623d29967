using System.Collections.Concurrent;
using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Server.Access;

/// <summary>Makes tokens, finds whom they speak for, and ends them.</summary>
public sealed class Tokens(IGrainFactory grains, TimeProvider clock) : IDisposable
{
    readonly ConcurrentDictionary<string, (Principal Principal, long At)> _found = new(StringComparer.Ordinal);
    readonly SemaphoreSlim _lookups = new(Limits.TokenLookupsMax);

    /// <summary>Makes a token.</summary>
    /// <param name="coalition">Null for the operator.</param>
    /// <returns>The token itself, which nobody can ask for again.</returns>
    public async Task<MadeToken> IssueAsync(TokenKind kind, string? coalition, string person, TimeSpan life, By by)
    {
        var token = Secrets.Make();
        var expires = clock.GetUtcNow() + life;
        await IssueAsync(token, kind, coalition, person, expires, by);
        return new MadeToken(token, expires);
    }

    /// <summary>Makes a token known whose secret the caller chose.</summary>
    /// <returns>False when it was known already.</returns>
    internal async Task<bool> IssueAsync(string token, TokenKind kind, string? coalition, string person, DateTimeOffset expires, By by)
    {
        var answer = await GrainOf(Secrets.HashOf(token)).RunAsync(
            new IssueToken(kind, coalition, person, expires) { Id = NewId(), By = by });
        return answer.Problem is null;
    }

    /// <summary>Whom a token speaks for; null when it is malformed, unknown, run out, spent, or only a link to sign in with.</summary>
    /// <exception cref="GrantsUnreachableException">It could not be looked up.</exception>
    public async ValueTask<Principal?> FindAsync(string token)
    {
        if (!Secrets.IsWellFormed(token)) return null;
        var hash = Secrets.HashOf(token);
        if (_found.TryGetValue(hash, out var known) && clock.GetElapsedTime(known.At).TotalMilliseconds <= Limits.TokenCachedMilliseconds)
            return clock.GetUtcNow() < known.Principal.Expires ? known.Principal : null;
        return await LookUpAsync(hash);
    }

    /// <summary>Whether a link can still be used to sign in.</summary>
    public async Task<bool> IsLinkAsync(string link) =>
        Secrets.IsWellFormed(link) && await GrainOf(Secrets.HashOf(link)).FindAsync() is { Kind: TokenKind.SignIn };

    /// <summary>Uses up a sign-in link and makes a session in its place.</summary>
    /// <returns>Null when the link is unknown, used, or over.</returns>
    public async Task<MadeToken?> RedeemAsync(string link)
    {
        if (!Secrets.IsWellFormed(link)) return null;
        var grain = GrainOf(Secrets.HashOf(link));
        if (await grain.FindAsync() is not { Kind: TokenKind.SignIn } found) return null;
        var by = new By(found.Person, null);
        var spent = await grain.RunAsync(new RedeemLink { Id = NewId(), By = by });
        if (spent.Problem is not null) return null;
        return await IssueAsync(TokenKind.Session, found.Coalition, found.Person, TimeSpan.FromDays(Limits.SessionDays), by);
    }

    /// <summary>Ends a token, on open connections too.</summary>
    public async Task RevokeAsync(Principal principal, By by)
    {
        // In this order: the list that silos follow refuses the token even if the server stops before the token's own grain knows.
        await Revocations.RunAsync(new RevokeEverywhere(principal.Token, principal.Expires) { Id = NewId(), By = by });
        await GrainOf(principal.Token).RunAsync(new RevokeToken { Id = NewId(), By = by });
        _found.TryRemove(principal.Token, out _);
    }

    /// <summary>Ends every token made for a person so far, on open connections too.</summary>
    public async Task RevokeAllAsync(string coalition, string person, By by) =>
        await Revocations.RunAsync(new RevokeTokensOfPerson(coalition, person) { Id = NewId(), By = by });

    public void Dispose() => _lookups.Dispose();

    async Task<Principal?> LookUpAsync(string hash)
    {
        await _lookups.WaitAsync();
        try
        {
            var asked = clock.GetTimestamp();
            var found = await GrainOf(hash).FindAsync().WaitAsync(TimeSpan.FromMilliseconds(Limits.GrantsTimeoutMilliseconds), clock);
            if (found is null or { Kind: TokenKind.SignIn }) return null;
            var principal = new Principal(found.Coalition, found.Person, hash, found.Issued, found.Expires);
            Remember(hash, principal, asked);
            return principal;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new GrantsUnreachableException(exception);
        }
        finally
        {
            _lookups.Release();
        }
    }

    void Remember(string hash, Principal principal, long asked)
    {
        if (_found.Count >= Limits.TokensCachedMax)
            foreach (var (other, known) in _found)
                if (clock.GetElapsedTime(known.At).TotalMilliseconds > Limits.TokenCachedMilliseconds) _found.TryRemove(other, out _);
        if (_found.Count < Limits.TokensCachedMax) _found[hash] = (principal, asked);
    }

    ITokenGrain GrainOf(string hash) => grains.GetGrain<ITokenGrain>(hash);

    IRevocationGrain Revocations => grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey);

    Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());
}

/// <summary>A token that was just made.</summary>
public sealed record MadeToken(string Token, DateTimeOffset Expires)
{
    // Records print their members; this one must not end up in a log.
    public override string ToString() => $"a token until {Expires:O}";
}
