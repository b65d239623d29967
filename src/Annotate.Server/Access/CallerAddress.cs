using System.Net;
using System.Net.Sockets;

namespace Annotate.Server.Access;

/// <summary>Where a request comes from, as far as that says who it is.</summary>
static class CallerAddress
{
    /// <summary>Null on the private socket. Behind a proxy that the setting Proxies names it is what that proxy says.</summary>
    public static IPAddress? Of(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? WholeOf(address) : null;

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
