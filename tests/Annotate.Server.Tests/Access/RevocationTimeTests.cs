using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Annotate.Following;
using Annotate.Server.Configuring;
using Annotate.Server.Tests.Http;
using Annotate.Server.Tests.Live;
using Annotate.Server.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>From the answer to a revocation until nothing works any more that it ends: sockets are closed, and every door refuses.</summary>
public sealed class RevocationTimeTests(PostgresFixture postgres, ITestOutputHelper output)
{
    const string Here = $"/api/coalitions/{Harbour.Coalition}";
    const string Fay = $"{Here}/people/fay";
    const int SocketsOfEachKind = 10;

    // A second is promised. On a machine that does other things as well one of many may be late; a test must not fail for that.
    static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    public enum Revocation
    {
        SignOut,
        RevokeAll,
        Remove,
    }

    [Theory]
    [InlineData(Revocation.SignOut), InlineData(Revocation.RevokeAll), InlineData(Revocation.Remove)]
    public async Task On_the_server_that_is_told(Revocation revocation)
    {
        await using var server = await TestServerHost.StartAsync();
        await FoundAsync(server);
        await MeasureAsync(server, server, revocation);
    }

    [Theory]
    [InlineData(Revocation.SignOut), InlineData(Revocation.RevokeAll), InlineData(Revocation.Remove)]
    public async Task On_another_server_of_the_cluster(Revocation revocation)
    {
        var database = await postgres.NewDatabase();
        await using var told = await StartAsync(database);
        await using var other = await StartAsync(database);
        await FoundAsync(told);
        await MeasureAsync(told, other, revocation);
    }

