using System.Net.WebSockets;
using Annotate.Deciding;
using Annotate.Server.Access;
using Annotate.Statements;
using Annotate.Text;
using Orleans.Concurrency;

namespace Annotate.Server.Tests.Live;

public sealed class YjsDoorTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_types_reaches_the_others_and_is_there_after_a_restart()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        var (ada, ben) = (new YjsTypist(11), new YjsTypist(22));
        await using (var first = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada")))
        await using (var second = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ben")))
        await using (var reader = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("cat")))
        {
            for (var i = 0; i < 50; i++)
            {
                await first.SendAsync(MessageKind.Update, ada.Type("a"));
                await second.SendAsync(MessageKind.Update, ben.Type("b€𝄞"));
            }

            await Task.WhenAll(first.WaitForAsync(ben), second.WaitForAsync(ada), reader.WaitForAsync(ada), reader.WaitForAsync(ben));
            // Nothing is sent back to whoever typed it, unless a longer merge held it.
            Assert.Single(first.Asked);
            Assert.Empty(reader.Asked);
        }

        await house.Server.RestartAsync();
        await using var late = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("cat"));
        Assert.Equal(ada.Clock, late.Holds(11));
        Assert.Equal(ben.Clock, late.Holds(22));
    }

    [Fact]
    public async Task What_is_held_is_not_written_again_and_what_is_missing_is_asked_for()
    {
        await using var house = await LiveHouse.BuildAsync();
        var token = await house.TokenAsync("ada");
        var typist = new YjsTypist(7);
        byte[] first = typist.Type("one"), second = typist.Type("two"), third = typist.Type("three");
        await using var socket = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, token);
        await using var other = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("ben"));

        await socket.SendAsync(MessageKind.Update, first);
        await socket.SendAsync(MessageKind.Update, first);
        await socket.SendAsync(MessageKind.Update, third);
        await socket.WaitAsync(it => it.Asked.Count == 2);
        Assert.True(ClientClocks.TryRead(socket.Asked[1], out var held, out _));
        Assert.Equal(3, ClientClocks.Of(held, 7));

        Assert.True(Updates.TryMerge([second, third], out var rest));
        await socket.SendAsync(MessageKind.SyncStep2, rest);
        await other.WaitForAsync(typist);
        var opening = await house.Server.Grains.GetGrain<ISectionGrain>($"{LiveHouse.Coalition}/reply/opening").OpenAsync([]);
        Assert.Equal(2, opening.Version);
    }

    public static TheoryData<string, int> Refusals => new()
    {
        { "not a frame", 4400 },
        { "malformed update", 4400 },
        { "text frame", 4400 },
        { "too large", 4413 },
        { "reader writes", 4403 },
        { "somebody else's client id", 4450 },
        { "state vector", 4400 },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task Wrong_input_ends_its_own_connection_and_nobody_elses(string input, int code)
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        await using var other = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada"));
        await using var watcher = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("cat"));
        var typist = new YjsTypist(1);
        await other.SendAsync(MessageKind.Update, typist.Type("kept"));
        await watcher.WaitForAsync(typist);

        await using var wrong = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync(input == "reader writes" ? "cat" : "ben"));
        await SendWrongAsync(wrong, input);
        await wrong.WaitAsync(it => it.IsClosed);
        Assert.Equal((WebSocketCloseStatus)code, wrong.CloseStatus);

        await other.SendAsync(MessageKind.Update, typist.Type(" and more"));
        await watcher.WaitForAsync(typist);
        Assert.False(other.IsClosed);
        Assert.Equal(0, watcher.Holds(99));
    }

    static Task SendWrongAsync(YjsSocket socket, string input) => input switch
    {
        "not a frame" => socket.SendAsync([9, 9, 9]),
        "malformed update" => socket.SendAsync(MessageKind.Update, [1, 1, 1]),
        "text frame" => socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text),
        "too large" => socket.SendAsync(MessageKind.Update, new byte[3 << 20]),
        "reader writes" => socket.SendAsync(MessageKind.Update, new YjsTypist(99).Type("no")),
        "somebody else's client id" => socket.SendAsync(MessageKind.Update, Continue(new YjsTypist(1), "kept")),
        _ => socket.SendAsync(MessageKind.SyncStep1, [5]),
    };

    static byte[] Continue(YjsTypist typist, string typed)
    {
        typist.Type(typed);
        return typist.Type("forged");
    }

    [Theory]
    [InlineData(LiveHouse.Coalition + ".reply.opening", null, 401)]
    [InlineData(LiveHouse.Coalition + ".reply.opening", "ann_wrong", 401)]
    [InlineData(LiveHouse.Coalition + ".reply.nothing", "ada", 404)]
    [InlineData("elsewhere.reply.opening", "ada", 404)]
    [InlineData("not-a-text", "ada", 404)]
    [InlineData(LiveHouse.Coalition, "ada", 404)]
    public async Task Who_may_not_come_in_is_told_why_and_that_it_is_for_good(string text, string? person, int status)
    {
        await using var house = await LiveHouse.BuildAsync();
        var token = person is null or "ann_wrong" ? person : await house.TokenAsync(person);
        var address = $"{house.Server.Address.Authority}/yjs/{text}{(token is null ? "" : "?token=" + token)}";
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("annotate");
        await socket.ConnectAsync(new Uri("ws://" + address), Cancelled);
        Assert.Equal("annotate", socket.SubProtocol);
        // Stock clients speak at once.
        await socket.SendAsync(new byte[Annotate.Server.Limits.RefusedSocketBytesMax / 2], WebSocketMessageType.Binary, true, Cancelled);
        var end = await socket.ReceiveAsync(new byte[16], Cancelled);
        Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus)(4000 + status)), (end.MessageType, end.CloseStatus));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);

        // Who asks without a socket gets the problem as everywhere.
        using var plain = await house.Server.Anonymous.GetAsync("http://" + address, Cancelled);
        Assert.Equal(person == "ada" && text.StartsWith(LiveHouse.Coalition, StringComparison.Ordinal) ? 400 : status, (int)plain.StatusCode);
        Assert.Equal("application/problem+json", plain.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_address_that_sent_too_many_wrong_tokens_is_told_so()
    {
        await using var house = await LiveHouse.BuildAsync();
        for (var i = 0; i <= Limits.WrongTokensPerAddressMax; i++)
            using (await house.Server.Anonymous.GetAsync($"/yjs/{LiveHouse.Text}?token=ann_wrong{i}", Cancelled)) { }
        Assert.Equal(4429, await RefusalAsync(house, LiveHouse.Text, "ann_wrong"));
        Assert.Equal(429, await RefusalAsync(house, LiveHouse.Text, "ann_wrong"));
    }

    [Theory]
    [InlineData("made up", 401)]
    [InlineData("", 401)]
    [InlineData("revoked", 401)]
    [InlineData("ada", 404)]
    public async Task Whoever_is_refused_and_comes_back_is_refused_in_the_handshake(string sent, int status)
    {
        await using var house = await LiveHouse.BuildAsync();
        var token = sent is "ada" or "revoked" ? await house.TokenAsync("ada") : sent == "made up" ? Secrets.Make() : sent;
        if (sent == "revoked") using (await house.Server.NewClient(token).DeleteAsync("/api/tokens/current", Cancelled)) { }
        var text = sent == "ada" ? LiveHouse.TextOf("nothing") : LiveHouse.Text;
        // As many at once as would not fit among the sockets that are being refused, nor among the lookups.
        var count = sent == "made up" ? 400 : 20;
        var all = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => RefusalAsync(house, text, token)));
        Assert.Equal([(status, count - 1), (4000 + status, 1)], all.GroupBy(each => each).Select(each => (each.Key, each.Count())).Order());
        for (var i = 0; i < 20; i++) Assert.Equal(status, await RefusalAsync(house, text, token));
        Assert.DoesNotContain(house.Server.Log.Lines, line => line.StartsWith("Warning Annotate", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));

        // Who comes in another way is told by a frame, and a good token from there comes in.
        Assert.Equal(4404, await RefusalAsync(house, LiveHouse.TextOf("other"), await house.TokenAsync("cat")));
        await using var good = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("ada"));
        Assert.False(good.IsClosed);
    }

    // The closing code, or the status of the answer to the handshake.
    static async Task<int> RefusalAsync(LiveHouse house, string text, string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{house.Server.Address.Authority}/yjs/{text}{(token.Length == 0 ? "" : "?token=" + token)}"), Cancelled);
        }
        catch (WebSocketException)
        {
            return (int)socket.HttpStatusCode;
        }

        return (int)(await socket.ReceiveAsync(new byte[16], Cancelled)).CloseStatus!;
    }

    [Fact]
    public async Task A_token_may_come_as_a_second_sub_protocol_and_only_annotate_is_selected()
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var socket = await YjsSocket.OpenAsync(
            house.Server.Address, LiveHouse.Text, null, "annotate", await house.TokenAsync("ada"));
        Assert.Equal("annotate", socket.SubProtocol);
        await socket.WaitAsync(it => it.Asked.Count == 1);
    }

    [Fact]
    public async Task Awareness_reaches_all_its_sender_too_and_ends_with_the_connection()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        var ada = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada"));
        await using var ben = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ben"));
        await ada.SendAsync(MessageKind.Awareness, AwarenessUpdate.Write([new AwarenessEntry(11, 1, "{\"x\":1}"u8.ToArray())]));
        await ada.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId == 11));
        await ben.WaitAsync(it => it.Awareness.Count > 0);
        var shown = ben.Awareness[0].ClientId;

        // Ben repeats what he heard, as stock clients do, and claims Ada is gone: neither counts.
        await ben.SendAsync(MessageKind.Awareness, AwarenessUpdate.Write(
            [new AwarenessEntry(shown, 9, "null"u8.ToArray()), new AwarenessEntry(22, 1, "{}"u8.ToArray())]));
        await ada.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId != 11));
        Assert.DoesNotContain(ada.Awareness, entry => entry.Clock == 9);
        Assert.Single(ada.Awareness, entry => entry.ClientId != 11);

        await ada.DisposeAsync();
        await ben.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId == shown && entry.IsRemoval));
    }

    [Fact]
    public async Task A_follower_who_reads_nothing_for_a_while_costs_nobody_else()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        await using var writer = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada"));
        await using var reader = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ben"));
        // A bare socket that never reads: the server's send to it stays under way.
        using var silent = new ClientWebSocket();
        silent.Options.SetBuffer(256, 256);
        await silent.ConnectAsync(new Uri($"ws://{server.Authority}/yjs/{LiveHouse.Text}?token={await house.TokenAsync("cat")}"), Cancelled);
        await silent.SendAsync(Messages.Write(MessageKind.SyncStep1, [0]), WebSocketMessageType.Binary, true, Cancelled);

        var typist = new YjsTypist(5);
        var words = new string('w', 100_000);
        for (var i = 0; i < 100; i++)
        {
            await writer.SendAsync(MessageKind.Update, typist.Type(words));
            await reader.WaitForAsync(typist);
        }

        Assert.Equal(typist.Clock, reader.Holds(5));
    }

    [Fact]
    public async Task A_grain_that_loses_its_activation_keeps_every_edit_and_every_follower()
    {
        await using var house = await LiveHouse.BuildAsync(settings => settings with { FollowRenewSeconds = 1 });
        var grain = house.Server.Grains.GetGrain<ISectionGrain>($"{LiveHouse.Coalition}/reply/opening");
        await using var reader = await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync("cat"));
        var typist = new YjsTypist(3);
        for (var i = 0; i < 200; i++)
        {
            var outcomes = await grain.EditAsync(new Immutable<Edit[]>([new Edit(typist.Type("z"), new By("ada", "tide"), 1)]));
            Assert.Equal(EditStatus.Durable, outcomes[0].Status);
            if (i % 20 == 19) await house.Server.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        }

        await reader.WaitForAsync(typist);
    }
}
