using System.Net;
using System.Net.WebSockets;
using Annotate.Client;
using Annotate.Server.Access;
using Annotate.Server.Live;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>What one person may take up: past it there is a clear answer, others notice nothing, and nothing that was answered is lost (G9).</summary>
public sealed class QuotaTests
{
    const int Connections = 3;
    const int EditsPerSecond = 10;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_person_s_connections_are_counted_over_both_doors_and_nobody_else_s()
    {
        await using var house = await BuildAsync();
        var server = house.Server.Address;
        var ada = await house.TokenAsync("ada");
        var hub = await BareHub.OpenAsync(server, ada, "json");
        await using var first = await YjsSocket.SyncedAsync(server, LiveHouse.Text, ada);
        await using var second = await YjsSocket.SyncedAsync(server, LiveHouse.Text, ada);

        await using var third = await YjsSocket.OpenAsync(server, LiveHouse.Text, ada);
        await third.WaitAsync(it => it.IsClosed);
        Assert.Equal(((WebSocketCloseStatus)4429, "too-many"), (third.CloseStatus, third.CloseReason));
        Assert.Equal(HttpStatusCode.TooManyRequests, await HubStatusAsync(server, ada));
        // Another token is the same person.
        Assert.Equal(HttpStatusCode.TooManyRequests, await HubStatusAsync(server, await house.TokenAsync("ada")));

        await using var ben = await BareHub.OpenAsync(server, await house.TokenAsync("ben"), "json");
        var typist = new YjsTypist(1);
        await first.SendAsync(MessageKind.Update, typist.Type("still served"));
        await second.WaitForAsync(typist);

        await hub.DisposeAsync();
        await ComesInAsync(server, ada);
    }

    [Fact]
    public async Task Edits_over_the_hub_and_http_past_the_rate_are_refused_and_taken_later()
    {
        await using var house = await BuildAsync();
        var server = house.Server.Address;
        var token = await house.TokenAsync("ada");
        await using var hub = await BareHub.OpenAsync(server, token, "messagepack");
        await hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
        var typist = new YjsTypist(1);
        var durable = 0L;
        EditAnswer answer;
        byte[] refused;
        do
        {
            durable = typist.Clock;
            refused = typist.Type("x");
            answer = await hub.AskAsync<EditAnswer>("Edit", LiveHouse.Text, refused);
        }
        while (answer.Status == "durable");
        Assert.Equal(("refused", "too-many", 429), (answer.Status, answer.Problem!.Code, answer.Problem.Status));
        Assert.True(durable >= EditsPerSecond * Annotate.Server.Live.Limits.EditBurstSeconds, $"only {durable} were taken");

        Assert.Equal(HttpStatusCode.TooManyRequests, await PostUntilRefusedAsync(house.Server.NewClient(token)));
        // The client waits and sends it again, by itself.
        await using var client = new LiveClient(server, () => Task.FromResult<string?>(token));
        await client.ConnectAsync(Cancelled);
        var text = await client.OpenTextAsync(LiveHouse.Text);
        await text.EditAsync(refused).WaitAsync(Patience, Cancelled);
        var opening = await house.Server.Grains.GetGrain<ISectionGrain>($"{LiveHouse.Coalition}/reply/opening").StateVectorAsync();
        Assert.True(ClientClocks.TryRead(opening, out var clocks, out _));
        Assert.Equal(typist.Clock, ClientClocks.Of(clocks, 1));
    }

