using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using Annotate.Access;

namespace Annotate.Server.Access;

/// <summary>
/// Looks tokens up. Whoever asks for the same one at the same time shares a lookup, and one that opens nothing is not looked up again for a
/// while. Those without a check may be made up, in any number, so they go a way of their own, on which addresses take turns: none of them waits
/// for what another address sends, and those with a check wait for none of them.
/// </summary>
sealed class TokenLookups(IGrainFactory grains, TimeProvider clock) : IDisposable
{
    static readonly ConcurrencyLimiterOptions Few = Room(Limits.UncheckedLookupsPerAddressMax);

    readonly ConcurrentDictionary<string, Lazy<Task<TokenView?>>> _underWay = new(StringComparer.Ordinal);
    readonly Lately<string> _wrong = new(Limits.WrongTokensRememberedMax, TimeSpan.FromSeconds(Limits.WrongTokensWindowSeconds), clock);
    readonly ConcurrencyLimiter _checked = new(Room(Limits.TokenLookupsMax));
    readonly ConcurrencyLimiter _unchecked = new(Room(Limits.UncheckedLookupsMax));
    readonly PartitionedRateLimiter<IPAddress> _addresses =
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(from => RateLimitPartition.GetConcurrencyLimiter(from, static _ => Few));

    /// <param name="hash">Of the token.</param>
    /// <param name="isUnchecked">Whether the token has no check.</param>
    /// <param name="from">The address it came from; null when it is our own.</param>
    /// <returns>Null when the token opens nothing.</returns>
    public async Task<TokenView?> FindAsync(string hash, bool isUnchecked, IPAddress? from)
    {
        if (_wrong.Holds(hash)) return null;
        var mine = new Lazy<Task<TokenView?>>(() => isUnchecked ? LookUpUncheckedAsync(hash, from ?? IPAddress.None) : LookUpAsync(hash, _checked));
        var shared = _underWay.GetOrAdd(hash, mine);
        try
        {
            return await shared.Value;
        }
        finally
        {
            if (shared == mine) _underWay.TryRemove(new(hash, mine));
        }
    }

    public void Dispose()
    {
        _addresses.Dispose();
        _unchecked.Dispose();
        _checked.Dispose();
    }

    async Task<TokenView?> LookUpUncheckedAsync(string hash, IPAddress from)
    {
        using var turn = await _addresses.AcquireAsync(from);
        return turn.IsAcquired ? await LookUpAsync(hash, _unchecked) : throw new RejectedException();
    }

    async Task<TokenView?> LookUpAsync(string hash, ConcurrencyLimiter way)
    {
        using var place = await way.AcquireAsync();
        if (!place.IsAcquired) throw new RejectedException();
        var found = await grains.GetGrain<ITokenGrain>(hash).FindAsync().WaitAsync(TimeSpan.FromMilliseconds(Limits.GrantsTimeoutMilliseconds), clock);
        if (found is null) _wrong.Add(hash);
        return found;
    }

    // What waits is one request of a connection each, and connections are limited.
    static ConcurrencyLimiterOptions Room(int most) =>
        new() { PermitLimit = most, QueueLimit = Limits.ConnectionsMax, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };

    sealed class RejectedException() : InvalidOperationException("Too many tokens wait to be looked up.");
}
