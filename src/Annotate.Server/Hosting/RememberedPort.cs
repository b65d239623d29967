using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Annotate.Server.Configuring;
using Annotate.Server.Storage;

namespace Annotate.Server.Hosting;

/// <summary>
/// The port on which the other servers of a cluster reach this one, kept in the data folder. A server that comes back under the address it
/// had declares its former self dead as soon as it starts; under another, those who join wait until that self is found silent.
/// </summary>
/// <param name="Port">A free one.</param>
/// <param name="Taken">The one that was remembered, where somebody else has it now.</param>
sealed record RememberedPort(int Port, int? Taken)
{
    const string FileName = "silo.port";

    /// <summary>Finds the port to take, and remembers it. The data folder is held, so that no other server reads or writes there.</summary>
    public static RememberedPort Find(Settings settings)
    {
        var address = IPAddress.Parse(settings.SiloAddress);
        var path = Path.Combine(settings.DataFolder, FileName);
        var remembered = Read(path, settings);
        if (remembered is { } port && TryBind(address, port) is not null) return new RememberedPort(port, null);
        var free = FindFree(address, path, settings) ?? TryBind(address, 0) ?? throw new IOException($"No port can be taken on {address}, the setting SiloAddress.");
        using (var file = new StreamWriter(OwnerOnly.Open(path, FileMode.Create)))
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{free} {address} {settings.Cluster}"));
        return new RememberedPort(free, remembered);
    }

    // What is not as it was written, or is of another cluster or address, is nothing to come back to.
    static int? Read(string path, Settings settings)
    {
        if (!File.Exists(path)) return null;
        var words = File.ReadAllText(path).Split(' ', 3);
        return words.Length == 3 && words[2] == settings.Cluster && words[1] == IPAddress.Parse(settings.SiloAddress).ToString()
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort ? port : null;
    }

    // Below the ports that systems give to outgoing connections: one of those could have it while the server is away. Where the search begins is
    // told by what the server is, so that servers beside each other do not take the port of one that is away for a moment.
    static int? FindFree(IPAddress address, string path, Settings settings)
    {
        const int count = Limits.SiloPortMax - Limits.SiloPortMin + 1;
        var first = (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{path} {address} {settings.Cluster}")) % count);
        for (var step = 0; step < Limits.SiloPortsTriedMax; step++)
            if (TryBind(address, Limits.SiloPortMin + ((first + step) % count)) is { } port) return port;
        return null;
    }

    static int? TryBind(IPAddress address, int port)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(address, port));
            // To be bound is not enough: another may listen there that shares its address.
            probe.Listen(1);
            return ((IPEndPoint)probe.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
