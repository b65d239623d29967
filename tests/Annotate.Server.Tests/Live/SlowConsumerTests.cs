using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Annotate.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>A hub connection whose client takes nothing costs nobody else (G9).</summary>
public sealed class SlowConsumerTests(ITestOutputHelper output)
{
    const int Edits = 100;
    const int EditCharacters = 75_000;

    /// <summary>The first edits are slower while code is still being compiled, the later ones while the machine is busy with something else.</summary>
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_never_reads_delays_nobody()
    {
        await using var server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(server.Operator);
        await using var ada = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "ada"), "messagepack");
        await using var cat = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "cat"), "messagepack");
        foreach (var hub in new[] { ada, cat }) await hub.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        var alone = await TypeAsync(ada, cat, new YjsTypist(1));

        using var silent = await SilentAsync(server.Address, await Harbour.TokenAsync(server.Operator, "dan"));
        var beside = await TypeAsync(ada, cat, new YjsTypist(2));
        output.WriteLine($"{Edits} edits of {EditCharacters} bytes took {alone.TotalMilliseconds:0} ms, beside one who never reads {beside.TotalMilliseconds:0} ms");
        Assert.True(beside < alone * 2 + Slack, "Others waited for whoever never reads.");

        // All of it waits for whoever reads after all: nothing was thrown away, and the socket was full.
        Assert.True(await ReadAllAsync(silent) > EditCharacters * Edits / 2);
    }

    static async Task<TimeSpan> TypeAsync(BareHub writer, BareHub reader, YjsTypist typist)
    {
        var began = Stopwatch.GetTimestamp();
        var words = new string('w', EditCharacters);
        for (var i = 0; i < Edits; i++)
        {
            var answer = await writer.AskAsync<EditAnswer>("Edit", Harbour.Text, typist.Type(words));
            Assert.Equal("durable", answer.Status);
            Assert.Equal(answer.Version, (await reader.NextAsync<OpenedText>(Harbour.Text)).Version);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Opens the text over the JSON protocol and reads no further than the answer to the handshake.</summary>
    static async Task<ClientWebSocket> SilentAsync(Uri server, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetBuffer(256, 256);
        await socket.ConnectAsync(new Uri($"ws://{server.Authority}/live?access_token={token}"), Cancelled);
        await SendAsync(socket, "{\"protocol\":\"json\",\"version\":1}");
        await SendAsync(socket, $"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"OpenText\",\"arguments\":[\"{Harbour.Text}\",\"\"]}}");
        // The answer's first bytes: from now on it is told of every edit.
        var seen = new StringBuilder();
        var buffer = new byte[64];
        while (!seen.ToString().Contains("invocationId", StringComparison.Ordinal))
            seen.Append(Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, Cancelled)).Count));
        return socket;
    }

    static async Task SendAsync(ClientWebSocket socket, string message) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, Cancelled);

    /// <returns>Bytes that came until all edits of the second typist were in.</returns>
    static async Task<long> ReadAllAsync(ClientWebSocket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[1 << 20];
        using var patience = new CancellationTokenSource(YjsSocket.Patience);
        while (!text.ToString(Math.Max(0, text.Length - 4_000_000), Math.Min(text.Length, 4_000_000)).Contains($",{2 * Edits},", StringComparison.Ordinal))
            text.Append(Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, patience.Token)).Count));
        return text.Length;
    }
}
