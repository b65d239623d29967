using Annotate.Client;
using Annotate.Text;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>What one connection does, or leaves undone, must not keep the others from their text.</summary>
public sealed class OthersUnharmedTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_goes_with_edits_under_way_leaves_the_text_to_the_others()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        var token = await house.TokenAsync("ada");
        await using var reader = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("cat"));
        for (var i = 0u; i < 60; i++)
        {
            var hasty = new YjsTypist(1000 + i);
            await using var socket = await YjsSocket.OpenAsync(server, LiveHouse.Text, token);
            for (var edit = 0; edit < 20; edit++) await socket.SendAsync(MessageKind.Update, hasty.Type("x"));
        }

        await TypesAsync(house, reader);
    }

    [Fact]
    public async Task An_edit_that_is_nothing_is_refused_and_the_text_goes_on()
    {
        await using var house = await LiveHouse.BuildAsync();
        var token = await house.TokenAsync("ada");
        await using var reader = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("cat"));
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(house.Server.Address, "/live"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(token);
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
        }).Build();
        await hub.StartAsync(Cancelled);
        await hub.InvokeAsync<object>("OpenText", LiveHouse.Text, Array.Empty<byte>(), Cancelled);

        var refused = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<object>("Edit", LiveHouse.Text, null, Cancelled));
        Assert.Contains("\"status\":400", refused.Message, StringComparison.Ordinal);
        await TypesAsync(house, reader);
    }

    [Fact]
    public async Task Whoever_opens_a_text_while_others_write_misses_nothing()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        var token = await house.TokenAsync("cat");
        var typist = new YjsTypist(31);
        await using var writer = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada"));
        for (var i = 0; i < 10; i++)
        {
            await using var client = new LiveClient(server, () => Task.FromResult<string?>(token));
            await client.ConnectAsync(Cancelled);
            var opening = client.OpenTextAsync(LiveHouse.Text);
            for (var edit = 0; edit < 500 && !opening.IsCompleted; edit++) await writer.SendAsync(MessageKind.Update, typist.Type("x"));
            await WaitForAsync(await opening, typist);
        }
    }

    static async Task TypesAsync(LiveHouse house, YjsSocket reader)
    {
        var ben = new YjsTypist(22);
        await using var writer = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("ben"));
        await writer.SendAsync(MessageKind.Update, ben.Type("still here"));
        await reader.WaitForAsync(ben);
    }

    static async Task WaitForAsync(OpenText text, YjsTypist typist)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        text.Updated += _ => Look();
        Look();
        await done.Task.WaitAsync(YjsSocket.Patience, Cancelled);

        void Look()
        {
            if (ClientClocks.TryRead(text.StateVector, out var held, out _) && ClientClocks.Of(held, typist.Client) >= typist.Clock) done.TrySetResult();
        }
    }
}
