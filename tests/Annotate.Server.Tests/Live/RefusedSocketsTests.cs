using System.Net.WebSockets;
using Annotate.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Live;

public sealed class RefusedSocketsTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_found_no_room_to_be_told_is_told_by_a_frame_later()
    {
        // Nobody is given up on while this clock stands.
        using var refused = new RefusedSockets(new FakeTimeProvider());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => refused.WriteAsync(context, Problem.SignInNeeded));
        await app.StartAsync(Cancelled);
        var server = new Uri(app.Urls.Single().Replace("http", "ws", StringComparison.Ordinal));

        var room = Enumerable.Range(0, Annotate.Server.Limits.RefusedSocketsMax).Select(_ => new ClientWebSocket()).ToArray();
        await Task.WhenAll(room.Select((socket, i) => socket.ConnectAsync(new Uri(server, $"/yjs/{i}"), Cancelled)));
        Assert.Null(await ClosingCodeAsync(new Uri(server, "/yjs/late")));
        foreach (var socket in room) socket.Dispose();
        // The server hears in its own time that they have gone.
        for (var tries = 0; await ClosingCodeAsync(new Uri(server, "/yjs/late")) != 4401; tries++)
            Assert.True(tries < 2_000, "It was never told by a frame.");
        Assert.Null(await ClosingCodeAsync(new Uri(server, "/yjs/late")));
    }

    // Null when it was refused in the handshake.
    static async Task<int?> ClosingCodeAsync(Uri address)
    {
        using var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(address, Cancelled);
        }
        catch (WebSocketException)
        {
            return null;
        }

        return (int)(await socket.ReceiveAsync(new byte[16], Cancelled)).CloseStatus!;
    }
}
