using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Annotate.Client;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>The hub as clients of either protocol meet it.</summary>
public sealed class HubTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>An open connection shall notice within a second; a busy machine may be three times as slow.</summary>
    static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    TestServerHost _server = null!;

    public static TheoryData<string> Protocols => ["json", "messagepack"];

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(_server.Operator);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory, MemberData(nameof(Protocols))]
    public async Task Following_gives_the_state_then_each_change_once_until_it_ends(string protocol)
    {
        using var ada = await PersonAsync("ada");
        var first = await AnnotateAsync(ada, "first");
        await using var hub = await OpenAsync("cat", protocol);
        var followed = await hub.AskAsync<Followed>("Follow", Harbour.Thread, -1L);
        Assert.Equal(1, followed.Version);
        Assert.Equal(
            first, JsonSerializer.Deserialize<JsonElement>(followed.State!).GetProperty("annotations")[0].GetProperty("id").GetString());

        for (var version = 2; version <= 20; version++)
        {
            var id = await AnnotateAsync(ada, $"no. {version}");
            var change = await hub.NextAsync<LiveChange>(Harbour.Thread);
            Assert.Equal((version, "annotated", new LiveBy("ada", "tide")), (change.Version, change.Kind, change.By));
            Assert.Equal(id, JsonSerializer.Deserialize<JsonElement>(change.Data).GetProperty("id").GetString());
        }

        await hub.TellAsync("Unfollow", Harbour.Thread);
        await AnnotateAsync(ada, "unheard");
        // From version 5 on, the last included; and what was not followed meanwhile was not sent.
        followed = await hub.AskAsync<Followed>("Follow", Harbour.Thread, 5L);
        Assert.Equal((5, null), (followed.Version, followed.State));
        for (var version = 6; version <= 21; version++) Assert.Equal(version, (await hub.NextAsync<LiveChange>(Harbour.Thread)).Version);
        Assert.Equal("conflict", (await hub.ProblemOfAsync("Follow", Harbour.Thread, 5L)).Code);
        Assert.False(hub.HasMore(Harbour.Thread));
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task An_edit_is_durable_held_missing_or_refused_and_reaches_the_others(string protocol)
    {
        await using var ada = await OpenAsync("ada", protocol);
        await using var cat = await OpenAsync("cat", protocol);
        await using var watcher = await YjsSocket.SyncedAsync(_server.Address, Harbour.Text, await TokenAsync("dan"));
        Assert.Equal(0, (await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>())).Version);
        Assert.Equal(0, (await cat.AskAsync<OpenedText>("OpenText", Harbour.Text, new byte[] { 0 })).Version);
        var typist = new YjsTypist(7);
        byte[] first = typist.Type("one"), second = typist.Type("two"), third = typist.Type("three");

        var answer = await EditAsync(ada, first);
        Assert.Equal(("durable", 1, null, null), (answer.Status, answer.Version, answer.StateVector, answer.Problem));
        Assert.Equal(1, (await cat.NextAsync<OpenedText>(Harbour.Text)).Version);
        Assert.Equal(("held", 1L), await StatusAsync(ada, first));

        answer = await EditAsync(ada, third);
        Assert.Equal("missing", answer.Status);
        Assert.True(ClientClocks.TryRead(answer.StateVector!, out var held, out _));
        Assert.Equal(3, ClientClocks.Of(held, 7));
        Assert.True(Updates.TryMerge([second, third], out var rest));
        Assert.Equal(("durable", 2L), await StatusAsync(ada, rest));
        await watcher.WaitForAsync(typist);
        Assert.Equal(2, (await cat.NextAsync<OpenedText>(Harbour.Text)).Version);
        // Nothing is sent back to whoever typed it.
        Assert.False(ada.HasMore(Harbour.Text));

        var opened = await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, ClientClocks.Encode([new ClientClock(7, typist.Clock)]));
        Assert.Equal(2, opened.Version);
        await ada.TellAsync("CloseText", Harbour.Text);
        Assert.Equal("conflict", (await ada.ProblemOfAsync("Edit", Harbour.Text, typist.Type("closed"))).Code);
    }

    public static TheoryData<string, string, string> Refusals
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var protocol in (string[])["json", "messagepack"])
            {
                all.Add(protocol, "somebody else's client id", "client-id-taken");
                all.Add(protocol, "no mandate", "mandate-missing");
                all.Add(protocol, "malformed", "invalid");
                all.Add(protocol, "too large", "too-large");
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task A_refused_edit_says_why_and_harms_nobody(string protocol, string input, string code)
    {
        await using var ada = await OpenAsync("ada", protocol);
        await using var wrong = await OpenAsync(input == "no mandate" ? "cat" : "ben", protocol);
        foreach (var hub in new[] { ada, wrong }) await hub.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        var typist = new YjsTypist(1);
        Assert.Equal(("durable", 1L), await StatusAsync(ada, typist.Type("mine")));
        Assert.Equal(1, (await wrong.NextAsync<OpenedText>(Harbour.Text)).Version);

        var forger = new YjsTypist(1);
        forger.Type("mine");
        var answer = await EditAsync(wrong, input switch
        {
            "malformed" => [1, 1, 1],
            "too large" => new YjsTypist(9).Type(new string('x', 1 << 20)),
            "no mandate" => new YjsTypist(9).Type("no"),
            _ => forger.Type("forged"),
        });
        Assert.Equal(("refused", code), (answer.Status, answer.Problem?.Code));

        Assert.Equal(("durable", 2L), await StatusAsync(ada, typist.Type(" still")));
        Assert.Equal(2, (await wrong.NextAsync<OpenedText>(Harbour.Text)).Version);
        Assert.True(wrong.IsConnected);
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task An_edit_as_large_as_the_limit_is_taken(string protocol)
    {
        await using var ada = await OpenAsync("ada", protocol);
        await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        Assert.Equal(("durable", 1L), await StatusAsync(ada, new YjsTypist(1).Type(new string('x', (1 << 20) - 64))));
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Awareness_reaches_the_others_and_goes_with_the_connection(string protocol)
    {
        var ada = await OpenAsync("ada", protocol);
        await using var cat = await OpenAsync("cat", protocol);
        foreach (var hub in new[] { ada, cat }) await hub.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await ada.TellAsync("Aware", Harbour.Text, AwarenessUpdate.Write([new AwarenessEntry(11, 1, "{\"x\":1}"u8.ToArray())]));
        var shown = Entry(await cat.NextAsync<byte[]>("aware " + Harbour.Text));
        Assert.False(shown.IsRemoval);
        Assert.Equal("too-large", (await ada.ProblemOfAsync("Aware", Harbour.Text, new byte[17 << 10])).Code);
        await ada.DisposeAsync();
        var gone = Entry(await cat.NextAsync<byte[]>("aware " + Harbour.Text));
        Assert.Equal((shown.ClientId, true), (gone.ClientId, gone.IsRemoval));

        static AwarenessEntry Entry(byte[] update)
        {
            Assert.True(AwarenessUpdate.TryRead(update, out var entries, out _));
            return Assert.Single(entries.ToArray());
        }
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Presence_tells_who_is_connected_and_who_left(string protocol)
    {
        const string topic = "presence/" + Harbour.Coalition;
        await using var cat = await OpenAsync("cat", protocol);
        var followed = await cat.AskAsync<Followed>("Follow", topic, -1L);
        var people = PeopleOf(followed);
        while (!people.SequenceEqual(["cat"])) people = PeopleOf(await cat.NextAsync<Followed>(topic));
        var ada = await OpenAsync("ada", protocol);
        while (!people.SequenceEqual(["ada", "cat"])) people = PeopleOf(await cat.NextAsync<Followed>(topic));
        await ada.DisposeAsync();
        while (!people.SequenceEqual(["cat"])) people = PeopleOf(await cat.NextAsync<Followed>(topic));

        static string[] PeopleOf(Followed state) =>
            [.. JsonSerializer.Deserialize<JsonElement>(state.State!).GetProperty("people").EnumerateArray().Select(person => person.GetString()!)];
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task What_does_not_exist_and_what_may_not_be_seen_cannot_be_told_apart(string protocol)
    {
        await _server.AdmitAsync("island", "eve", Annotate.Coalitions.Role.Member, "rock");
        using var ada = await PersonAsync("ada");
        await Harbour.PostAsync(ada, $"{Harbour.ThreadPath}/annotations?tier=organisation", Harbour.Annotation("between us"));
        await using var ben = await OpenAsync("ben", protocol);
        var problems = new List<LiveProblem>();
        foreach (var topic in new[]
        {
            "thread/harbour/organisation.tide/act/art_1", "thread/harbour/organisation.none/act/art_1", "feed/harbour/organisation.tide",
            "coalition/island", "coalition/nowhere", "feed/island/coalition", "presence/island", "presence/nowhere", "section/harbour/reply/opening",
            "statement/harbour/nothing", "statement/island/reply", "thread/harbour/coalition/act/art_99999", "thread/harbour/organisation.reef/act/art_3",
            "thread/harbour/coalition/nowhere/art_1", "positions/harbour/act/art_99999", "positions/harbour/act/art_1__para_9", "positions/harbour/nowhere/art_1", "thread/harbour", "nonsense", "", "/", "presence/", "token/x", "thread/harbour/coalition/act/../x",
        })
            problems.Add(await ben.ProblemOfAsync("Follow", topic, -1L));
        foreach (var text in new[] { "harbour.reply.nothing", "harbour.nothing.opening", "island.reply.opening", "nowhere.a.b", "x", "" })
            problems.Add(await ben.ProblemOfAsync("OpenText", text, Array.Empty<byte>()));
        Assert.Equal(new LiveProblem("not-found", 404, Problem.NotFound.Title, null), Assert.Single(problems.Distinct()));

        await using var operator_ = await BareHub.OpenAsync(_server.Address, _server.Operator.DefaultRequestHeaders.Authorization!.Parameter, protocol);
        foreach (var topic in new[] { "feed/nowhere/coalition", "presence/nowhere", "thread/nowhere/coalition/act/art_1" })
            Assert.Equal("not-found", (await operator_.ProblemOfAsync("Follow", topic, -1L)).Code);
        await operator_.AskAsync<Followed>("Follow", "feed/island/coalition", -1L);

        await using var dan = await OpenAsync("dan", protocol);
        Assert.Equal(1, (await dan.AskAsync<Followed>("Follow", "thread/harbour/organisation.tide/act/art_1", -1L)).Version);
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Wrong_arguments_fail_the_call_and_leave_the_connection(string protocol)
    {
        await using var ada = await OpenAsync("ada", protocol);
        await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await ada.ErrorOfAsync("Follow", 5, "five");
        await ada.ErrorOfAsync("Follow");
        await ada.ErrorOfAsync("Edit", Harbour.Text, new { not = "bytes" });
        await ada.ErrorOfAsync("NoSuchMethod", "x");
        Assert.Equal("invalid", (await ada.ProblemOfAsync("Follow", null, -1L)).Code);
        Assert.Equal("not-found", (await ada.ProblemOfAsync("OpenText", null, Array.Empty<byte>())).Code);
        Assert.Equal("invalid", (await ada.ProblemOfAsync("OpenText", Harbour.Text, null)).Code);
        Assert.Equal("invalid", (await ada.ProblemOfAsync("OpenText", Harbour.Text, new byte[] { 5 })).Code);
        Assert.Equal("invalid", (await ada.ProblemOfAsync("Edit", Harbour.Text, null)).Code);
        Assert.Equal("invalid", (await ada.ProblemOfAsync("Aware", Harbour.Text, null)).Code);
        Assert.Equal("not-found", (await ada.ProblemOfAsync("Edit", null, new byte[] { 0, 0 })).Code);
        Assert.Equal("invalid", (await ada.ProblemOfAsync("Unfollow", (string?)null)).Code);
        Assert.Equal(("durable", 1L), await StatusAsync(ada, new YjsTypist(1).Type("fine")));
    }

    [Fact]
    public async Task Nobody_comes_in_without_a_token()
    {
        foreach (var token in new[] { null, "ann_wrong" })
        {
            var refusal = await Assert.ThrowsAnyAsync<Exception>(() => BareHub.OpenAsync(_server.Address, token, "json"));
            Assert.Contains("401", refusal.ToString(), StringComparison.Ordinal);
        }

        using var post = await _server.Anonymous.PostAsync("/live/negotiate?negotiateVersion=1", null);
        Assert.Equal(HttpStatusCode.Unauthorized, post.StatusCode);
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task A_revoked_token_and_a_person_who_is_removed_lose_their_connection_at_once(string protocol)
    {
        var token = await TokenAsync("ada");
        await using var ada = await BareHub.OpenAsync(_server.Address, token, protocol);
        await using var other = await OpenAsync("ada", protocol);
        await using var cat = await OpenAsync("cat", protocol);
        foreach (var hub in new[] { ada, cat }) await hub.AskAsync<Followed>("Follow", Harbour.Thread, -1L);
        using var client = _server.NewClient(token);
        using var signedOut = await client.DeleteAsync("/api/tokens/current");
        await EndsAsync(ada, "a revoked token");
        Assert.True(other.IsConnected);

        using var removed = await _server.Operator.DeleteAsync($"/api/coalitions/{Harbour.Coalition}/people/cat");
        Assert.True(removed.IsSuccessStatusCode);
        await EndsAsync(cat, "a removed person");
        Assert.True(other.IsConnected);
    }

    [Theory, MemberData(nameof(Protocols))]
    public async Task Who_moves_to_another_organisation_follows_the_old_one_s_threads_no_longer(string protocol)
    {
        await using var dan = await OpenAsync("dan", protocol);
        await using var cat = await OpenAsync("cat", protocol);
        await dan.AskAsync<Followed>("Follow", "thread/harbour/organisation.tide/act/art_1", -1L);
        await cat.AskAsync<Followed>("Follow", Harbour.Thread, -1L);
        await Harbour.PutAsync(
            _server.Operator, $"/api/coalitions/{Harbour.Coalition}/people/dan",
            new { name = "Dan", organisation = "reef", role = "observer", mandates = Array.Empty<object>() });
        // Told, and not cut off: all else may still be followed.
        await dan.NextAsync<LiveProblem>("thread/harbour/organisation.tide/act/art_1");
        Assert.True(dan.IsConnected);
        Assert.True(cat.IsConnected);
        await using var again = await OpenAsync("dan", protocol);
        Assert.Equal("not-found", (await again.ProblemOfAsync("Follow", "thread/harbour/organisation.tide/act/art_1", -1L)).Code);
    }

    [Fact]
    public async Task The_client_resumes_topics_and_texts_over_a_restart()
    {
        await using var client = new LiveClient(_server.Address, async () => await TokenAsync("cat"));
        var token = await TokenAsync("ada");
        await using var writer = new LiveClient(_server.Address, () => Task.FromResult<string?>(token));
        await client.ConnectAsync(TestContext.Current.CancellationToken);
        await writer.ConnectAsync(TestContext.Current.CancellationToken);
        var thread = await FollowedRecord.StartAsync(client, Harbour.Thread, new Tally());
        var (read, written) = (await client.OpenTextAsync(Harbour.Text), await writer.OpenTextAsync(Harbour.Text));
        var typist = new YjsTypist(3);
        using var ada = await PersonAsync("ada");
        await AnnotateAsync(ada, "before");
        await written.EditAsync(typist.Type("before "));
        await _server.RestartAsync();
        // Whether the connection is back by now or not: it is sent when it can be.
        await written.EditAsync(typist.Type("after"));
        await AnnotateAsync(ada, "after");
        await thread.WaitAsync(2);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        read.Updated += _ => Look();
        Look();
        await all.Task.WaitAsync(YjsSocket.Patience, TestContext.Current.CancellationToken);

        var missing = await Assert.ThrowsAsync<LiveException>(() => client.FollowAsync("coalition/nowhere"));
        Assert.Equal("not-found", missing.Problem.Code);
        missing = await Assert.ThrowsAsync<LiveException>(() => read.EditAsync(new YjsTypist(4).Type("no")));
        Assert.Equal("mandate-missing", missing.Problem.Code);

        void Look()
        {
            if (ClientClocks.TryRead(read.StateVector, out var clocks, out _) && ClientClocks.Of(clocks, 3) == typist.Clock) all.TrySetResult();
        }
    }

    async Task EndsAsync(BareHub hub, string whose)
    {
        var began = Stopwatch.GetTimestamp();
        await hub.Ended;
        var took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"The connection of {whose} ended {took.TotalMilliseconds:0} ms after the answer.");
        Assert.True(took < Late, $"It took {took.TotalMilliseconds:0} ms.");
    }

    static async Task<string> AnnotateAsync(HttpClient client, string text) =>
        (await Harbour.PostAsync(client, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation(text))).Id;

    static Task<EditAnswer> EditAsync(BareHub hub, byte[] update) => hub.AskAsync<EditAnswer>("Edit", Harbour.Text, update);

    static async Task<(string, long)> StatusAsync(BareHub hub, byte[] update)
    {
        var answer = await EditAsync(hub, update);
        return (answer.Status, answer.Version);
    }

    async Task<BareHub> OpenAsync(string person, string protocol) => await BareHub.OpenAsync(_server.Address, await TokenAsync(person), protocol);

    async Task<HttpClient> PersonAsync(string person) => _server.NewClient(await TokenAsync(person));

    Task<string> TokenAsync(string person) => Harbour.TokenAsync(_server.Operator, person);
}
