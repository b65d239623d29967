using System.Collections.Concurrent;
using System.Diagnostics;
using Annotate.Client;
using Annotate.Server.Tests.Storage;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>
/// Two servers on one database, and people at work on one of them: when the other goes they see changes again soon, and none of their
/// connections ends. What it took is reported; what is asserted is wider, since other things may run on the machine.
/// </summary>
public sealed class LostServerTests(PostgresFixture postgres, ITestOutputHelper output)
{
    /// <summary>Half of them are opened while the server that goes is alone, so that they live there.</summary>
    const int Texts = 8;

    /// <summary>How often each is written and seen again after the loss, so that a connection that is dropped late is met, too.</summary>
    const int RoundsAfter = 60;

    static readonly string[] Topics = [Harbour.Thread, Harbour.Positions];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task One_that_is_killed_is_missed_for_a_moment_only() =>
        LoseAsync("SIGKILL", TimeSpan.FromSeconds(10), doomed => doomed.KillAsync());

    [Fact]
    public Task One_that_stops_is_hardly_missed() =>
        LoseAsync("SIGTERM", TimeSpan.FromSeconds(3), doomed => doomed.StopAsync());

    [Fact]
    public async Task The_last_of_a_cluster_is_soon_back_after_it_was_killed()
    {
        var database = await postgres.NewDatabase();
        var began = Stopwatch.GetTimestamp();
        await using var server = await StartAsync(database);
        var first = Stopwatch.GetElapsedTime(began);
        await server.KillAsync();
        began = Stopwatch.GetTimestamp();
        await server.RestartAsync();
        var took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"listened first after {first.TotalMilliseconds:0} ms, and again after {took.TotalMilliseconds:0} ms");
        Assert.True(took < TimeSpan.FromSeconds(15), $"It took {took.TotalMilliseconds:0} ms.");
    }

    async Task LoseAsync(string signal, TimeSpan most, Func<ServerProcess, Task> loseAsync)
    {
        var database = await postgres.NewDatabase();
        await using var doomed = await StartAsync(database);
        using var founder = doomed.NewOperator();
        await Harbour.FoundAsync(founder);
        string ada = await Harbour.TokenAsync(founder, "ada"), cat = await Harbour.TokenAsync(founder, "cat");
        string[] texts = [.. await SectionsAsync(doomed.Address, ada)];
        foreach (var text in texts[..(Texts / 2)]) await using (await YjsSocket.SyncedAsync(doomed.Address, text, cat)) { }

        await using var staying = await StartAsync(database);
        await using var bystanders = new Bystanders();
        foreach (var text in texts) await bystanders.AddAsync(doomed.Address, text, cat);
        await using var crowd = new Crowd(staying.Address, ada, cat);
        foreach (var text in texts) await crowd.TypeAsync(text);
        foreach (var topic in Topics) await crowd.WriteAsync(topic);
        await crowd.RoundsAsync(10).WaitAsync(YjsSocket.Patience, Cancelled);

        var lost = Stopwatch.GetTimestamp();
        await loseAsync(doomed);
        await crowd.RoundsAsync(RoundsAfter).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        var (longest, slowest) = crowd.Longest(lost, long.MaxValue);
        var before = crowd.Longest(0, lost).Time;
        output.WriteLine(
            $"{signal}: nothing was seen for {longest.TotalMilliseconds:0} ms at most ({slowest}; before {before.TotalMilliseconds:0} ms), "
            + $"{crowd.Dropped} of {crowd.Sockets} sockets dropped, {crowd.Errors} answers that were errors");
        Assert.Equal(0, crowd.Dropped);
        // What other things on the machine cost was there before, too.
        Assert.True(longest < most + before, $"{slowest} stood still for {longest.TotalMilliseconds:0} ms.");
    }

    static Task<ServerProcess> StartAsync(string database) =>
        ServerProcess.StartAsync(("Annotate__Profile", "Postgres"), ("Annotate__Postgres", database));

    static async Task<List<string>> SectionsAsync(Uri server, string token)
    {
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var texts = new List<string>();
        for (var i = 0; i < Texts; i++)
        {
            await Harbour.PutAsync(
                http, $"/api/coalitions/{Harbour.Coalition}/statements/reply/sections/part{i}", new { title = "Part", citations = Array.Empty<string>() });
            texts.Add($"{Harbour.Coalition}.reply.part{i}");
        }

        return texts;
    }

    /// <summary>People who are connected to the server that goes.</summary>
    sealed class Bystanders : IAsyncDisposable
    {
        readonly List<YjsSocket> _sockets = [];

        public async Task AddAsync(Uri server, string text, string token) => _sockets.Add(await YjsSocket.SyncedAsync(server, text, token));

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in _sockets) await socket.DisposeAsync();
        }
    }

    /// <summary>People at work on one server: each writes as soon as what they wrote before was seen by others.</summary>
    sealed class Crowd(Uri server, string ada, string cat) : IAsyncDisposable
    {
        readonly ConcurrentBag<(string Where, long Began, long Ended)> _rounds = [];
        readonly List<Tally> _tallies = [];
        readonly List<YjsSocket> _yjs = [];
        readonly List<BareHub> _hubs = [];
        readonly List<PatientSender> _senders = [];
        readonly List<HttpClient> _https = [];
        readonly List<Task> _working = [];
        volatile bool _isOver;

        public int Sockets => _yjs.Count + _hubs.Count;

        public int Dropped => _yjs.Count(socket => socket.IsClosed) + _hubs.Count(hub => !hub.IsConnected);

        public int Errors => _senders.Sum(sender => sender.Unanswered);

        /// <summary>Somebody types with a stock client; one follows with another, one over the hub.</summary>
        public async Task TypeAsync(string text)
        {
            var (typing, following) = (await YjsSocket.SyncedAsync(server, text, ada), await YjsSocket.SyncedAsync(server, text, cat));
            _yjs.AddRange([typing, following]);
            var hub = await BareHub.OpenAsync(server, cat, "messagepack");
            _hubs.Add(hub);
            await hub.AskAsync<OpenedText>("OpenText", text, Array.Empty<byte>());
            var (typist, held) = (new YjsTypist((uint)_yjs.Count), new TextState());
            Work(text, async () =>
            {
                await typing.SendAsync(MessageKind.Update, typist.Type("h"));
                await following.WaitAsync(it => it.IsClosed || it.Holds(typist.Client) >= typist.Clock);
                Assert.False(typing.IsClosed || following.IsClosed, $"A socket of {text} was dropped.");
                while (ClientClocks.Of(held.StateVector, typist.Client) < typist.Clock)
                {
                    Assert.True(Update.TryRead((await hub.NextAsync<OpenedText>(text)).Update, out var update, out _));
                    if (held.Check(update, out var fresh) == Verdict.New) held.Add(fresh!);
                }
            });
        }

        /// <summary>Somebody annotates, or takes positions, over HTTP; one follows over the hub.</summary>
        public async Task WriteAsync(string topic)
        {
            var http = new HttpClient { BaseAddress = server };
            http.DefaultRequestHeaders.Authorization = new("Bearer", ada);
            _https.Add(http);
            var tally = new Tally();
            var sender = new PatientSender(http, () => Task.CompletedTask, TimeProvider.System, _https.Count, tally);
            _senders.Add(sender);
            var hub = await BareHub.OpenAsync(server, cat, "messagepack");
            _hubs.Add(hub);
            var version = (await hub.AskAsync<Followed>("Follow", topic, -1L)).Version;
            var n = 0;
            Work(topic, async () =>
            {
                var done = topic == Harbour.Thread
                    ? await sender.SendAsync(HttpMethod.Post, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation($"remark {n++}"))
                    : await sender.SendAsync(HttpMethod.Put, $"{Harbour.PositionsPath}/tide", new { kind = "support", redLine = false, reason = $"reason {n++}" });
                for (; version < done.Version; version++) Assert.Equal(version + 1, (await hub.NextAsync<LiveChange>(topic)).Version);
            });
        }

        /// <summary>Completed when each has seen so many more.</summary>
        public async Task RoundsAsync(int more)
        {
            var all = Task.WhenAll(_tallies.Select(tally => tally.AfterAsync(more, () => { })));
            // Somebody who fails ends the wait.
            await await Task.WhenAny([all, .. _working]);
        }

        /// <summary>The longest that anybody waited to see what was written, of that which was seen between two moments.</summary>
        public (TimeSpan Time, string Where) Longest(long from, long to) =>
            _rounds.Where(round => round.Ended > from && round.Ended <= to)
                .Select(round => (Stopwatch.GetElapsedTime(Math.Max(from, round.Began), round.Ended), round.Where)).Max();

        public async ValueTask DisposeAsync()
        {
            _isOver = true;
            await Task.WhenAll(_working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var socket in _yjs) await socket.DisposeAsync();
            foreach (var hub in _hubs) await hub.DisposeAsync();
            foreach (var http in _https) http.Dispose();
        }

        void Work(string where, Func<Task> roundAsync)
        {
            var tally = new Tally();
            _tallies.Add(tally);
            _working.Add(Task.Run(async () =>
            {
                while (!_isOver)
                {
                    var began = Stopwatch.GetTimestamp();
                    await roundAsync();
                    _rounds.Add((where, began, Stopwatch.GetTimestamp()));
                    tally.Add();
                }
            }, Cancelled));
        }
    }
}
