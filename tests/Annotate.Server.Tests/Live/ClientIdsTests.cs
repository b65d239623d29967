using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Annotate.Client;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>
/// A client id belongs to whoever writes under it first. So nobody is told of one that nothing is written under, and who meets another's by
/// chance is told what to do.
/// </summary>
public sealed class ClientIdsTests
{
    /// <summary>As long as those that yjs chooses.</summary>
    const uint Id = 3_141_592_653;

    /// <summary>The one a document writes under may be another than its awareness has: yjs takes a new one when it meets its own.</summary>
    const uint Other = 2_718_281_828;

    /// <summary>What applications and editors may say of themselves before anything is written.</summary>
    static readonly string[] Words =
    [
        "{}",
        """{"user":{"name":"Ada","id":ID},"clientId":ID,"me":"client-ID","all":{"ID":1},"mood":"fine"}""",
        """{"selection":[{"anchor":{"item":{"client":OTHER,"clock":0}}}]}""",
        """{"cursor":{"anchor":{"type":{"client":ID,"clock":0},"assoc":0},"head":{"tname":"t","assoc":0}}}""",
    ];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData("yjs"), InlineData("live")]
    public async Task Whoever_is_present_and_has_not_written_keeps_their_client_id_for_themselves(string door)
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var attacker = await Attacker.StartAsync(house);
        await using (var before = await OpenAsync(house, door)) await SpeakAsync(before);
        await using var ada = await OpenAsync(house, door);
        await SpeakAsync(ada);
        await attacker.WaitForAsync(clock: 2);
        await attacker.TakeAllAsync();

        // Her first words are taken, and from then on her caret may be seen.
        var typist = new YjsTypist(Id);
        await ada.TypeAsync(typist.Type("mine"));
        await attacker.Stock.WaitForAsync(typist);
        await attacker.WaitForAsync(clock: Words.Length);
        Assert.False(attacker.Stock.IsClosed);
    }

    [Fact]
    public async Task Text_under_anothers_client_id_is_refused_for_good_at_every_door_with_what_to_do()
    {
        await using var house = await LiveHouse.BuildAsync();
        var server = house.Server.Address;
        var (owner, stranger) = (new YjsTypist(Id), new YjsTypist(Id));
        using var ada = house.Server.NewClient(await house.TokenAsync("ada"));
        using (var kept = await Harbour.EditAsync(ada, LiveHouse.Text, owner.Type("kept"))) Assert.True(kept.IsSuccessStatusCode);
        stranger.Type("kept");
        var forged = stranger.Type(" forged");

        var token = await house.TokenAsync("ben");
        using var ben = house.Server.NewClient(token);
        using (var answer = await Harbour.EditAsync(ben, LiveHouse.Text, forged))
        {
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement;
            Assert.Equal((403, "client-id-taken"), ((int)answer.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains("fresh document", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await using var hub = await BareHub.OpenAsync(server, token, "json");
        await hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
        var refused = await hub.AskAsync<EditAnswer>("Edit", LiveHouse.Text, forged);
        Assert.Equal(("refused", "client-id-taken", 403), (refused.Status, refused.Problem!.Code, refused.Problem.Status));
        Assert.True(hub.IsConnected);

        await using var stock = await YjsSocket.SyncedAsync(server, LiveHouse.Text, token);
        await stock.SendAsync(Messages.Write(MessageKind.Update, forged));
        await stock.WaitAsync(it => it.IsClosed);
        Assert.Equal(((WebSocketCloseStatus)4450, "client-id-taken"), (stock.CloseStatus, stock.CloseReason));
    }

    static async Task SpeakAsync(IHonest client)
    {
        for (var clock = 1; clock <= Words.Length; clock++)
            await client.SayAsync(AwarenessUpdate.Write([new AwarenessEntry(Id, clock, Encoding.UTF8.GetBytes(WordsAt(clock)))]), clock);
    }

    static string WordsAt(int clock) =>
        Words[clock - 1].Replace("ID", $"{Id}", StringComparison.Ordinal).Replace("OTHER", $"{Other}", StringComparison.Ordinal);

    static async Task<IHonest> OpenAsync(LiveHouse house, string door)
    {
        // What was typed offline: it is asked about before it is sent.
        var held = ClientClocks.Encode([new ClientClock(Id, 4), new ClientClock(Other, 4)]);
        var (server, token) = (house.Server.Address, await house.TokenAsync("ada"));
        if (door == "yjs")
        {
            var socket = await YjsSocket.OpenAsync(server, LiveHouse.Text, token);
            await socket.SendAsync(MessageKind.SyncStep1, held);
            return new OverYjs(socket);
        }

        var hub = await BareHub.OpenAsync(server, token, "messagepack");
        await hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, held);
        return new OverLive(hub);
    }

    interface IHonest : IAsyncDisposable
    {
        /// <summary>Done when the server has taken it.</summary>
        Task SayAsync(byte[] awareness, int clock);

        Task TypeAsync(byte[] update);
    }

    sealed class OverYjs(YjsSocket socket) : IHonest
    {
        public async Task SayAsync(byte[] awareness, int clock)
        {
            await socket.SendAsync(MessageKind.Awareness, awareness);
            // Stock clients know themselves by their own id, and leave a server that says nothing of them.
            await socket.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId == Id && entry.Clock >= clock));
        }

        public Task TypeAsync(byte[] update) => socket.SendAsync(MessageKind.Update, update);

        public ValueTask DisposeAsync() => socket.DisposeAsync();
    }

    sealed class OverLive(BareHub hub) : IHonest
    {
        public Task SayAsync(byte[] awareness, int clock) => hub.TellAsync("Aware", LiveHouse.Text, awareness);

        public async Task TypeAsync(byte[] update) => Assert.Equal("durable", (await hub.AskAsync<EditAnswer>("Edit", LiveHouse.Text, update)).Status);

        public ValueTask DisposeAsync() => hub.DisposeAsync();
    }

    /// <summary>A drafter of the same coalition, at every door, who keeps all that is told there.</summary>
    sealed class Attacker(YjsSocket stock, BareHub hub) : IAsyncDisposable
    {
        const string Presence = "presence/" + LiveHouse.Coalition;

        readonly List<byte[]> _heard = [];

        public YjsSocket Stock => stock;

        public static async Task<Attacker> StartAsync(LiveHouse house)
        {
            var (server, token) = (house.Server.Address, await house.TokenAsync("ben"));
            var attacker = new Attacker(
                await YjsSocket.SyncedAsync(server, LiveHouse.Text, token), await BareHub.OpenAsync(server, token, "messagepack"));
            attacker.Hear(await attacker.Hub.AskAsync<Followed>("Follow", Presence, -1L));
            attacker.Hear(await attacker.Hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>()));
            return attacker;
        }

        BareHub Hub => hub;

        /// <summary>Until somebody's word of this clock is told at both doors.</summary>
        public async Task WaitForAsync(long clock)
        {
            await stock.WaitAsync(it => it.Awareness.Exists(entry => entry.Clock == clock && !entry.IsRemoval));
            while (true)
            {
                var told = await hub.NextAsync<byte[]>("aware " + LiveHouse.Text);
                Hear(told);
                Assert.True(AwarenessUpdate.TryRead(told, out var entries, out _));
                if (Array.Exists(entries, entry => entry.Clock == clock && !entry.IsRemoval)) return;
            }
        }

        /// <summary>Asks for all there is, finds no trace of the id, and writes under every id that it was told of.</summary>
        public async Task TakeAllAsync()
        {
            var known = stock.Awareness.Count;
            await stock.SendAsync([3]);
            await stock.WaitAsync(it => it.Awareness.Count > known);
            Hear(await hub.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>()));
            while (hub.HasMore(Presence)) Hear(await hub.NextAsync<Followed>(Presence));
            _heard.AddRange(stock.Frames);
            foreach (var bytes in _heard) Assert.False(Names(bytes, Id) || Names(bytes, Other), $"Told of it: {Encoding.UTF8.GetString(bytes)}");
            foreach (var id in stock.Awareness.Select(entry => entry.ClientId).Distinct())
            {
                Assert.True(id > uint.MaxValue, "The id could be a stock client's.");
                await stock.SendAsync(MessageKind.Awareness, AwarenessUpdate.Write([new AwarenessEntry(id, 99, "null"u8.ToArray())]));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stock.DisposeAsync();
            await hub.DisposeAsync();
        }

        void Hear(Followed told) => _heard.Add(Encoding.UTF8.GetBytes(told.State ?? ""));

        void Hear(OpenedText told) => _heard.AddRange([told.Update, told.StateVector]);

        void Hear(byte[] told) => _heard.Add(told);

        // As the state vector, updates and awareness have it, or in words.
        static bool Names(byte[] bytes, uint id) =>
            bytes.AsSpan().IndexOf(ClientClocks.Encode([new ClientClock(id, 0)]).AsSpan()[1..^1]) >= 0
            || bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(id.ToString(CultureInfo.InvariantCulture))) >= 0;
    }
}
