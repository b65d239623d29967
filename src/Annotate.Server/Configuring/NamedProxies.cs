using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Annotate.Server.Configuring;

/// <summary>
/// The proxies in front of this server, whose word on a visitor's address and on HTTPS is taken. Nobody else's is: with it anybody could be
/// everybody. A header for the host is not read at all: some proxies pass on what the visitor wrote there, and links would carry it.
/// </summary>
static class NamedProxies
{
    /// <summary>What ASP.NET Core would read by itself from the environment, to trust whoever sends the headers.</summary>
    internal const string TrustsAnybody = "ForwardedHeaders_Enabled";

    /// <summary>Reads the setting.</summary>
    /// <exception cref="SettingsException">Says what would fit.</exception>
    public static IReadOnlyList<IPNetwork> Read(string proxies)
    {
        var named = proxies.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (named.Length > Limits.ProxiesMax) throw new SettingsException($"Annotate:Proxies has at most {Limits.ProxiesMax} entries.");
        return [.. named.Select(ReadOne)];
    }

    /// <exception cref="SettingsException">The environment says to trust anybody.</exception>
    public static void RefuseTrustInAnybody(IConfiguration configuration)
    {
        if (!string.Equals(configuration[TrustsAnybody], "true", StringComparison.OrdinalIgnoreCase)) return;
        throw new SettingsException(
            "ASPNETCORE_FORWARDEDHEADERS_ENABLED would let every visitor choose their address; name the proxy in Annotate:Proxies instead, such as 127.0.0.1.");
    }

    /// <summary>Before anything that asks who calls.</summary>
    public static void UseNamedProxies(this IApplicationBuilder app, Settings settings)
    {
        var known = Read(settings.Proxies);
        if (known.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // As many as there are proxies in a row: each has to be a named one.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in known) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    static IPNetwork ReadOne(string named)
    {
        if (IPAddress.TryParse(named, out var address)) return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        if (IPNetwork.TryParse(named, out var network) && network.PrefixLength > 0) return network;
        throw new SettingsException(
            $"Annotate:Proxies is a list of IP addresses and networks, separated by semicolons, such as 127.0.0.1;10.1.0.0/16, and '{named}' is neither.");
    }
}
