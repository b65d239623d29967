namespace Annotate.Server.Access;

/// <summary>What this silo knows of tokens and rights, so that every request, edit and open connection can be checked.</summary>
public sealed class Doors
{
    /// <summary>
    /// Rights in this coalition may have changed, or tokens of its people were revoked or ran out: ask again for every open connection.
    /// Raised on any thread; handlers must not throw.
    /// </summary>
    public event Action<string>? Changed;

    /// <summary>Whom a token speaks for; null when it is unknown, run out, used up or revoked.</summary>
    public Task<Principal?> FindAsync(string token) => Task.FromResult<Principal?>(null);

    /// <summary>The standing of a caller in a coalition; null when they have none (any more).</summary>
    /// <exception cref="GrantsUnreachableException">What is known here is out of date and cannot be renewed.</exception>
    public ValueTask<Standing?> StandingAsync(Principal principal, string? coalition) => ValueTask.FromResult<Standing?>(null);

    /// <summary>The same without waiting.</summary>
    /// <returns>False when what is known here is out of date: then ask <see cref="StandingAsync"/>.</returns>
    public bool TryStanding(Principal principal, string? coalition, out Standing? standing)
    {
        standing = null;
        return true;
    }

    void Tell(string coalition) => Changed?.Invoke(coalition);
}

/// <summary>Rights cannot be checked now, so nothing is allowed (503).</summary>
public sealed class GrantsUnreachableException(Exception cause) : Exception("Rights cannot be checked at the moment.", cause);
