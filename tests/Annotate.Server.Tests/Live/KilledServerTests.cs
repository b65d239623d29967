using System.Diagnostics;
using System.Net.WebSockets;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>A server that is killed again and again while people work (G1, G2, G11).</summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    const int Kills = 10;

    [Fact]
    public async Task Nothing_acknowledged_and_nothing_seen_is_lost_however_often_the_server_is_killed()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var process = await ServerProcess.StartAsync(("Annotate__FollowRenewSeconds", "1"));
        using var operator_ = process.NewOperator();
        await Harbour.FoundAsync(operator_);
        var server = new Reachable(process.Address, () => process.WhenUp);
        string ada = await Token("ada"), ben = await Token("ben"), cat = await Token("cat");

        await using var bustle = new Bustle(TimeProvider.System, random.Next());
        await bustle.FollowAsync(server, cat);
        await bustle.WriteAsync(server, ada, "tide", typesAs: 1);
        await bustle.WriteAsync(server, ben, "reef", typesAs: 2);
        var seen = new List<(uint, long)>();
        for (var round = 1u; round <= Kills; round++)
        {
            // These two do not come back with their text after the kill: only the server can have kept it.
            var hub = await bustle.TypeAsync(server, ada, 100 + round);
            await using var yjs = await StockTypist.StartAsync(server.Address, ben, 200 + round);
            var began = Stopwatch.GetTimestamp();
            var before = bustle.Tally.Count;
            // Right where somebody was answered or saw something: what follows from that moment on is under way.
            await bustle.AfterAsync(random.Next(50, 300), process.Kill);
            await hub.LeaveAsync();
            await yjs.EndedAsync();
            output.WriteLine($"kill {round} after {bustle.Tally.Count - before} events and {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
            seen.Add((200 + round, bustle.YjsFollowers[0].Holds(200 + round)));
            seen.Add((100 + round, bustle.YjsFollowers[0].Holds(100 + round)));
            await process.KillAsync();
            await process.RestartAsync();
            await bustle.YjsFollowers[0].WaitAsync(it => it.Connections > round);
        }

        await bustle.AfterAsync(200, () => { });
        await bustle.EndAsync();
        output.WriteLine($"{bustle.Answered} commands answered, {bustle.Unanswered} attempts had no answer");
        await bustle.CheckAsync(server, cat, [.. seen]);
        Assert.True(bustle.Unanswered >= Kills, "The kills met too few requests under way.");
        Assert.Contains(seen, each => each.Item2 > 0);

        async Task<string> Token(string person) => await Harbour.TokenAsync(operator_, person);
    }

    /// <summary>Types on a stock client's socket as fast as it is taken, until the server is gone.</summary>
    sealed class StockTypist : IAsyncDisposable
    {
        readonly YjsSocket _socket;
        readonly Task _typing;

        StockTypist(YjsSocket socket, uint typesAs)
        {
            _socket = socket;
            _typing = Task.Run(() => TypeAsync(new YjsTypist(typesAs)));
        }

        public static async Task<StockTypist> StartAsync(Uri server, string token, uint typesAs) =>
            new(await YjsSocket.SyncedAsync(server, Harbour.Text, token), typesAs);

        public async Task EndedAsync()
        {
            await _socket.WaitAsync(it => it.IsClosed);
            await _typing;
        }

        public async ValueTask DisposeAsync()
        {
            await _socket.DisposeAsync();
            await _typing;
        }

        async Task TypeAsync(YjsTypist typist)
        {
            try
            {
                while (!_socket.IsClosed)
                {
                    var heard = _socket.Received.Count;
                    await _socket.SendAsync(MessageKind.Update, typist.Type("y"));
                    // At the pace at which others' typing comes back.
                    await _socket.WaitAsync(it => it.IsClosed || it.Received.Count > heard);
                }
            }
            catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException)
            {
                // The server is gone.
            }
        }
    }
}
