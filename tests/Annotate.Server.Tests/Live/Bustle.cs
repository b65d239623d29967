using System.Text.Json;
using Annotate.Client;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>A server as its clients see it: it may be away for a while.</summary>
/// <param name="WhenUp">Completed while it is there.</param>
sealed record Reachable(Uri Address, Func<Task> WhenUp);

/// <summary>
/// People at work in the harbour: they annotate, reply, take positions and type, while others follow. At the end everything that was
/// acknowledged, and everything anybody saw, must be there, once, in one order for all.
/// </summary>
sealed class Bustle(TimeProvider clock, int seed) : IAsyncDisposable
{
    static readonly string[] Kinds = ["support", "amend", "delete", "oppose"];

    readonly List<LiveClient> _clients = [];
    readonly List<HttpClient> _https = [];
    readonly List<FollowedRecord> _records = [];
    readonly List<YjsFollower> _yjs = [];
    readonly List<OpenText> _texts = [];
    readonly List<PatientSender> _threads = [];
    readonly List<PatientSender> _positions = [];
    readonly List<HubTypist> _typists = [];
    readonly List<Task> _writing = [];
    readonly Random _random = new(seed);
    volatile bool _isOver;

    public Tally Tally { get; } = new();

    public int Unanswered => _threads.Concat(_positions).Sum(sender => sender.Unanswered);

    public int Answered => _threads.Concat(_positions).Sum(sender => sender.Answered.Count);

    public IReadOnlyList<YjsFollower> YjsFollowers => _yjs;

    public async Task FollowAsync(Reachable server, string token)
    {
        var client = await ConnectAsync(server, token);
        foreach (var topic in new[] { Harbour.Thread, Harbour.Positions, Harbour.Feed })
            _records.Add(await FollowedRecord.StartAsync(client, topic, Tally));
        var text = await client.OpenTextAsync(Harbour.Text);
        text.Updated += _ => Tally.Add();
        _texts.Add(text);
        _yjs.Add(new YjsFollower(server.Address, Harbour.Text, token, server.WhenUp, Tally));
    }

    /// <summary>One annotates and replies, one takes positions, one types over the hub; all go on until <see cref="EndAsync"/>.</summary>
    /// <param name="organisation">The person's own.</param>
    /// <param name="typesAs">Yjs client id.</param>
    public async Task WriteAsync(Reachable server, string token, string organisation, uint typesAs)
    {
        var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        _https.Add(http);
        var thread = new PatientSender(http, server.WhenUp, clock, _random.Next(), Tally);
        var positions = new PatientSender(http, server.WhenUp, clock, _random.Next(), Tally);
        _threads.Add(thread);
        _positions.Add(positions);
        var typist = await TypeAsync(server, token, typesAs);
        _writing.Add(Task.Run(() => AnnotateAsync(thread, new Random(_random.Next()), organisation)));
        _writing.Add(Task.Run(() => PositionAsync(positions, organisation)));
        _writing.Add(typist.Typing);
    }

    /// <summary>Types over the hub until it ends or <see cref="HubTypist.LeaveAsync"/>.</summary>
    public async Task<HubTypist> TypeAsync(Reachable server, string token, uint typesAs)
    {
        var client = await ConnectAsync(server, token);
        var typist = new HubTypist(client, await client.OpenTextAsync(Harbour.Text), typesAs, () => _isOver, Tally);
        _typists.Add(typist);
        return typist;
    }

    /// <summary>Waits until so many more things have happened, and does something right then; a writer who fails ends the wait.</summary>
    public async Task AfterAsync(int more, Action then)
    {
        var reached = Tally.AfterAsync(more, then);
        await (await Task.WhenAny([reached, .. _writing]).WaitAsync(YjsSocket.Patience));
    }

    /// <summary>Writers finish what they have begun.</summary>
    public async Task EndAsync()
    {
        _isOver = true;
        await Task.WhenAll(_writing).WaitAsync(TimeSpan.FromSeconds(90));
    }

