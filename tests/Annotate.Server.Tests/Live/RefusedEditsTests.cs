using System.Text.Json;
using Annotate.Client;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>The .NET client when its words are refused for good: they are set aside, the text goes on without them, and nobody ever sees them.</summary>
public sealed class RefusedEditsTests : IAsyncLifetime
{
    const uint Old = 7, Fresh = 8, Adas = 9, FirstId = 1_000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly object[] Drafts = [new { mandate = "draft" }];

    TestServerHost _server = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(_server.Operator);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("foreign id", "client-id-taken")]
    [InlineData("no mandate", "mandate-missing")]
    [InlineData("no room", "too-large")]
    public async Task What_is_refused_is_set_aside_with_what_follows_and_the_text_goes_on_without_it(string why, string code)
    {
        var ada = new YjsTypist(Adas);
        await TakenAsync("ada", ada.Type("kept"));
        if (why == "no room") await TakenAsync("ben", EveryId());
        await using var client = await ConnectAsync("ben");
        var text = await client.OpenTextAsync(Harbour.Text);
        if (why == "no mandate") await AdmitAsync([]);

        // As an editor does: one edit after the other, without waiting.
        var old = why == "foreign id" ? Another(ada) : new YjsTypist(Old);
        var replaced = Listen(text);
        var edits = Enumerable.Range(0, 5).Select(i => text.EditAsync(old.Type($"refused {i} "))).ToArray();
        foreach (var edit in edits) Assert.Equal(code, (await Assert.ThrowsAsync<LiveException>(() => edit.WaitAsync(Patience, Cancelled))).Problem.Code);
        var news = Assert.Single(replaced);
        Check(news, code, old, ada);
        // The old document does not stop at once.
        Assert.Equal(code, (await Assert.ThrowsAsync<LiveException>(() => text.EditAsync(old.Type("later")))).Problem.Code);
        await Assert.ThrowsAsync<ArgumentException>(() => text.EditAsync(Later(new YjsTypist(99))));

        if (why == "no mandate") await AdmitAsync(Drafts);
        var fresh = new YjsTypist(why == "no room" ? FirstId : Fresh);
        // Whoever has used up all client ids goes on under one of them.
        if (why == "no room") fresh.Type("x");
        await text.EditAsync(fresh.Type("fresh")).WaitAsync(Patience, Cancelled);
        await _server.RestartAsync();
        await text.EditAsync(fresh.Type(" and on")).WaitAsync(Patience, Cancelled);
        Assert.Single(replaced);
        Holds(text.State, old, ada, fresh);
        Holds(await ReadAsync(), old, ada, fresh);
    }

    [Fact]
    public async Task What_was_kept_without_an_answer_is_not_set_aside()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = await Harbour.TokenAsync(_server.Operator, "ben");
        var isFirst = true;
        await using var client = new LiveClient(_server.Address, TokenAsync, new Eager());
        await client.ConnectAsync(Cancelled);
        var text = await client.OpenTextAsync(Harbour.Text);
        var replaced = Listen(text);
        await _server.RestartAsync();
        // Made while nothing can be sent; the first arrives all the same, as it does when only its answer is lost.
        var typist = new YjsTypist(Old);
        byte[] one = typist.Type("kept "), other = typist.Type("not kept");
        var (first, second) = (text.EditAsync(one), text.EditAsync(other));
        await TakenAsync("ben", one);
        await AdmitAsync([]);
        gate.SetResult();
        Assert.Equal("mandate-missing", (await Assert.ThrowsAsync<LiveException>(() => second.WaitAsync(Patience, Cancelled))).Problem.Code);
        Assert.True(await first.WaitAsync(Patience, Cancelled) > 0);
        Assert.Equal(other, Assert.Single(replaced).Refused!.Refused);
        Assert.Equal(StateVectorOf(await ReadAsync()), StateVectorOf(text.State));

        async Task<string?> TokenAsync()
        {
            if (isFirst) isFirst = false;
            else await gate.Task;
            return token;
        }
    }

    [Fact]
    public async Task What_waits_can_be_given_up_and_the_text_goes_on_without_it()
    {
        await using var client = await ConnectAsync("ben");
        var text = await client.OpenTextAsync(Harbour.Text);
        Assert.Null(text.GiveUp());
        var (old, words) = (new YjsTypist(Old), new YjsTypist(Fresh).Type("fresh"));
        var replaced = Listen(text);
        Task<long> first = Task.FromResult(0L), second = first, third = first;
        await _server.RestartAsync(() =>
        {
            // Nothing can be sent while there is no server, however long that is.
            byte[] one = old.Type("given up "), other = old.Type("and this");
            (first, second) = (text.EditAsync(one), text.EditAsync(other));
            var given = text.GiveUp();
            Assert.Equal(("given-up", given), (given!.Problem.Code, Assert.Single(replaced).Refused));
            Assert.True(Updates.TryMerge([one, other], out var both));
            Assert.Equal(StateVectorOf(both), StateVectorOf(given.Refused));
            third = text.EditAsync(words);
        });
        foreach (var edit in new[] { first, second })
            Assert.Equal("given-up", (await Assert.ThrowsAsync<LiveException>(() => edit.WaitAsync(Patience, Cancelled))).Problem.Code);
        Assert.True(await third.WaitAsync(Patience, Cancelled) > 0);
        Assert.Equal(StateVectorOf(words), StateVectorOf(await ReadAsync()));
        Assert.Equal(StateVectorOf(await ReadAsync()), StateVectorOf(text.State));
    }

    [Fact]
    public async Task What_was_given_up_on_its_way_comes_back_when_it_was_kept()
    {
        var held = new HeldEdits();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(held));
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "ben");
        await using var client = new LiveClient(server.Address, () => Task.FromResult<string?>(token), new Eager());
        await client.ConnectAsync(Cancelled);
        var text = await client.OpenTextAsync(Harbour.Text);
        var back = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        text.Updated += update => back.TrySetResult(update);
        var typist = new YjsTypist(Old);
        var words = typist.Type("kept after all ");
        var edit = text.EditAsync(words);
        await held.Reached.WaitAsync(Patience, Cancelled);
        Assert.Equal(words, text.GiveUp()!.Refused);
        Assert.Equal("given-up", (await Assert.ThrowsAsync<LiveException>(() => edit)).Problem.Code);
        Assert.Empty(VectorOf(text.StateVector));
        held.LetGo();
        Assert.Equal(words, await back.Task.WaitAsync(Patience, Cancelled));
        Assert.Equal(StateVectorOf(words), VectorOf(text.StateVector));
        Assert.Equal(StateVectorOf(words), StateVectorOf(text.State));
        Assert.True(await text.EditAsync(typist.Type("and more")).WaitAsync(Patience, Cancelled) > 0);
    }

    /// <summary>Holds back what is sent to texts until it is let go.</summary>
    sealed class HeldEdits : IIncomingGrainCallFilter
    {
        readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously), _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void LetGo() => _gone.SetResult();

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName == nameof(Annotate.Statements.ISectionGrain.EditAsync))
            {
                _reached.TrySetResult();
                await _gone.Task;
            }

            await context.Invoke();
        }
    }

    /// <summary>A follower of a busy text keeps one update of it and a little more, whether or not anybody reads it.</summary>
    [Fact]
    public void What_is_held_is_merged_as_it_grows()
    {
        const int edits = 20_000;
        var (held, typist, sent) = (new HeldText(), new YjsTypist(Old), 0L);
        for (var i = 0; i < edits; i++)
        {
            var update = typist.Type("a");
            sent += update.Length;
            held.Add(update);
        }

        // Merged updates keep their pieces apart; what goes is what each said of itself.
        Assert.True(held.Bytes < sent * 2 / 3, $"{held.Bytes} of {sent} bytes are kept");
        Assert.Equal([new ClientClock(Old, edits)], StateVectorOf(held.Merge()));
    }

    [Fact]
    public async Task A_handler_that_fails_stops_nothing()
    {
        await using var client = await ConnectAsync("cat");
        var text = await client.OpenTextAsync(Harbour.Text);
        text.Replaced += _ => throw new InvalidOperationException("no");
        for (var i = 0u; i < 2; i++)
        {
            var told = await Assert.ThrowsAsync<LiveException>(() => text.EditAsync(new YjsTypist(50 + i).Type("words")).WaitAsync(Patience, Cancelled));
            Assert.Equal(("mandate-missing", "no"), (told.Problem.Code, told.InnerException?.Message));
        }
    }

    static List<TextReplaced> Listen(OpenText text)
    {
        var replaced = new List<TextReplaced>();
        text.Replaced += replaced.Add;
        return replaced;
    }

    static void Check(TextReplaced news, string code, YjsTypist old, YjsTypist ada)
    {
        Assert.Equal(Harbour.Text, news.Text);
        var refused = news.Refused!;
        Assert.Equal((Harbour.Text, code), (refused.Text, refused.Problem.Code));
        Assert.True(Updates.TryMerge([refused.Refused, refused.Later], out var all));
        Assert.True(Update.TryRead(all, out var update, out _));
        var range = Assert.Single(update.Ranges.ToArray());
        Assert.Equal((old.Client, (long)old.Clock), ((uint)range.ClientId, range.To));
        // A document made from it alone reads them.
        var document = new Document();
        Assert.True(document.TryApply(refused.Whole, out var fault), $"{fault}");
        Assert.Equal(old.Clock, ClientClocks.Of(VectorOf(document.EncodeStateVector()), old.Client));
        Assert.Equal(ada.Client == old.Client ? old.Clock : ada.Clock, ClientClocks.Of(VectorOf(document.EncodeStateVector()), ada.Client));
        // And it is written and read as it is.
        var again = JsonSerializer.Deserialize<RefusedEdits>(JsonSerializer.Serialize(refused))!;
        Assert.Equal((refused.Text, refused.Problem, refused.At), (again.Text, again.Problem, again.At));
        Assert.Equal([refused.Refused, refused.Later, refused.Whole], new[] { again.Refused, again.Later, again.Whole });
    }

    /// <summary>A document that chose the same client id.</summary>
    static YjsTypist Another(YjsTypist typist)
    {
        var other = new YjsTypist(typist.Client);
        other.Type(typist.Typed);
        return other;
    }

    /// <summary>Builds on something that nobody knows.</summary>
    static byte[] Later(YjsTypist typist)
    {
        typist.Type("never sent");
        return typist.Type("sent");
    }

    /// <summary>A letter under each client id that one person may have.</summary>
    static byte[] EveryId()
    {
        var letters = Enumerable.Range(0, Annotate.Limits.ClientIdsPerPersonAndTextMax).Select(i => (ReadOnlyMemory<byte>)new YjsTypist(FirstId + (uint)i).Type("x"));
        Assert.True(Updates.TryMerge([.. letters], out var update));
        return update;
    }

    static void Holds(byte[] state, YjsTypist old, YjsTypist ada, YjsTypist fresh)
    {
        var vector = StateVectorOf(state);
        Assert.Equal(ada.Clock, ClientClocks.Of(vector, ada.Client));
        Assert.Equal(fresh.Clock, ClientClocks.Of(vector, fresh.Client));
        if (old.Client != ada.Client) Assert.Equal(0, ClientClocks.Of(vector, old.Client));
    }

    static ClientClock[] StateVectorOf(byte[] state)
    {
        Assert.True(Updates.TryStateVectorOf(state, out var vector));
        return VectorOf(vector);
    }

    static ClientClock[] VectorOf(byte[] vector)
    {
        Assert.True(ClientClocks.TryRead(vector, out var clocks, out _));
        return clocks;
    }

    async Task<byte[]> ReadAsync()
    {
        using var ada = await PersonAsync("ada");
        return await ada.GetByteArrayAsync($"/api/texts/{Harbour.Text}", Cancelled);
    }

    async Task TakenAsync(string person, byte[] update)
    {
        using var client = await PersonAsync(person);
        using var answer = await Harbour.EditAsync(client, Harbour.Text, update);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    async Task<LiveClient> ConnectAsync(string person)
    {
        var token = await Harbour.TokenAsync(_server.Operator, person);
        var client = new LiveClient(_server.Address, () => Task.FromResult<string?>(token), new Eager());
        await client.ConnectAsync(Cancelled);
        return client;
    }

    Task AdmitAsync(object[] mandates) => Harbour.PutAsync(
        _server.Operator, $"/api/coalitions/{Harbour.Coalition}/people/ben", new { name = "Ben", organisation = "reef", role = "member", mandates });

    async Task<HttpClient> PersonAsync(string person) => _server.NewClient(await Harbour.TokenAsync(_server.Operator, person));

    sealed class Eager : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(20);
    }
}
