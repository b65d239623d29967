using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Annotate.Bench.Load;

/// <summary>Opens a WebSocket: connects over loopback and makes the upgrade (RFC 6455 section 4.1), waiting for each.</summary>
static class Upgrade
{
    const int AnswerBytesMax = 8192;

    /// <param name="first">Bytes that came behind the upgrade's answer: the first frames.</param>
    /// <exception cref="IOException">The server refused, or closed the connection, or was silent for too long.</exception>
    public static Socket Connect(int port, string path, out byte[] first)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.ReceiveTimeout = Limits.UpgradeSeconds * 1000;
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YW5ub3RhdGUtYmVuY2gtIQ==\r\n\r\n"));
            first = ReadAnswer(socket);
            return socket;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            socket.Dispose();
            throw new IOException($"no WebSocket at port {port}: {e.Message}", e);
        }
    }

    static byte[] ReadAnswer(Socket socket)
    {
        var buffer = new byte[AnswerBytesMax];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = socket.Receive(buffer.AsSpan(length));
            if (count == 0) throw new IOException("the server closed the connection during the upgrade");
            length += count;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0) continue;
            var status = Encoding.ASCII.GetString(buffer, 0, Math.Max(0, buffer.AsSpan(0, end).IndexOf("\r\n"u8)));
            if (!status.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new IOException($"the upgrade was answered with '{status}'");
            return buffer[(end + 4)..length];
        }
        throw new IOException("the upgrade's answer does not end");
    }
}
