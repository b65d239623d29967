using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.RateLimiting;

namespace Annotate.Server.Access;

/// <summary>
/// How many different tokens that were made up came from each address lately. One that is sent again and again, as a forgotten tab does, counts
/// once. Past the limit the address is told to wait, but only in answer to a token that is wrong: behind one address there may be many people, and
/// a good token is let in whatever else comes from there.
/// </summary>
/// <remarks>The middleware of ASP.NET Core counts requests, and this counts failures only, so it uses the limiter below that.</remarks>
sealed class WrongTokens(TokenKey key, TimeProvider clock) : IDisposable
{
    static readonly Problem TooMany = new(
        "too-many-wrong-tokens", StatusCodes.Status429TooManyRequests,
        "This token is wrong, and too many others that were came from your address; wait before you try another.");

    readonly Lately<ulong> _counted = new(Limits.WrongTokensRememberedMax, TimeSpan.FromSeconds(Limits.WrongTokensWindowSeconds), clock);

    readonly PartitionedRateLimiter<IPAddress> _addresses = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = Limits.WrongTokensPerAddressMax,
            Window = TimeSpan.FromSeconds(Limits.WrongTokensWindowSeconds),
        }));

    /// <summary>
    /// Counts a token that turned out wrong. Null while the address may go on trying, and for one that was good once: who holds that is no guesser,
    /// and shall be told what is wrong with it. The answer's header says how long to wait.
    /// </summary>
    public Problem? Count(HttpContext context, string token)
    {
        // The private socket has no address: whoever can open it may read the operator's token as well.
        if (CallerAddress.Of(context) is not { } address || key.IsOurs(token)) return null;
        using var lease = _addresses.AttemptAcquire(address, _counted.Add(NameOf(address, token)) ? 1 : 0);
        if (lease.IsAcquired) return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known.TotalSeconds : Limits.WrongTokensWindowSeconds;
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait)).ToString(CultureInfo.InvariantCulture);
        return TooMany;
    }

    public void Dispose() => _addresses.Dispose();

    // Two of the same name count once: that does no harm, so a number will do, and tokens of any length take no more room.
    static ulong NameOf(IPAddress address, string token) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(token.AsSpan()), address.GetHashCode());
}