    [Fact]
    public async Task Though_every_notice_is_lost()
    {
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter, Deafness>());
        await FoundAsync(server);
        await MeasureAsync(server, server, Revocation.RevokeAll);
    }

    [Fact]
    public async Task A_mandate_that_is_taken_back_is_used_no_more()
    {
        await using var server = await TestServerHost.StartAsync();
        await FoundAsync(server);
        using var fay = await server.PersonAsync(Harbour.Coalition, "fay");
        Assert.Equal(400, await DescribeAsync(fay));
        await server.Operator.DeleteReplyAsync($"{Fay}/mandates/draft").DoneAsync();
        var lastTaken = await LastTakenAsync(() => DescribeAsync(fay), 403, Stopwatch.GetTimestamp());
        output.WriteLine($"The door took what was sent {lastTaken.TotalMilliseconds:0} ms after the answer, and nothing later.");
    }

    async Task MeasureAsync(TestServerHost told, TestServerHost asked, Revocation revocation)
    {
        var token = await told.TokenAsync(Harbour.Coalition, "fay");
        using var fay = asked.NewClient(token);
        Func<Task<int>>[] doors =
        [
            () => StatusAsync(fay, "/api/me"),
            () => StatusAsync(fay, Here),
            () => StatusAsync(fay, $"/api/texts/{Harbour.Text}"),
            () => DescribeAsync(fay),
            () => ConnectAsync(asked, $"/live?access_token={token}"),
            () => ConnectAsync(asked, $"/yjs/{Harbour.Text}?token={token}"),
        ];
        foreach (var door in doors) Assert.NotEqual(401, await door());
        var hubs = await Task.WhenAll(Enumerable.Range(0, SocketsOfEachKind).Select(_ => HubSocket.OpenAsync(asked.Address, token)));
        var texts = await Task.WhenAll(Enumerable.Range(0, SocketsOfEachKind).Select(_ => YjsSocket.SyncedAsync(asked.Address, Harbour.Text, token)));

        await RevokeAsync(told, token, revocation);
        var answered = Stopwatch.GetTimestamp();
        var ended = hubs.Select(hub => hub.EndedAsync()).Concat(texts.Select(text => text.WaitAsync(it => it.IsClosed))).Select(end => TimeOfAsync(end, answered));
        var ends = Task.WhenAll(ended.ToArray());
        var lastTaken = await Task.WhenAll(doors.Select(door => LastTakenAsync(door, 401, answered)));
        var open = await ends;
        output.WriteLine($"{revocation}: half of {open.Length} sockets were closed within {Median(open).TotalMilliseconds:0} ms of the answer, all within "
            + $"{open.Max().TotalMilliseconds:0} ms, and the last that any door took was sent {lastTaken.Max().TotalMilliseconds:0} ms after it.");
        Assert.True(Median(open) < Promised, $"Half of the sockets were open for {Median(open).TotalMilliseconds:0} ms.");
        Assert.True(open.Max() < Late, $"A socket was open for {open.Max().TotalMilliseconds:0} ms.");
        Assert.True(Median(lastTaken) < Promised, $"Half of the doors took what was sent {Median(lastTaken).TotalMilliseconds:0} ms after the answer.");
        foreach (var door in doors) Assert.Equal(401, await door());
        foreach (var hub in hubs) hub.Dispose();
        foreach (var text in texts) await text.DisposeAsync();
    }

    static TimeSpan Median(TimeSpan[] times) => times.Order().ElementAt(times.Length / 2);

    static async Task RevokeAsync(TestServerHost server, string token, Revocation revocation)
    {
        using var client = revocation == Revocation.SignOut ? server.NewClient(token) : null;
        var path = revocation switch
        {
            Revocation.SignOut => "/api/tokens/current",
            Revocation.RevokeAll => Fay + "/tokens",
            _ => Fay,
        };
        using var answer = await (client ?? server.Operator).DeleteAsync(path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    static async Task<TimeSpan> TimeOfAsync(Task end, long since)
    {
        await end;
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>How long after <paramref name="since"/> the last request was sent that the door still took.</summary>
    static async Task<TimeSpan> LastTakenAsync(Func<Task<int>> ask, int refused, long since)
    {
        var last = TimeSpan.Zero;
        while (true)
        {
            var sent = Stopwatch.GetElapsedTime(since);
            if (await ask() == refused) return last;
            Assert.True(sent < Late, $"A door took what was sent {sent.TotalMilliseconds:0} ms after the answer.");
            last = sent;
        }
    }

    static Task<TestServerHost> StartAsync(string database) =>
        TestServerHost.StartAsync(settings => settings with { Profile = Profile.Postgres, Postgres = database });

    static async Task FoundAsync(TestServerHost server)
    {
        await Harbour.FoundAsync(server.Operator);
        await server.Operator.PutReplyAsync(Fay, new { name = "Fay", organisation = "reef", role = "member", mandates = new[] { new { mandate = "draft" } } }).DoneAsync();
    }

    static async Task<int> StatusAsync(HttpClient client, string path) => (await client.GetReplyAsync(path)).Status;

    // Refused by the door or, being empty, behind it.
    static async Task<int> DescribeAsync(HttpClient client) => (await client.PutReplyAsync($"{Here}/statements/reply", "{}")).Status;

    static async Task<int> ConnectAsync(TestServerHost server, string path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        using var patience = new CancellationTokenSource(YjsSocket.Patience);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}{path}"), patience.Token);
            // Stock clients are let in to be told that they may not: the last two digits of the closing code are the status'.
            if (!path.StartsWith("/yjs", StringComparison.Ordinal)) return (int)HttpStatusCode.SwitchingProtocols;
            var first = await socket.ReceiveAsync(new byte[1024].AsMemory(), patience.Token);
            return first.MessageType == WebSocketMessageType.Close ? (int)socket.CloseStatus! - 4000 : (int)HttpStatusCode.SwitchingProtocols;
        }
        catch (WebSocketException)
        {
            return (int)socket.HttpStatusCode;
        }
    }

    /// <summary>Loses what grains tell their followers: then only renewals bring it.</summary>
    sealed class Deafness : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context) =>
            context.MethodName == nameof(ITopicObserver.ChangedAsync) ? Task.CompletedTask : context.Invoke();
    }
}
