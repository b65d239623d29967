using Annotate.Client;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>The .NET client over lost connections: what it follows goes on, what was typed is sent, and what may not be any more is told.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    TestServerHost _server = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(settings => settings with { FollowRenewSeconds = 1 });
        await Harbour.FoundAsync(_server.Operator);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_is_followed_while_the_connection_comes_back_is_followed()
    {
        await using var client = await ConnectAsync("ada");
        string[] topics = [Harbour.Thread, Harbour.Positions, Harbour.Feed, "statement/harbour/reply", "coalition/harbour", "thread/harbour/organisation.tide/act/art_2"];
        for (var round = 0; round < 10; round++)
        {
            // Before, while and after the server is away, so that every moment of a reconnection is met by some.
            var restart = _server.RestartAsync();
            var following = new List<Task<FollowedTopic>>();
            foreach (var topic in topics)
            {
                following.Add(client.FollowAsync(topic));
                if (round % 2 == 0) await Task.Yield();
                else if (following.Count == round / 2) await restart;
            }

            var opening = client.OpenTextAsync(Harbour.Text);
            await restart;
            var followed = await Task.WhenAll(following).WaitAsync(Patience, Cancelled);
            var text = await opening.WaitAsync(Patience, Cancelled);
            foreach (var topic in followed)
            {
                var state = await FirstAsync(topic);
                Assert.NotNull(state.State);
                await topic.CloseAsync();
            }

            await text.CloseAsync();
        }
    }

    [Fact]
    public async Task What_does_not_exist_is_told_even_when_the_connection_went_meanwhile()
    {
        await using var client = await ConnectAsync("ada");
        var restart = _server.RestartAsync();
        var following = client.FollowAsync("thread/harbour/coalition/act/art_99999");
        await restart;
        var refused = await Assert.ThrowsAsync<LiveException>(() => following.WaitAsync(Patience, Cancelled));
        Assert.Equal("not-found", refused.Problem.Code);
        // Its name is free again.
        refused = await Assert.ThrowsAsync<LiveException>(() => client.FollowAsync("thread/harbour/coalition/act/art_99999"));
        Assert.Equal("not-found", refused.Problem.Code);
    }

    [Fact]
    public async Task Nothing_is_followed_before_the_first_connection_or_after_the_last()
    {
        var token = await Harbour.TokenAsync(_server.Operator, "ada");
        var client = new LiveClient(_server.Address, () => Task.FromResult<string?>(token), new GivesUp());
        await using (client)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => client.FollowAsync(Harbour.Thread));
            await client.ConnectAsync(Cancelled);
            var topic = await client.FollowAsync(Harbour.Thread);
            Assert.NotNull((await FirstAsync(topic)).State);
            var text = await client.OpenTextAsync(Harbour.Text);
            await _server.RestartAsync();
            // The policy gives up at once: whoever reads or waits for an edit hears of it.
            var told = await Assert.ThrowsAnyAsync<Exception>(() => FirstAsync(topic));
            Assert.False(told is OperationCanceledException, "The reader was told nothing.");
            await Assert.ThrowsAsync<ObjectDisposedException>(() => text.EditAsync(new YjsTypist(1).Type("too late")).WaitAsync(Patience, Cancelled));
        }
    }

    [Fact]
    public async Task The_end_of_a_connection_does_not_end_what_is_followed_on_the_next()
    {
        await using var client = await ConnectAsync("cat");
        var last = await client.FollowAsync(Harbour.Thread);
        Assert.NotNull((await FirstAsync(last)).State);
        // Called when a connection has closed. It waits a moment, in which whoever follows may have connected again.
        var ending = client.EndAllAsync(null);
        var next = await client.FollowAsync(Harbour.Positions);
        await ending.WaitAsync(Patience, Cancelled);
        await Assert.ThrowsAsync<IOException>(() => FirstAsync(last));
        Assert.NotNull((await FirstAsync(next)).State);
        using var ada = await PersonAsync("ada");
        await Harbour.PutAsync(ada, $"{Harbour.PositionsPath}/tide", new { kind = "support", redLine = false, reason = "" });
        Assert.NotNull((await FirstAsync(next)).Change);
    }

    [Fact]
    public async Task A_reader_who_falls_behind_gets_everything_later_and_little_is_kept_meanwhile()
    {
        const int kept = 16, changes = 150;
        await using var client = await ConnectAsync("cat", unreadMax: kept);
        using var ada = await PersonAsync("ada");
        var topic = await client.FollowAsync(Harbour.Thread, since: 0);
        var other = await FollowedRecord.StartAsync(client, Harbour.Feed, new Tally(), since: 0);
        for (var i = 1; i <= changes; i++)
        {
            await AnnotateAsync(ada, $"no. {i}");
            if (i == changes / 2) await _server.RestartAsync();
        }

        await other.WaitAsync(() => other.Version >= changes);
        Assert.Equal(kept, topic.Version);
        var expected = 1L;
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var news in topic.ReadAllAsync(patience.Token))
        {
            Assert.Equal((expected, false), (news.Version, news.Change is null));
            if (expected++ == changes) break;
        }

        // And it goes on from there.
        await AnnotateAsync(ada, "one more");
        Assert.Equal(changes + 1, (await FirstAsync(topic)).Version);
    }

    [Fact]
    public async Task What_is_typed_while_the_server_is_away_is_sent_when_it_is_back()
    {
        await using var client = await ConnectAsync("ada");
        await using var reader = await ConnectAsync("cat");
        var (text, read) = (await client.OpenTextAsync(Harbour.Text), await reader.OpenTextAsync(Harbour.Text));
        var (typist, other) = (new YjsTypist(1), new YjsTypist(2));
        await text.EditAsync(typist.Type("before "));
        var restart = _server.RestartAsync();
        var edits = new List<Task<long>>();
        for (var i = 0; i < 50; i++) edits.Add(text.EditAsync(typist.Type("away ")));
        await restart;
        // Somebody else was faster.
        await using var stock = await YjsSocket.SyncedAsync(_server.Address, Harbour.Text, await Harbour.TokenAsync(_server.Operator, "ben"));
        await stock.SendAsync(MessageKind.Update, other.Type("elsewhere"));
        await Task.WhenAll(edits).WaitAsync(Patience, Cancelled);
        await stock.WaitForAsync(typist);
        foreach (var one in new[] { text, read })
            foreach (var by in new[] { typist, other }) await HoldsAsync(one, by);
    }

    [Fact]
    public async Task An_edit_that_is_refused_after_the_connection_came_back_is_told_and_the_text_goes_on()
    {
        var gate = new Gate(await Harbour.TokenAsync(_server.Operator, "ben"));
        await using var client = new LiveClient(_server.Address, gate.TokenAsync, new Eager());
        await client.ConnectAsync(Cancelled);
        var text = await client.OpenTextAsync(Harbour.Text);
        gate.Close();
        await _server.RestartAsync();
        var edit = text.EditAsync(new YjsTypist(1).Type("still mine to write"));
        await AdmitAsync("ben", "reef", mandates: []);
        gate.Open();
        var refused = await Assert.ThrowsAsync<LiveException>(() => edit.WaitAsync(Patience, Cancelled));
        Assert.Equal("mandate-missing", refused.Problem.Code);

        var ada = new YjsTypist(2);
        await using var stock = await YjsSocket.SyncedAsync(_server.Address, Harbour.Text, await Harbour.TokenAsync(_server.Operator, "ada"));
        await stock.SendAsync(MessageKind.Update, ada.Type("go on"));
        await HoldsAsync(text, ada);
        Assert.Equal(0, stock.Holds(1));
    }

    [Fact]
    public async Task A_topic_that_was_taken_away_meanwhile_ends_and_the_others_go_on()
    {
        const string tides = "thread/harbour/organisation.tide/act/art_1";
        var gate = new Gate(await Harbour.TokenAsync(_server.Operator, "dan"));
        await using var client = new LiveClient(_server.Address, gate.TokenAsync, new Eager());
        await client.ConnectAsync(Cancelled);
        var (lost, kept) = (await client.FollowAsync(tides), await client.FollowAsync(Harbour.Thread));
        foreach (var topic in new[] { lost, kept }) Assert.NotNull((await FirstAsync(topic)).State);
        gate.Close();
        await _server.RestartAsync();
        await AdmitAsync("dan", "reef", mandates: []);
        gate.Open();
        await IsTakenAsync(lost);
        await GoesOnAsync(kept, 1);

        // Taken away while the connection is up: told at once, and not asked for again by the next connection.
        var text = await client.OpenTextAsync(Harbour.Text);
        lost = await client.FollowAsync("thread/harbour/organisation.reef/act/art_1");
        Assert.NotNull((await FirstAsync(lost)).State);
        await AdmitAsync("dan", "tide", mandates: []);
        await IsTakenAsync(lost);
        await _server.RestartAsync();
        await GoesOnAsync(kept, 2);
        Assert.NotNull((await FirstAsync(await client.FollowAsync(tides))).State);
        await text.CloseAsync();

        static async Task IsTakenAsync(FollowedTopic topic) =>
            Assert.Equal("not-found", (await Assert.ThrowsAsync<LiveException>(() => FirstAsync(topic))).Problem.Code);

        async Task GoesOnAsync(FollowedTopic topic, long version)
        {
            using var ada = await PersonAsync("ada");
            await AnnotateAsync(ada, "goes on");
            Assert.Equal(version, (await FirstAsync(topic)).Version);
        }
    }

    [Fact]
    public async Task Edits_under_way_fail_when_their_text_is_taken_away()
    {
        await using var client = await ConnectAsync("ben");
        var text = await client.OpenTextAsync(Harbour.Text);
        var typist = new YjsTypist(1);
        await text.EditAsync(typist.Type("mine"));
        using var removed = await _server.Operator.DeleteAsync($"/api/coalitions/{Harbour.Coalition}/people/ben", Cancelled);
        Assert.True(removed.IsSuccessStatusCode);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // Until the word of it is here.
            while (true) await text.EditAsync(typist.Type("still")).WaitAsync(Patience, Cancelled);
        });
        var vector = await _server.Grains.GetGrain<ISectionGrain>($"{Harbour.Coalition}/reply/opening").StateVectorAsync();
        Assert.True(ClientClocks.TryRead(vector, out var kept, out _));
        Assert.True(ClientClocks.Of(kept, 1) >= 4);
    }

    static async Task<TopicNews> FirstAsync(FollowedTopic topic)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var news in topic.ReadAllAsync(patience.Token)) return news;
        throw new EndOfStreamException("The topic ended.");
    }

    static async Task HoldsAsync(OpenText text, YjsTypist typist)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        text.Updated += _ => Look();
        Look();
        await done.Task.WaitAsync(Patience, Cancelled);

        void Look()
        {
            if (ClientClocks.TryRead(text.StateVector, out var held, out _) && ClientClocks.Of(held, typist.Client) >= typist.Clock) done.TrySetResult();
        }
    }

    async Task<LiveClient> ConnectAsync(string person, int unreadMax = 10_000)
    {
        var token = await Harbour.TokenAsync(_server.Operator, person);
        var client = new LiveClient(_server.Address, () => Task.FromResult<string?>(token), new Eager()) { UnreadMax = unreadMax };
        await client.ConnectAsync(Cancelled);
        return client;
    }

    Task AdmitAsync(string person, string organisation, object[] mandates) => Harbour.PutAsync(
        _server.Operator, $"/api/coalitions/{Harbour.Coalition}/people/{person}", new { name = person, organisation, role = "member", mandates });

    async Task<HttpClient> PersonAsync(string person) => _server.NewClient(await Harbour.TokenAsync(_server.Operator, person));

    static Task AnnotateAsync(HttpClient client, string text) =>
        Harbour.PostAsync(client, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation(text));

    /// <summary>A token that is to be had only while it is open: so a reconnection waits for the test.</summary>
    sealed class Gate(string token)
    {
        volatile TaskCompletionSource _isOpen = Opened();

        public void Close() => _isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _isOpen.TrySetResult();

        public async Task<string?> TokenAsync()
        {
            await _isOpen.Task;
            return token;
        }

        static TaskCompletionSource Opened()
        {
            var source = new TaskCompletionSource();
            source.SetResult();
            return source;
        }
    }

    sealed class Eager : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(20);
    }

    sealed class GivesUp : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => null;
    }
}
