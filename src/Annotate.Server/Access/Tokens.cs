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
        var made = new MadeToken(_key.Make(), ExpiryOf(order));
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
        if (!await IsLineageGoodAsync(principal)) return null;
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
        return await LookUpAsync(link, hash, from) is { Kind: TokenKind.SignIn } found && PrincipalOf(hash, found) is var principal
            && await IsLineageGoodAsync(principal) && await IsOfKnownMakerAsync(principal) ? principal : null;
    }

    /// <summary>Uses up a sign-in link, tells the coalition that the person has come, and makes a session in the link's place.</summary>
    /// <returns>Null when somebody else was faster, or it was made by somebody else and is over.</returns>
    /// <param name="browser">What it calls itself; null when it does not.</param>
    public async Task<MadeToken?> RedeemAsync(Principal link, By by, string? browser)
    {
        if ((await GrainOf(link.Token).RunAsync(new RedeemLink { Id = NewId(), By = by })).Problem is not null) return null;
        var came = await _grains.GetGrain<ICoalitionGrain>(link.Coalition!).RunAsync(new Come(link.Person, link.Invitation) { Id = NewId(), By = by });
        if (came.Problem is not null) return null;
        var order = new TokenOrder(TokenKind.Session, link.Coalition!, link.Person, link.Stay, TimeSpan.FromDays(Limits.SessionDays), browser);
        // A link that a program made for its own person: the session ends when the program's token does.
        if (link.Lineage is [var maker, ..])
        {
            if (await GrainOf(maker).FindAsync() is not { } alive) return null;
            order = order with { Lineage = link.Lineage, NoLaterThan = alive.Expires };
        }

        var session = new MadeToken(_key.Make(), ExpiryOf(order));
        return await IssueAsync(session, order, by, link.Token) is null ? session : null;
    }

    /// <summary>Ends a token and those that were made with it, on open connections too.</summary>
    public Task RevokeAsync(Principal principal, By by) => RevokeAsync(principal.Token, principal.Expires, principal.Coalition, principal.Person, by);

    /// <summary>Ends a token that was just made: what it was made with turned out to have ended meanwhile.</summary>
    internal Task RevokeAsync(MadeToken made, Standing who) => RevokeAsync(Secrets.HashOf(made.Token), made.Expires, who.Coalition, who.By.Person, who.By);

    async Task RevokeAsync(string token, DateTimeOffset expires, string? coalition, string person, By by)
    {
        // In this order: the list that silos follow refuses the token even if the server stops before the token's own grain knows.
        await Revocations.RunAsync(new RevokeEverywhere(token, expires) { Id = NewId(), By = by });
        await GrainOf(token).RunAsync(new RevokeToken { Id = NewId(), By = by });
        _found.TryRemove(token, out _);
        if (coalition is not null) await CountOf(coalition, person).RunAsync(new UncountTokens(token) { Id = NewId(), By = by });
    }

    /// <summary>Ends every token made for a person so far, on open connections too.</summary>
    public async Task RevokeAllAsync(string coalition, string person, By by)
    {
        await Revocations.RunAsync(new RevokeTokensOfPerson(coalition, person) { Id = NewId(), By = by });
        await CountOf(coalition, person).RunAsync(new UncountTokens(null) { Id = NewId(), By = by });
    }

    /// <summary>What a person can come in with, and what they have not been told yet.</summary>
    internal Task<PersonTokensView> ListAsync(Standing who) => CountOf(who.Coalition!, who.By.Person).ListAsync(who.Principal.Stay, who.Principal.Token);

    internal Task SeeNoticesAsync(Standing who, DateTimeOffset? until) =>
        CountOf(who.Coalition!, who.By.Person).RunAsync(new SeeNotices(who.Principal.Token, until) { Id = NewId(), By = who.By });

    /// <summary>Ends one of a person's own tokens.</summary>
    /// <param name="token">Its hash.</param>
    /// <returns>False when they have no such token that is good.</returns>
    internal async Task<bool> TryRevokeAsync(Standing who, string token)
    {
        if ((await ListAsync(who)).Tokens.FirstOrDefault(each => each.Token == token) is not { } mine) return false;
        await RevokeAsync(mine.Token, mine.Expires, who.Coalition, who.By.Person, who.By);
        return true;
    }

    /// <summary>Ends all of a person's own tokens but the one that they ask with, and those it was made with.</summary>
    internal async Task RevokeOthersAsync(Standing who)
    {
        // What was being made with one of them while they were listed is found the next time round.
        for (var round = 0; round < Limits.EndOthersRoundsMax; round++)
        {
            var others = (await ListAsync(who)).Tokens.Where(each => each.Token != who.Principal.Token && !who.Principal.Lineage.Contains(each.Token)).ToList();
            if (others.Count == 0) return;
            foreach (var other in others) await RevokeAsync(other.Token, other.Expires, who.Coalition, who.By.Person, who.By);
        }
    }

    /// <summary>Whether a person would have nothing left to come in with.</summary>
    internal async Task<bool> IsLastAsync(Standing who) => (await ListAsync(who)).Tokens.All(token => token.Token == who.Principal.Token);

    /// <summary>Ends every token of everybody in every coalition, links included; the operator's keys stay.</summary>
    /// <remarks>After a backup was put back: it holds tokens that were ended since. One entry does it, wherever the tokens are.</remarks>
    public async Task RevokeEverybodysAsync() => await Revocations.RunAsync(new RevokeEveryToken { Id = NewId(), By = By.Operator });

    /// <summary>Ends all keys of the operator but one.</summary>
    internal async Task RevokeOperatorKeysAsync(string except) =>
        await Revocations.RunAsync(new RevokeOperatorKeys(Secrets.HashOf(except)) { Id = NewId(), By = By.Operator });

    public void Dispose() => _lookups.Dispose();

    async Task<Problem?> IssueAsync(MadeToken made, TokenOrder order, By by, string? inPlaceOf)
    {
        var hash = Secrets.HashOf(made.Token);
        // Counted first: a server that stops in between leaves a place that nothing takes, and not a token that nobody counts.
        var count = new CountToken(hash, made.Expires, order.Stay, inPlaceOf, order.Invitation is not null, order.MayHaveCome, order.Kind, order.Name, order.Lineage is [var parent, ..] ? parent : null, order.With)
        {
            Id = NewId(),
            By = by,
        };
        if ((await CountOf(order.Coalition, order.Person).RunAsync(count)).Problem is { } problem) return problem;
        var issue = new IssueToken(order.Kind, order.Coalition, order.Person, made.Expires, order.Stay, order.Invitation, order.Lineage is [] ? null : [.. order.Lineage]) { Id = NewId(), By = by };
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
        new(found.Coalition, found.Person, hash, found.Issued, found.Expires, found.Stay, found.Kind, found.Invitation, found.Lineage);

    IPersonTokensGrain CountOf(string coalition, string person) => _grains.GetGrain<IPersonTokensGrain>($"{coalition}/{person}");

    ITokenGrain GrainOf(string hash) => _grains.GetGrain<ITokenGrain>(hash);

    IRevocationGrain Revocations => _grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey);

    // The list that silos follow forgets those ended longest ago when there are very many; the grains of the tokens themselves do not.
    async Task<bool> IsLineageGoodAsync(Principal principal)
    {
        if (principal.Lineage is []) return true;
        var found = await InTimeAsync(Task.WhenAll(principal.Lineage.Select(token => GrainOf(token).FindAsync())));
        return found.All(token => token is not null);
    }

    // What others make is announced to the coalition, which ends it by the next. A link from before that, of which the coalition has never
    // heard, would outlive all of them.
    async Task<bool> IsOfKnownMakerAsync(Principal link) =>
        link.Invitation is not null || await InTimeAsync(CountOf(link.Coalition!, link.Person).IsOwnLinkAsync(link.Token));

    async Task<T> InTimeAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked.WaitAsync(TimeSpan.FromMilliseconds(Limits.GrantsTimeoutMilliseconds), _clock);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new GrantsUnreachableException(exception);
        }
    }

    DateTimeOffset Now => _clock.GetUtcNow();

    internal DateTimeOffset ExpiryOf(TokenOrder order) =>
        order.NoLaterThan is { } latest && latest - Now < order.Life ? latest : Now + order.Life;

    internal Guid NewId() => Guid.CreateVersion7(_clock.GetUtcNow());
}