    [Fact]
    public async Task A_stock_client_past_the_rate_is_read_more_slowly_and_loses_nothing()
    {
        await using var house = await BuildAsync();
        var server = house.Server.Address;
        await using var writer = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ada"));
        await using var reader = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("cat"));
        await using var other = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("ben"));
        var (ada, ben) = (new YjsTypist(1), new YjsTypist(2));
        var quota = await QuotaOfAsync(house, "ada");
        while (quota.Edits.TrySpend(0)) { }
        for (var i = 0; i < 2 * EditsPerSecond; i++) await writer.SendAsync(MessageKind.Update, ada.Type("a"));
        await other.SendAsync(MessageKind.Update, ben.Type("b"));
        await reader.WaitForAsync(ben);
        Assert.True(reader.Holds(1) < ada.Clock, "All of it was taken at once.");
        await reader.WaitForAsync(ada);
        Assert.False(writer.IsClosed);
    }

    [Fact]
    public async Task Topics_past_the_limit_are_refused_over_all_connections_of_a_person()
    {
        await using var house = await BuildAsync();
        await using var ada = await BareHub.OpenAsync(house.Server.Address, await house.TokenAsync("ada"), "json");
        await using var ben = await BareHub.OpenAsync(house.Server.Address, await house.TokenAsync("ben"), "json");
        var quota = await QuotaOfAsync(house, "ada");
        for (var i = 0; i < Annotate.Server.Live.Limits.SubscriptionsPerPersonMax - 1; i++) Assert.True(quota.TryFollow());
        await ada.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
        Assert.Equal(("too-many", 429), Told(await ada.ProblemOfAsync("Follow", $"feed/{LiveHouse.Coalition}/coalition", -1L)));
        Assert.Equal(("too-many", 429), Told(await ada.ProblemOfAsync("Follow", $"presence/{LiveHouse.Coalition}", -1L)));
        await ben.AskAsync<Followed>("Follow", $"feed/{LiveHouse.Coalition}/coalition", -1L);
        await ada.TellAsync("CloseText", LiveHouse.Text);
        await ada.AskAsync<Followed>("Follow", $"feed/{LiveHouse.Coalition}/coalition", -1L);

        static (string, int) Told(LiveProblem problem) => (problem.Code, problem.Status);
    }

    [Fact]
    public async Task A_connection_follows_so_many_topics_and_no_more()
    {
        await using var house = await BuildAsync();
        const int sections = 200, statements = 3;
        for (var n = 0; n < statements; n++) await house.DraftAsync($"long{n}", [.. Enumerable.Range(0, sections).Select(i => $"part{i}")]);
        await using var cat = await BareHub.OpenAsync(house.Server.Address, await house.TokenAsync("cat"), "messagepack");
        for (var i = 0; i < Annotate.Server.Live.Limits.SubscriptionsPerConnectionMax; i++)
            await cat.AskAsync<OpenedText>("OpenText", $"{LiveHouse.Coalition}.long{i / sections}.part{i % sections}", Array.Empty<byte>());
        var problem = await cat.ProblemOfAsync("OpenText", LiveHouse.Text, Array.Empty<byte>());
        Assert.Equal(("too-large", 413), (problem.Code, problem.Status));
        await cat.TellAsync("CloseText", $"{LiveHouse.Coalition}.long0.part0");
        await cat.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
    }

    [Fact]
    public async Task Awareness_past_the_rate_is_refused_over_the_hub_and_left_out_of_stock_clients()
    {
        await using var house = await BuildAsync();
        var server = house.Server.Address;
        var token = await house.TokenAsync("ada");
        await using var hub = await BareHub.OpenAsync(server, token, "json");
        await using var stock = await YjsSocket.SyncedAsync(server, LiveHouse.Text, token);
        await using var cat = await YjsSocket.SyncedAsync(server, LiveHouse.Text, await house.TokenAsync("cat"));
        await hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
        // More than a minute's worth.
        (await QuotaOfAsync(house, "ada")).Awareness.Spend(64 * Annotate.Server.Live.Limits.AwarenessBytesPerPersonPerSecondMax);
        var state = AwarenessUpdate.Write([new AwarenessEntry(1, 1, "{}"u8.ToArray())]);
        var problem = await hub.ProblemOfAsync("Aware", LiveHouse.Text, state);
        Assert.Equal(("too-many", 429), (problem.Code, problem.Status));

        await stock.SendAsync(MessageKind.Awareness, state);
        var typist = new YjsTypist(1);
        await stock.SendAsync(MessageKind.Update, typist.Type("text goes on"));
        await cat.WaitForAsync(typist);
        Assert.Empty(cat.Awareness);
    }

    [Fact]
    public async Task Whoever_has_nothing_open_and_is_quiet_is_forgotten()
    {
        await using var house = await BuildAsync();
        var quotas = house.Server.Services.GetRequiredService<Quotas>();
        var quota = await QuotaOfAsync(house, "ada");
        Assert.True(quota.TryConnect());
        quotas.Forget();
        Assert.Same(quota, await QuotaOfAsync(house, "ada"));
        quota.Disconnect();
        quotas.Forget();
        Assert.Equal(0, quotas.Count);
    }

    static Task<LiveHouse> BuildAsync() => LiveHouse.BuildAsync(
        settings => settings with { ConnectionsPerPerson = Connections, EditsPerPersonPerSecond = EditsPerSecond });

    static async Task<Quota> QuotaOfAsync(LiveHouse house, string person)
    {
        var services = house.Server.Services;
        var principal = await services.GetRequiredService<Doors>().FindAsync(await house.TokenAsync(person));
        return services.GetRequiredService<Quotas>().Of(principal!);
    }

    static async Task<HttpStatusCode> HubStatusAsync(Uri server, string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{server.Authority}/live?access_token={token}"), Cancelled);
            return HttpStatusCode.SwitchingProtocols;
        }
        catch (WebSocketException)
        {
            return socket.HttpStatusCode;
        }
    }

    // The end of a connection is counted a moment after its client knows of it.
    static async Task ComesInAsync(Uri server, string token)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await HubStatusAsync(server, token) != HttpStatusCode.SwitchingProtocols) patience.Token.ThrowIfCancellationRequested();
    }

    static async Task<HttpStatusCode> PostUntilRefusedAsync(HttpClient client)
    {
        var typist = new YjsTypist(2);
        while (true)
        {
            using var answer = await Harbour.EditAsync(client, LiveHouse.Text, typist.Type("y"));
            if (answer.StatusCode == HttpStatusCode.OK) continue;
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
            return answer.StatusCode;
        }
    }
}