    /// <summary>Checks what is there against what was promised.</summary>
    /// <param name="server">One that runs.</param>
    /// <param name="stamps">Yjs client ids and how far others had seen them, of typists who did not come back.</param>
    public async Task CheckAsync(Reachable server, string token, params (uint Client, long Seen)[] stamps)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var client = await ConnectAsync(server, token);
        await CheckThreadAsync(http);
        var thread = await CheckTopicAsync(client, Harbour.Thread, _threads);
        var positions = await CheckTopicAsync(client, Harbour.Positions, _positions);
        await CheckFeedAsync(client, thread, positions);
        await CheckTextAsync(http, stamps);
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        foreach (var client in _clients) await client.DisposeAsync();
        foreach (var yjs in _yjs) await yjs.DisposeAsync();
        foreach (var http in _https) http.Dispose();
    }

    async Task<LiveClient> ConnectAsync(Reachable server, string token)
    {
        var client = new LiveClient(server.Address, () => Task.FromResult<string?>(token), new Eager());
        _clients.Add(client);
        await client.ConnectAsync();
        return client;
    }

    async Task AnnotateAsync(PatientSender sender, Random random, string writer)
    {
        string? annotation = null;
        for (var n = 0; !_isOver; n++)
        {
            var replies = annotation is not null && random.Next(3) > 0;
            var done = replies
                ? await sender.SendAsync(HttpMethod.Post, $"{Harbour.ThreadPath}/annotations/{annotation}/replies", new { text = $"{writer} replies {n}" })
                : await sender.SendAsync(HttpMethod.Post, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation($"{writer} annotates {n}"));
            if (!replies) annotation = done.Id;
        }
    }

    async Task PositionAsync(PatientSender sender, string organisation)
    {
        for (var n = 0; !_isOver; n++)
            await sender.SendAsync(
                HttpMethod.Put, $"{Harbour.PositionsPath}/{organisation}", new { kind = Kinds[n % Kinds.Length], redLine = false, reason = $"{organisation} {n}" });
    }

    async Task CheckThreadAsync(HttpClient http)
    {
        var view = await Harbour.GetAsync(http, Harbour.ThreadPath);
        var annotations = view.GetProperty("annotations").EnumerateArray().ToArray();
        var all = annotations.Concat(annotations.SelectMany(each => each.GetProperty("replies").EnumerateArray())).ToArray();
        var acknowledged = _threads.SelectMany(sender => sender.Answered).ToArray();
        Assert.Equal(acknowledged.Length, view.GetProperty("version").GetInt64());
        Assert.Equal(acknowledged.Select(done => done.Id).Order(), all.Select(each => each.GetProperty("id").GetString()!).Order());
        Assert.Equal(all.Length, all.Select(each => each.GetProperty("text").GetString()).Distinct().Count());
    }

    /// <summary>Everybody saw the same, which is what is kept, and each acknowledged command is in it once.</summary>
    /// <returns>The topic's version.</returns>
    async Task<long> CheckTopicAsync(LiveClient client, string topic, List<PatientSender> senders)
    {
        var acknowledged = senders.SelectMany(sender => sender.Answered).Select(done => done.Version).Order().ToArray();
        Assert.Equal(Enumerable.Range(1, acknowledged.Length).Select(version => (long)version), acknowledged);
        var kept = await FollowedRecord.StartAsync(client, topic, new Tally(), since: 0);
        await kept.WaitAsync(acknowledged.Length);
        Assert.Equal(0, kept.States);
        foreach (var record in _records.Where(record => record.Topic == topic))
        {
            await record.CheckAsync(acknowledged.Length);
            foreach (var (version, seen) in record.Changes) Assert.Equal(kept.Changes[version], seen);
        }

        return acknowledged.Length;
    }

    async Task CheckFeedAsync(LiveClient client, long thread, long positions)
    {
        var kept = await FollowedRecord.StartAsync(client, Harbour.Feed, new Tally(), since: 0);
        await kept.WaitAsync(() => VersionsOf(kept, Harbour.Thread).Length >= thread && VersionsOf(kept, Harbour.Positions).Length >= positions);
        Assert.Equal(Enumerable.Range(1, (int)thread).Select(version => (long)version), VersionsOf(kept, Harbour.Thread));
        Assert.Equal(Enumerable.Range(1, (int)positions).Select(version => (long)version), VersionsOf(kept, Harbour.Positions));
        foreach (var record in _records.Where(record => record.Topic == Harbour.Feed))
        {
            await record.CheckAsync(kept.Version);
            foreach (var (version, seen) in record.Changes) Assert.Equal(kept.Changes[version], seen);
        }
    }

    static long[] VersionsOf(FollowedRecord feed, string source)
    {
        var versions = new List<long>();
        foreach (var change in feed.Changes.OrderBy(change => change.Key))
        {
            var activity = JsonSerializer.Deserialize<JsonElement>(change.Value.Data);
            if (activity.GetProperty("source").GetString() == source) versions.Add(activity.GetProperty("sourceVersion").GetInt64());
        }

        return [.. versions];
    }

    async Task CheckTextAsync(HttpClient http, (uint Client, long Seen)[] stamps)
    {
        var bytes = await http.GetByteArrayAsync($"/api/texts/{Harbour.Text}");
        Assert.True(Update.TryRead(bytes, out var update, out _));
        var kept = new TextState();
        kept.Add(update);
        foreach (var typist in _typists)
        {
            var here = ClientClocks.Of(kept.StateVector, typist.Client);
            Assert.True(here >= typist.Acknowledged, $"Of client {typist.Client} {typist.Acknowledged} were acknowledged, {here} are kept.");
            foreach (var yjs in _yjs) await yjs.WaitAsync(it => it.Holds(typist.Client) >= here);
            foreach (var text in _texts) await HoldsAsync(text, typist.Client, here);
        }

        foreach (var (client, seen) in stamps)
        {
            var here = ClientClocks.Of(kept.StateVector, client);
            Assert.True(here >= seen, $"Of client {client} {seen} were seen, {here} are kept.");
        }

        foreach (var (client, end) in _yjs.SelectMany(yjs => _typists.Select(typist => (typist.Client, yjs.Holds(typist.Client)))))
            Assert.Equal(ClientClocks.Of(kept.StateVector, client), end);
    }

    static async Task HoldsAsync(OpenText text, uint client, long clock)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        text.Updated += _ => Look();
        Look();
        await done.Task.WaitAsync(YjsSocket.Patience);
        Assert.Equal(clock, Clock());

        void Look()
        {
            if (Clock() >= clock) done.TrySetResult();
        }

        long Clock() => ClientClocks.TryRead(text.StateVector, out var clocks, out _) ? ClientClocks.Of(clocks, client) : -1;
    }

    sealed class Eager : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(50);
    }
}