/// <summary>A token to be made.</summary>
/// <param name="Stay">The person's, in which alone it is good.</param>
/// <param name="Name">By which the person knows it; null for none.</param>
/// <param name="Invitation">When it is a link that somebody else makes: under which the coalition knows it.</param>
/// <param name="MayHaveCome">See <see cref="CountToken"/>.</param>
sealed record TokenOrder(
    TokenKind Kind, string Coalition, string Person, int Stay, TimeSpan Life, string? Name = null, Guid? Invitation = null, bool MayHaveCome = false)
{
    /// <summary>Hashes of the tokens that it will end with, the nearest first.</summary>
    public IReadOnlyList<string> Lineage { get; init; } = [];

    /// <summary>Hash of the person's own token that it is made with, whether or not it ends with that; null when somebody else makes it.</summary>
    public string? With { get; init; }

    /// <summary>When the nearest of them ends; null when it lives its own time.</summary>
    public DateTimeOffset? NoLaterThan { get; init; }

    /// <summary>
    /// When it is made with a program's token, or in a session that such a token's link opened, it ends with that. What is made in any other
    /// session lives its own time.
    /// </summary>
    public TokenOrder MadeWith(Principal maker)
    {
        IReadOnlyList<string> lineage = maker.Kind == TokenKind.Bearer ? [maker.Token, .. maker.Lineage] : maker.Lineage;
        var order = this with { With = maker.Token };
        return lineage is [] ? order : order with { Lineage = lineage, NoLaterThan = maker.Expires };
    }
}

/// <summary>A token that was just made.</summary>
public sealed record MadeToken(string Token, DateTimeOffset Expires)
{
    // Records print their members; this one must not end up in a log.
    public override string ToString() => $"a token until {Expires:O}";
}
