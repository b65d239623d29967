using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Annotate.Client;
using Annotate.Coalitions;
using Annotate.Server.Live;
using Annotate.Statements;
using Annotate.Tests.Statements;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>Those who only read a text follow what it says.</summary>
public sealed class PlainTextTests(ITestOutputHelper output) : IAsyncLifetime
{
    const string Topic = "plain/" + Harbour.Text;
    const string Path = $"/api/texts/{Harbour.Text}";

    TestServerHost _server = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Protocols => ["json", "messagepack"];

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(settings => settings with { FollowRenewSeconds = 1 });
        await Harbour.FoundAsync(_server.Operator);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory, MemberData(nameof(Protocols))]
    public async Task Following_gives_the_text_then_each_change_until_it_ends(string protocol)
    {
        await using var hub = await BareHub.OpenAsync(_server.Address, await TokenAsync("cat"), protocol);
        Assert.Equal(new OpenedPlainText(0, ""), await FollowAsync(hub));
        var ada = new Document(new DocumentOptions { ClientId = 1 });
        await EditAsync("ada", ada.Change(edit => Tree.Write(edit, Tree.Root, System.Text.Json.Nodes.JsonNode.Parse(
            """[{"type":"paragraph","content":[{"text":"one"}]},{"type":"paragraph","content":[{"text":"two"}]},{"type":"paragraph","content":[{"text":"👍"}]}]""")!.AsArray())));
        var text = "one\ntwo\n👍\n";
        await IsToldAsync(1, new PlainChange(0, 0, text));

        // Two paragraphs at once, and neither what stands between them.
        await EditAsync("ada", ada.Change(edit =>
        {
            edit.Insert(TextOf(ada, 0), 3, "!");
            edit.Insert(TextOf(ada, 2), 2, "👍");
        }));
        text = "one!\ntwo\n👍👍\n";
        await IsToldAsync(2, new PlainChange(3, 0, "!"), new PlainChange(11, 0, "👍"));

        // A version that says the same.
        await EditAsync("ada", ada.Change(edit => edit.Format(TextOf(ada, 1), 0, 3, new() { ["bold"] = true })));
        await IsToldAsync(3);

        Assert.Equal("conflict", (await hub.ProblemOfAsync("FollowPlainText", Harbour.Text)).Code);
        await hub.TellAsync("UnfollowPlainText", Harbour.Text);
        await EditAsync("ada", ada.Change(edit => edit.Delete(Tree.Root, 0, 1)));
        Assert.Equal(new OpenedPlainText(4, "two\n👍👍\n"), await FollowAsync(hub));
        await EditAsync("ada", ada.Change(edit => edit.Delete(Tree.Root, 0, 1)));
        await IsToldAsync(5, new PlainChange(0, 4, ""));
        Assert.False(hub.HasMore(Topic));

        async Task IsToldAsync(long version, params PlainChange[] changes)
        {
            var told = await hub.NextAsync<PlainTextNews>(Topic);
            Assert.Equal(version, told.Version);
            Assert.Equal(changes, told.Changes!);
        }
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Whoever_may_not_read_a_text_does_not_follow_it(string protocol)
    {
        await _server.AdmitAsync("island", "ivo", Role.Member, "palm");
        await using var outsider = await BareHub.OpenAsync(_server.Address, await _server.TokenAsync("island", "ivo"), protocol);
        Assert.Equal("not-found", (await outsider.ProblemOfAsync("FollowPlainText", Harbour.Text)).Code);
        await using var cat = await BareHub.OpenAsync(_server.Address, await TokenAsync("cat"), protocol);
        foreach (var text in new[] { "harbour.reply.nothing", "nowhere.reply.opening", "", "plain/" + Harbour.Text, null })
            Assert.Equal("not-found", (await cat.ProblemOfAsync("FollowPlainText", text)).Code);
        Assert.Equal("invalid", (await cat.ProblemOfAsync("UnfollowPlainText", (string?)null)).Code);
        // A plain text is no topic, and following one opens no text.
        Assert.Equal("not-found", (await cat.ProblemOfAsync("Follow", Topic, -1L)).Code);
        await FollowAsync(cat);
        Assert.Equal("conflict", (await cat.ProblemOfAsync("Edit", Harbour.Text, new byte[] { 0, 0 })).Code);
        await cat.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Whoever_loses_the_right_while_following_is_told_and_hears_no_more(string protocol)
    {
        await using var hub = await BareHub.OpenAsync(_server.Address, await TokenAsync("cat"), protocol);
        await FollowAsync(hub);
        await using var client = await ConnectAsync("cat");
        var followed = await client.FollowPlainTextAsync(Harbour.Text);
        using var removed = await _server.Operator.DeleteAsync($"/api/coalitions/{Harbour.Coalition}/people/cat", Cancelled);
        Assert.True(removed.IsSuccessStatusCode);
        Assert.Equal("not-found", (await hub.NextAsync<LiveProblem>(Topic)).Code);
        await hub.Ended;
        Assert.Equal("not-found", (await Assert.ThrowsAsync<LiveException>(() => followed.Ended.WaitAsync(YjsSocket.Patience, Cancelled))).Problem.Code);
        await EditAsync("ada", Tree.Document("""[{"type":"paragraph"}]""").EncodeState());
        Assert.False(hub.HasMore(Topic));
        Assert.Equal(0, followed.Version);
    }

    [Fact]
    public async Task Followers_beside_many_writers_end_with_what_the_text_says()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        const int rounds = 3, edits = 120;
        await using var ada = await ConnectAsync("ada");
        await using var ben = await ConnectAsync("ben");
        await using var cat = await ConnectAsync("cat");
        await using var dan = await ConnectAsync("dan");
        PlainWriter[] writers =
            [await PlainWriter.StartAsync(ada, Harbour.Text, 1, seed), await PlainWriter.StartAsync(ben, Harbour.Text, 2, seed + 1)];
        var readers = new List<PlainReader> { await PlainReader.StartAsync(cat, Harbour.Text), await PlainReader.StartAsync(dan, Harbour.Text) };
        var last = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var sent = new List<Task<long>>();
            for (var i = 0; i < edits; i++)
            {
                sent.Add(writers[i % 2].EditAsync());
                if (i % 7 == 0) await sent[^1];
                // One more who comes in the middle of it, and a lost connection.
                if (round == 0 && i == edits / 2) readers.Add(await PlainReader.StartAsync(ada, Harbour.Text));
                if (round > 0 && i == edits / 2) await _server.RestartAsync();
            }

            last = (await Task.WhenAll(sent).WaitAsync(YjsSocket.Patience, Cancelled)).Max();
            foreach (var reader in readers) await reader.WaitAsync(last);
        }

        // Nobody writes any more: whoever is there is at the end.
        using var http = _server.NewClient(await TokenAsync("cat"));
        var plain = await http.GetStringAsync($"{Path}/plain", Cancelled);
        foreach (var reader in readers)
        {
            Assert.Equal(plain, (await reader.WaitAsync(last)).Text);
            output.WriteLine($"version {reader.Followed.Version}: {reader.Changes} times changes, {reader.Wholes} times all of it");
            Assert.True(reader.Changes > 0);
            await reader.Followed.CloseAsync();
        }
    }

    [Fact]
    public async Task Whoever_reads_too_slowly_gets_all_of_it_and_then_goes_on()
    {
        // Few and large: whoever takes nothing for 30 seconds is let go.
        const int edits = 40, units = 180_000;
        await EditAsync("ada", Tree.Document("""[{"type":"paragraph","content":[{"text":"begun"}]}]""").EncodeState());
        using var silent = await SilentAsync(await TokenAsync("dan"));
        await using var ada = await ConnectAsync("ada");
        await using var cat = await ConnectAsync("cat");
        var (writer, reader) = (await PlainWriter.StartAsync(ada, Harbour.Text, 2, 1), await PlainReader.StartAsync(cat, Harbour.Text));
        // Others are told at once of what the silent one does not take.
        for (var i = 0; i < edits; i++) await reader.WaitAsync(await writer.AddAsync(new string((char)('a' + i % 26), units)));
        using var http = _server.NewClient(await TokenAsync("cat"));
        var plain = await http.GetStringAsync($"{Path}/plain", Cancelled);
        var (text, resets) = await ReadToAsync(silent, edits + 1);
        Assert.Equal(plain, text);
        Assert.Equal(plain, reader.Followed.Text);
        Assert.True(resets > 0, "It was given everything, though it took nothing.");
        Assert.Equal(0, reader.Wholes);
    }

    [Fact]
    public async Task A_huge_text_is_followed()
    {
        const int parts = 14, lines = 1_000;
        var document = new Document(new DocumentOptions { ClientId = 1 });
        var words = string.Concat(Enumerable.Repeat(new string('w', 999) + "\n", lines));
        for (var part = 0; part < parts; part++)
        {
            await EditAsync("ada", document.Change(edit =>
            {
                if (part == 0) edit.InsertType(edit.InsertType(Tree.Root, 0, SharedKind.XmlElement, "codeBlock"), 0, SharedKind.XmlText);
                edit.Insert(TextOf(document, 0), part * words.Length, words);
            }));
        }

        await using var cat = await ConnectAsync("cat");
        var reader = await PlainReader.StartAsync(cat, Harbour.Text);
        Assert.Equal(parts * words.Length + 1, reader.Followed.Text.Length);
        await using var ada = await ConnectAsync("ada");
        var writer = await PlainWriter.StartAsync(ada, Harbour.Text, 2, 1);
        await reader.WaitAsync(await writer.TypeAsync(0, "first"));
        var told = await reader.WaitAsync(await writer.AddAsync("last"));
        Assert.Equal([new PlainChange(parts * words.Length + 6, 0, "last\n")], told.Changes!);
        using var http = _server.NewClient(await TokenAsync("cat"));
        Assert.Equal(told.Text, await http.GetStringAsync($"{Path}/plain", Cancelled));
    }

    [Fact]
    public async Task The_copy_of_a_text_is_one_for_all_and_goes_a_while_after_the_last_who_follows()
    {
        // Renews so seldom that only this test does.
        await using var server = await TestServerHost.StartAsync(settings => settings with { FollowRenewSeconds = 30 });
        await Harbour.FoundAsync(server.Operator);
        await using var cat = await OpenAsync("cat");
        await using var dan = await OpenAsync("dan");
        await FollowAsync(cat);
        var live = await server.Services.GetRequiredService<LiveTexts>().OpenAsync(TextId.TryParse(Harbour.Text)!);
        var copy = Copy();
        await FollowAsync(dan);
        Assert.Same(copy, Copy());
        // Neither a call that is refused nor one that ends nothing counts.
        Assert.Equal("conflict", (await dan.ProblemOfAsync("FollowPlainText", Harbour.Text)).Code);
        for (var i = 0; i < 3; i++) await dan.TellAsync("UnfollowPlainText", Harbour.Text);
        for (var i = 0; i < 3; i++) live.Tend();
        Assert.Same(copy, Copy());
        // Who comes back before the next renewal but one finds it again, and from then on it stays as long.
        await cat.TellAsync("UnfollowPlainText", Harbour.Text);
        live.Tend();
        Assert.Same(copy, Copy());
        live.Tend();
        Assert.Same(copy, Copy());
        live.Tend();
        live.Tend();
        Assert.NotSame(copy, Copy());

        async Task<BareHub> OpenAsync(string person) => await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, person), "json");

        PlainText Copy()
        {
            var leased = live.LeasePlain();
            live.ReleasePlain();
            return leased;
        }
    }

    static SharedRef TextOf(Document document, int paragraph) => document.TypesIn(document.TypesIn(Tree.Root)[paragraph])[0];

    static Task<OpenedPlainText> FollowAsync(BareHub hub) => hub.AskAsync<OpenedPlainText>("FollowPlainText", Harbour.Text);

    /// <summary>Follows over the JSON protocol and reads no further than the beginning of the answer.</summary>
    async Task<ClientWebSocket> SilentAsync(string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetBuffer(256, 256);
        await socket.ConnectAsync(new Uri($"ws://{_server.Address.Authority}/live?access_token={token}"), Cancelled);
        await SendAsync(socket, "{\"protocol\":\"json\",\"version\":1}");
        await SendAsync(socket, $"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"FollowPlainText\",\"arguments\":[\"{Harbour.Text}\"]}}");
        var seen = new StringBuilder();
        var buffer = new byte[16];
        while (!seen.ToString().Contains("begun", StringComparison.Ordinal))
            seen.Append(Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, Cancelled)).Count));
        return socket;
    }

    static async Task SendAsync(ClientWebSocket socket, string message) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, Cancelled);

    /// <summary>Takes everything that waits, up to a version; none may come twice.</summary>
    static async Task<(string Text, int Resets)> ReadToAsync(ClientWebSocket socket, long last)
    {
        var (text, version, resets) = ("begun\n", 1L, 0);
        var (kept, buffer) = (new MemoryStream(), new byte[1 << 20]);
        using var patience = new CancellationTokenSource(YjsSocket.Patience);
        while (version < last)
        {
            var received = await socket.ReceiveAsync(buffer, patience.Token);
            foreach (var one in buffer.AsSpan(0, received.Count))
            {
                if (one != 0x1e)
                {
                    kept.WriteByte(one);
                    continue;
                }

                Take(kept.ToArray());
                kept.SetLength(0);
            }
        }

        return (text, resets);

        void Take(byte[] message)
        {
            // The end of the answer that was read in part is no JSON.
            if (!message.AsSpan().StartsWith("{\"type\":1,"u8)) return;
            var arguments = JsonDocument.Parse(message).RootElement.GetProperty("arguments");
            Assert.True(arguments[1].GetInt64() > version);
            version = arguments[1].GetInt64();
            if (arguments[2].ValueKind == JsonValueKind.String) (text, resets) = (arguments[2].GetString()!, resets + 1);
            else text = PlainChange.Apply(text, arguments[2].Deserialize<PlainChange[]>(JsonSerializerOptions.Web)!);
        }
    }

    async Task EditAsync(string person, byte[] update)
    {
        using var client = _server.NewClient(await TokenAsync(person));
        using var answer = await Harbour.EditAsync(client, Harbour.Text, update);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    async Task<LiveClient> ConnectAsync(string person)
    {
        var token = await TokenAsync(person);
        var client = new LiveClient(_server.Address, () => Task.FromResult<string?>(token), new Eager());
        await client.ConnectAsync(Cancelled);
        return client;
    }

    Task<string> TokenAsync(string person) => Harbour.TokenAsync(_server.Operator, person);

    sealed class Eager : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(20);
    }
}