/// <summary>Types a letter at a time over the hub, each when the one before is durable.</summary>
sealed class HubTypist
{
    readonly LiveClient _client;
    readonly OpenText _text;
    readonly YjsTypist _typist;
    readonly Func<bool> _isOver;
    readonly Tally _tally;
    volatile bool _hasLeft;

    public HubTypist(LiveClient client, OpenText text, uint typesAs, Func<bool> isOver, Tally tally)
    {
        (_client, _text, _isOver, _tally) = (client, text, isOver, tally);
        _typist = new YjsTypist(typesAs);
        Typing = Task.Run(TypeAsync);
    }

    public uint Client => _typist.Client;

    public int Acknowledged { get; private set; }

    public Task Typing { get; }

    /// <summary>Goes for good: whatever was not acknowledged is never sent again.</summary>
    public async Task LeaveAsync()
    {
        _hasLeft = true;
        await _client.DisposeAsync().AsTask().WaitAsync(YjsSocket.Patience);
        await Typing.WaitAsync(YjsSocket.Patience);
    }

    async Task TypeAsync()
    {
        try
        {
            while (!_isOver() && !_hasLeft)
            {
                await _text.EditAsync(_typist.Type("h"));
                Acknowledged = _typist.Clock;
                _tally.Add();
            }
        }
        catch (Exception exception) when (_hasLeft && exception is OperationCanceledException or ObjectDisposedException)
        {
            // It went with an edit under way.
        }
    }
}
