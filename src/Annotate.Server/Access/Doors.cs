using System.Net;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>What this silo knows of tokens and rights, so that every request, edit and open connection can be checked.</summary>
public sealed class Doors
{
    readonly SiloGrants _grants;
    readonly Tokens _tokens;
    readonly TimeProvider _clock;

    internal Doors(SiloGrants grants, Tokens tokens, TimeProvider clock)
    {
        (_grants, _tokens, _clock) = (grants, tokens, clock);
        grants.Changed += coalition =>
        {
            if (coalition is null) Revoked?.Invoke();
            else Tell(coalition);
        };
    }

    /// <summary>
    /// Rights in this coalition changed, or tokens of its people were revoked or ran out: ask again for every open connection.
    /// Raised on any thread; handlers must not throw.
    /// </summary>
    public event Action<string>? Changed;

    internal event Action? Revoked;

    /// <summary>Whom a token speaks for; null when it is unknown, run out, used up or revoked.</summary>
    /// <param name="from">The address it came from; null when it is our own.</param>
    /// <exception cref="GrantsUnreachableException">It could not be looked up.</exception>
    public ValueTask<Principal?> FindAsync(string token, IPAddress? from = null) => _tokens.FindAsync(token, from);

    /// <summary>The standing of a caller in a coalition; null when they have none (any more).</summary>
    /// <param name="coalition">Null to ask where no coalition is named: the person's own; for the operator none.</param>
    /// <exception cref="GrantsUnreachableException">What is known here is out of date and cannot be renewed: nothing is allowed.</exception>
    public async ValueTask<Standing?> StandingAsync(Principal principal, string? coalition)
    {
        coalition ??= principal.Coalition;
        if (!MayBe(principal, coalition)) return null;
        if (TryStanding(principal, coalition, out var standing) && standing is not null) return standing;
        // A refusal is never older than the request: a person who was just admitted is let in, although the notice is still on its way.
        await RenewAsync(principal, coalition);
        return Look(principal, coalition);
    }

    /// <summary>The same without waiting: what this silo has heard of by now, at most a second old.</summary>
    /// <returns>False when what is known here is out of date: then ask <see cref="StandingAsync"/>.</returns>
    public bool TryStanding(Principal principal, string? coalition, out Standing? standing)
    {
        coalition ??= principal.Coalition;
        standing = null;
        if (!MayBe(principal, coalition)) return true;
        if (!_grants.Revocations.IsFresh || (!principal.IsOperator && !_grants.Of(coalition!).IsFresh)) return false;
        standing = Look(principal, coalition);
        return true;
    }

    /// <summary>The standing, asked for anew: before a right is found missing.</summary>
    internal async ValueTask<Standing?> RenewedAsync(Principal principal, string? coalition)
    {
        coalition ??= principal.Coalition;
        if (!MayBe(principal, coalition)) return null;
        await RenewAsync(principal, coalition);
        return Look(principal, coalition);
    }

    /// <summary>A person who belongs to a coalition now.</summary>
    internal async Task<Person?> PersonAsync(string coalition, string person)
    {
        var people = _grants.Of(coalition);
        await people.RenewAsync();
        return people.View?.Find(person);
    }

    /// <summary>The link that somebody else made last for a person, and that can be used, as this silo has just heard.</summary>
    internal Guid? InvitationOf(Standing who) => _grants.Of(who.Coalition!).View?.InvitationOf(who.By.Person);

    internal bool AreGrantsLost(Principal principal) => _grants.AreLost(principal.Coalition);

    internal void Tell(string coalition) => Changed?.Invoke(coalition);

    // People are their coalition's: in another one they do not exist, and nobody needs to be asked.
    static bool MayBe(Principal principal, string? coalition) => principal.IsOperator || principal.Coalition == coalition;

    Task RenewAsync(Principal principal, string? coalition) => principal.IsOperator
        ? _grants.Revocations.RenewAsync()
        : Task.WhenAll(_grants.Revocations.RenewAsync(), _grants.Of(coalition!).RenewAsync());

    Standing? Look(Principal principal, string? coalition)
    {
        var now = _clock.GetUtcNow();
        if (now >= principal.Expires || _grants.Revocations.View is not { } revoked || revoked.Holds(principal)) return null;
        if (principal.IsOperator) return new Standing(principal, coalition, By.Operator, null, RightSet.OfOperator);
        return _grants.Of(coalition!).View?.Find(principal.Person) is { } person && person.Stay == principal.Stay
            ? new Standing(principal, coalition, new By(person.Id, person.Organisation), person, RightSet.Of(person, now))
            : null;
    }
}

/// <summary>Rights cannot be checked now, so nothing is allowed (503).</summary>
public sealed class GrantsUnreachableException(Exception cause) : ProblemException("Rights cannot be checked at the moment.", cause)
{
    public static readonly Problem Problem =
        new("rights-unknown", StatusCodes.Status503ServiceUnavailable, "Rights cannot be checked at the moment; try again soon.");

    public override Problem Told => Problem;
}
