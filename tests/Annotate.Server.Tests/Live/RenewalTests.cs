using System.Collections.Concurrent;
using System.Net;
using Annotate.Access;
using Annotate.Client;
using Annotate.Coalitions;
using Annotate.Following;
using Annotate.Statements;
using Annotate.Text;
using Annotate.Threads;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Annotate.Server.Tests.Live;

/// <summary>What is slow, or asked for by many at the same time, holds nobody else up.</summary>
public sealed class RenewalTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Grains_that_do_not_answer_delay_no_other_renewal()
    {
        // More than are renewed at the same time.
        string[] sections = [.. Enumerable.Range(0, Annotate.Server.Live.Limits.RenewalsAtOnceMax + 6).Select(i => $"part{i}")];
        var stall = new Stall(sections);
        await using var server = await TestServerHost.StartAsync(
            settings => settings with { FollowRenewSeconds = 1 },
            builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(stall));
        await Harbour.FoundAsync(server.Operator);
        using var ada = server.NewClient(await Harbour.TokenAsync(server.Operator, "ada"));
        foreach (var section in sections)
            await Harbour.PutAsync(ada, $"/api/coalitions/{Harbour.Coalition}/statements/reply/sections/{section}", new { title = "Part", citations = Array.Empty<string>() });
        await using var cat = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "cat"), "messagepack");
        foreach (var section in sections)
            await cat.AskAsync<OpenedText>("OpenText", $"{Harbour.Coalition}.reply.{section}", Array.Empty<byte>());
        await cat.AskAsync<Followed>("Follow", Harbour.Thread, -1L);

        stall.IsOn = true;
        await stall.AllWait.WaitAsync(Patience, Cancelled);
        // Its notice is lost, so that only a renewal can tell of it.
        for (var version = 1; version <= 2; version++)
        {
            await Harbour.PostAsync(ada, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation("unheard"));
            Assert.Equal(version, (await cat.NextAsync<LiveChange>(Harbour.Thread)).Version);
        }

        Assert.Equal(sections.Length, stall.Waiting);
        stall.End();
    }

    [Fact]
    public async Task A_grain_that_goes_is_followed_again_at_once()
    {
        // Renewing comes too late to be what shows the change.
        await using var server = await TestServerHost.StartAsync(settings => settings with { FollowRenewSeconds = 30 });
        await Harbour.FoundAsync(server.Operator);
        using var ada = server.NewClient(await Harbour.TokenAsync(server.Operator, "ada"));
        await using var cat = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "cat"), "messagepack");
        await cat.AskAsync<Followed>("Follow", Harbour.Thread, -1L);
        var grain = server.Grains.GetGrain<IThreadGrain>(Harbour.Thread["thread/".Length..]).AsReference<IGrainManagementExtension>();
        for (var version = 1; version <= 3; version++)
        {
            await grain.DeactivateOnIdle();
            await Harbour.PostAsync(ada, $"{Harbour.ThreadPath}/annotations", Harbour.Annotation("after it went"));
            Assert.Equal(version, (await cat.NextAsync<LiveChange>(Harbour.Thread).WaitAsync(TimeSpan.FromSeconds(10), Cancelled)).Version);
        }
    }

    [Fact]
    public async Task Texts_whose_grains_do_not_answer_delay_the_edits_of_no_other()
    {
        // More than may have edits on their way at the same time.
        var places = Annotate.Server.Live.Limits.TextsWritingPerCoreMax * Environment.ProcessorCount;
        string[] texts = [.. Enumerable.Range(0, places + 6).Select(i => $"{Harbour.Coalition}.paper{i / 100}.part{i % 100}")];
        var stall = new StalledEdits(texts);
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(stall));
        await Harbour.FoundAsync(server.Operator);
        using var ada = server.NewClient(await Harbour.TokenAsync(server.Operator, "ada"));
        foreach (var (statement, section) in texts.Select(text => text.Split('.')).Select(parts => (parts[1], parts[2])))
        {
            var path = $"/api/coalitions/{Harbour.Coalition}/statements/{statement}";
            if (section == "part0") await Harbour.PutAsync(ada, path, new { title = "Paper", destination = "The committee", instrument = "act", draft = "first" });
            await Harbour.PutAsync(ada, $"{path}/sections/{section}", new { title = "Part", citations = Array.Empty<string>() });
        }

        try
        {
            Task<HttpStatusCode>[] stalled = [.. texts.Select(text => EditAsync(ada, text))];
            await stall.AllWait.WaitAsync(Patience, Cancelled);
            Assert.Equal(HttpStatusCode.OK, await EditAsync(ada, Harbour.Text));
            Assert.DoesNotContain(stalled, edit => edit.IsCompleted);
            stall.End();
            Assert.All(await Task.WhenAll(stalled), status => Assert.Equal(HttpStatusCode.OK, status));
        }
        finally
        {
            stall.End();
        }
    }

    static async Task<HttpStatusCode> EditAsync(HttpClient client, string text)
    {
        using var answer = await Harbour.EditAsync(client, text, new YjsTypist(1).Type("word"));
        return answer.StatusCode;
    }

    [Fact]
    public async Task A_revocation_asks_as_often_for_many_connections_as_for_one()
    {
        var count = new Counted();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(count));
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "cat");
        var sockets = new List<YjsSocket>();
        for (var i = 0; i < 200; i++) sockets.Add(await YjsSocket.SyncedAsync(server.Address, Harbour.Text, token));
        await using var hub = await BareHub.OpenAsync(server.Address, token, "json");
        var before = count.Calls;
        using var removed = await server.Operator.DeleteAsync($"/api/coalitions/{Harbour.Coalition}/people/cat", Cancelled);
        Assert.True(removed.IsSuccessStatusCode);
        foreach (var socket in sockets) await socket.WaitAsync(it => it.IsClosed);
        await hub.Ended;
        var calls = count.Calls - before;
        Assert.All(sockets, socket => Assert.Equal(4404, (int?)socket.CloseStatus));
        Assert.True(calls < sockets.Count / 2, $"{calls} calls for {sockets.Count} connections");
        foreach (var socket in sockets) await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_costs_no_more_than_the_state_vector_and_whoever_holds_all_gets_no_text_again()
    {
        var openings = new Openings();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(openings));
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "ada");
        await using var ada = await BareHub.OpenAsync(server.Address, token, "messagepack");
        await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await ada.AskAsync<EditAnswer>("Edit", Harbour.Text, new YjsTypist(1).Type(new string('w', 10_000)));
        var before = openings.Count;
        for (var i = 0; i < 5; i++)
        {
            await using var stock = await YjsSocket.OpenAsync(server.Address, Harbour.Text, token);
            await stock.WaitAsync(it => it.Asked.Count > 0);
            Assert.Equal(ClientClocks.Encode([new ClientClock(1, 10_000)]), stock.Asked[0]);
        }

        Assert.Equal(before, openings.Count);
        var opened = await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, ClientClocks.Encode([new ClientClock(1, 10_000)]));
        Assert.Equal([0, 0], opened.Update);
        opened = await ada.AskAsync<OpenedText>("OpenText", Harbour.Text, ClientClocks.Encode([new ClientClock(1, 9_999)]));
        Assert.True(Updates.TryStateVectorOf(opened.Update, out _) && opened.Update.Length is > 2 and < 100);
    }

    /// <summary>Counts how often a text is opened.</summary>
    sealed class Openings : IIncomingGrainCallFilter
    {
        int _count;

        public int Count => Volatile.Read(ref _count);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.TargetContext.GrainInstance is SectionGrain && context.MethodName == nameof(SectionGrain.OpenAsync)) Interlocked.Increment(ref _count);
            return context.Invoke();
        }
    }

    /// <summary>Keeps the renewals of some sections waiting, and loses every notice.</summary>
    sealed class Stall(string[] sections) : IOutgoingGrainCallFilter
    {
        readonly ConcurrentDictionary<string, byte> _waiting = [];
        readonly TaskCompletionSource _allWait = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsOn;

        public int Waiting => _waiting.Count;

        public Task AllWait => _allWait.Task;

        public void End() => _end.TrySetResult();

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (IsOn && context.MethodName == nameof(ITopicObserver.ChangedAsync)) return;
            var section = context.TargetId.Key.ToString()?.Split('/')[^1] ?? "";
            if (IsOn && context.MethodName == nameof(ITopicGrain.FollowAsync) && sections.Contains(section))
            {
                Assert.True(_waiting.TryAdd(section, 0), "One that waits is asked again.");
                if (_waiting.Count == sections.Length) _allWait.TrySetResult();
                await _end.Task;
                _waiting.TryRemove(section, out _);
            }

            await context.Invoke();
        }
    }

    /// <summary>Keeps the edits of some texts waiting.</summary>
    sealed class StalledEdits(string[] texts) : IOutgoingGrainCallFilter
    {
        readonly TaskCompletionSource _allWait = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _waiting;

        public Task AllWait => _allWait.Task;

        public void End() => _end.TrySetResult();

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.MethodName == nameof(ISectionGrain.EditAsync) && texts.Contains(context.TargetId.Key.ToString()!.Replace('/', '.')))
            {
                if (Interlocked.Increment(ref _waiting) == texts.Length) _allWait.TrySetResult();
                await _end.Task;
            }

            await context.Invoke();
        }
    }

    /// <summary>Counts how often grants and revocations are asked for.</summary>
    sealed class Counted : IIncomingGrainCallFilter
    {
        int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName == nameof(ITopicGrain.FollowAsync) && context.TargetContext.GrainInstance is CoalitionGrain or RevocationGrain)
                Interlocked.Increment(ref _calls);
            return context.Invoke();
        }
    }
}
