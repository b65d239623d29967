using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Annotate.Server.Access;

/// <summary>
/// How many wrong tokens came from each address lately. Nobody can guess a token; but each that is made up costs a lookup in the storage.
/// The middleware of ASP.NET Core counts requests, and this counts failures only, so it uses the limiter below that.
/// </summary>
/// <remarks>Tokens that were good at the last lookup are not asked to wait: behind one address there may be many people.</remarks>
sealed class WrongTokens : IDisposable
{
    static readonly Problem TooMany = new(
        "too-many-wrong-tokens", StatusCodes.Status429TooManyRequests, "Too many wrong tokens came from your address; wait before you try again.");

    readonly PartitionedRateLimiter<IPAddress> _addresses = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = Limits.WrongTokensPerAddressMax,
            Window = TimeSpan.FromSeconds(Limits.WrongTokensWindowSeconds),
        }));

    /// <summary>Null while the address of the request may still try. The answer's header says how long to wait.</summary>
    public Problem? Check(HttpContext context) => Acquire(context, permits: 0);

    /// <summary>Counts a wrong token. Null while the address may go on trying.</summary>
    public Problem? Count(HttpContext context) => Acquire(context, permits: 1);

    public void Dispose() => _addresses.Dispose();

    Problem? Acquire(HttpContext context, int permits)
    {
        // The private socket has no address: whoever can open it may read the operator's token as well.
        if (context.Connection.RemoteIpAddress is not { } address) return null;
        using var lease = _addresses.AttemptAcquire(WholeOf(address), permits);
        if (lease.IsAcquired) return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known.TotalSeconds : Limits.WrongTokensWindowSeconds;
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait)).ToString(CultureInfo.InvariantCulture);
        return TooMany;
    }

    // Whoever has one address of IPv6 has the 2^64 that begin alike.
    static IPAddress WholeOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
