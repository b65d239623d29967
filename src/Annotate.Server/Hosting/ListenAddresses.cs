using System.Net;
using System.Net.Sockets;
using Annotate.Server.Configuring;

namespace Annotate.Server.Hosting;

/// <summary>
/// Finds out before anything is started whether the server will be able to listen. The web server says the same, but only when all else
/// runs, and with a page of stack traces.
/// </summary>
static class ListenAddresses
{
    /// <exception cref="IOException">One cannot be listened on; says why, and what to do.</exception>
    public static void RequireFree(IEnumerable<string> urls)
    {
        foreach (var url in urls)
        {
            var address = BindingAddress.Parse(url);
            if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0) continue;
            foreach (var (end, isNeeded) in EndsOf(address)) RequireFree(url, end, isNeeded);
        }
    }

    /// <summary>The ports that settings give to the servers and clients of a cluster.</summary>
    /// <exception cref="IOException">One cannot be listened on; says why, and what to do.</exception>
    public static void RequireFree(Settings settings)
    {
        var address = settings.IsClustered ? IPAddress.Parse(settings.SiloAddress) : IPAddress.Loopback;
        foreach (var (port, name) in new[] { (settings.SiloPort, nameof(Settings.SiloPort)), (settings.GatewayPort, nameof(Settings.GatewayPort)) })
        {
            if (port == 0 || (name == nameof(Settings.GatewayPort) && !settings.IsClustered)) continue;
            RequireFree($"{address}:{port}, the setting {name}", new IPEndPoint(address, port), true, "Choose another.");
        }
    }

    // As the web server reads them: of a name's two addresses one may be missing, but none may be another program's.
    static IEnumerable<(IPEndPoint End, bool IsNeeded)> EndsOf(BindingAddress address)
    {
        if (IPAddress.TryParse(address.Host, out var exact)) return [(new(exact, address.Port), true)];
        var isLocal = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        IPAddress[] both = isLocal ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Any, IPAddress.IPv6Any];
        return both.Select(one => (new IPEndPoint(one, address.Port), false));
    }

    static void RequireFree(string where, IPEndPoint end, bool isNeeded, string toDo = "Another address is chosen with --url or the setting Url.")
    {
        try
        {
            using var probe = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(end);
        }
        catch (SocketException refusal) when (isNeeded || refusal.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new IOException($"Cannot listen on {where}: {Why(refusal, end)} {toDo}", refusal);
        }
    }

    static string Why(SocketException refusal, IPEndPoint end) => refusal.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"another program listens on port {end.Port} already.",
        SocketError.AccessDenied => $"this account may not use port {end.Port}.",
        SocketError.AddressNotAvailable => "this machine has no such address.",
        _ => refusal.Message + ".",
    };
}
