using Annotate.Client;
using Annotate.Server.Live;
using Annotate.Statements;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>What calls to the hub leave behind: in the log, and among the connections.</summary>
public sealed class HubCallLogTests
{
    [Fact]
    public async Task Refused_calls_leave_no_trace_and_a_fault_leaves_one()
    {
        var faults = new Faults();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(faults));
        await Harbour.FoundAsync(server.Operator);
        await using var cat = await BareHub.OpenAsync(server.Address, await Harbour.TokenAsync(server.Operator, "cat"), "json");
        var before = server.Log.Lines.Count;
        for (var i = 0; i < 10; i++)
        {
            await cat.ErrorOfAsync("Follow", "nonsense", -1L);
            await cat.ErrorOfAsync("Follow", "thread/elsewhere/coalition/act/art_1", -1L);
            await cat.ErrorOfAsync("Edit", Harbour.Text, Array.Empty<byte>());
            await cat.ErrorOfAsync("Follow", 5, "five");
            await cat.ErrorOfAsync("NoSuchMethod");
        }

        var said = server.Log.Lines.Skip(before).Where(IsLoud).ToArray();
        Assert.True(said.Length == 0, string.Join('\n', said));

        faults.AreOn = true;
        var words = await cat.ErrorOfAsync("OpenText", Harbour.Text, Array.Empty<byte>());
        Assert.DoesNotContain(Faults.Words, words, StringComparison.Ordinal);
        var fault = Assert.Single(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("OpenText failed", fault, StringComparison.Ordinal);
        Assert.Contains(Faults.Words, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_could_not_begin_is_not_kept()
    {
        var refusal = new RefusesBeginnings();
        await using var server = await TestServerHost.StartAsync(
            configure: builder => builder.Services.Configure<HubOptions>(options => options.AddFilter(refusal)));
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "cat");
        var connections = server.Services.GetRequiredService<LiveConnections>();
        refusal.IsOn = true;
        await using (var cat = await BareHub.OpenAsync(server.Address, token, "json")) await cat.Ended;
        refusal.IsOn = false;
        // The server is done with it a moment after its client knows.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (connections.Count > 0) await server.Operator.GetAsync("/api/me", patience.Token);
        await using var again = await BareHub.OpenAsync(server.Address, token, "json");
        await again.AskAsync<Followed>("Follow", Harbour.Thread, -1L);
    }

    static bool IsLoud(string line) => !line.StartsWith("Information", StringComparison.Ordinal);

    sealed class Faults : IIncomingGrainCallFilter
    {
        public const string Words = "A fault of the test's.";

        public volatile bool AreOn;

        public Task Invoke(IIncomingGrainCallContext context) =>
            AreOn && context.TargetContext.GrainInstance is SectionGrain && context.MethodName == nameof(SectionGrain.OpenAsync)
                ? throw new InvalidOperationException(Words)
                : context.Invoke();
    }

    sealed class RefusesBeginnings : IHubFilter
    {
        public volatile bool IsOn;

        public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next) =>
            IsOn ? throw new InvalidOperationException("Not now.") : next(context);
    }
}
