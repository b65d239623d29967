using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Annotate.Server.Tests.Access;

/// <summary>A bare connection to <c>/live</c>: the handshake, and then waiting for its end.</summary>
sealed class HubSocket : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly ClientWebSocket _socket = new();

    /// <summary>Connects with the token in the query, or what <paramref name="prepare"/> puts in the headers.</summary>
    /// <exception cref="WebSocketException">The server refused; <see cref="Refusal"/> says how.</exception>
    public static async Task<HubSocket> OpenAsync(Uri server, string? token, Action<ClientWebSocketOptions>? prepare = null, string path = "/live")
    {
        var hub = new HubSocket();
        hub._socket.Options.CollectHttpResponseDetails = true;
        prepare?.Invoke(hub._socket.Options);
        var query = token is null ? "" : "?access_token=" + token;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await hub._socket.ConnectAsync(new Uri($"ws://{server.Authority}{path}{query}"), patience.Token);
        }
        catch (WebSocketException)
        {
            hub.Refusal = hub._socket.HttpStatusCode;
            return hub;
        }

        await hub._socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, patience.Token);
        var answer = new byte[64];
        var read = await hub._socket.ReceiveAsync(answer, patience.Token);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(answer, 0, read.Count));
        return hub;
    }

    /// <summary>The status with which the server refused the connection.</summary>
    public HttpStatusCode? Refusal { get; private set; }

    /// <summary>Waits until the server ends the connection, in whatever way.</summary>
    public async Task EndedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[1024];
        try
        {
            while ((await _socket.ReceiveAsync(buffer, patience.Token)).MessageType != WebSocketMessageType.Close)
                patience.Token.ThrowIfCancellationRequested();
        }
        catch (WebSocketException)
        {
            // Cut, without a closing frame.
        }
    }

    public void Dispose() => _socket.Dispose();
}
