using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Annotate.Client;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Live;

/// <summary>A bare connection to <c>/live</c>, in either protocol: what the server calls is kept as it comes, nothing is filtered.</summary>
sealed class BareHub : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly HubConnection _connection;
    readonly ConcurrentDictionary<string, Channel<object>> _calls = [];
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    BareHub(HubConnection connection)
    {
        _connection = connection;
        connection.On<string, LiveChange[]>(nameof(ILiveClient.Changed), (topic, changes) =>
        {
            foreach (var change in changes) Put(topic, change);
        });
        connection.On<string, long, string>(nameof(ILiveClient.Reset), (topic, version, state) => Put(topic, new Followed(version, state)));
        connection.On<string, long, byte[]>(nameof(ILiveClient.Text), (text, version, update) => Put(text, new OpenedText(version, update, [])));
        connection.On<string, byte[]>(nameof(ILiveClient.Aware), (text, awareness) => Put("aware " + text, awareness));
        connection.On<string, long, PlainChange[]>(
            nameof(ILiveClient.PlainText), (text, version, changes) => Put("plain/" + text, new PlainTextNews(version, "", changes)));
        connection.On<string, long, string>(
            nameof(ILiveClient.PlainTextReset), (text, version, plain) => Put("plain/" + text, new PlainTextNews(version, plain, null)));
        connection.On<string, string>(nameof(ILiveClient.Gone), (topic, problem) =>
            Put(topic, JsonSerializer.Deserialize<LiveProblem>(problem, JsonSerializerOptions.Web)!));
        connection.Closed += _ =>
        {
            _ended.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Completed when the connection has ended.</summary>
    public Task Ended => _ended.Task.WaitAsync(Patience);

    public bool IsConnected => _connection.State == HubConnectionState.Connected;

    /// <param name="protocol"><c>json</c> or <c>messagepack</c>.</param>
    public static async Task<BareHub> OpenAsync(Uri server, string? token, string protocol)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(server, "/live"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult(token);
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
        });
        if (protocol == "messagepack") builder.AddMessagePackProtocol();
        var hub = new BareHub(builder.Build());
        await hub._connection.StartAsync().WaitAsync(Patience);
        return hub;
    }

    public Task<T> AskAsync<T>(string method, params object?[] arguments) => _connection.InvokeCoreAsync<T>(method, arguments).WaitAsync(Patience);

    public Task TellAsync(string method, params object?[] arguments) => _connection.InvokeCoreAsync(method, arguments).WaitAsync(Patience);

    /// <summary>The problem with which a call is refused.</summary>
    public async Task<LiveProblem> ProblemOfAsync(string method, params object?[] arguments)
    {
        var words = await ErrorOfAsync(method, arguments);
        return JsonSerializer.Deserialize<LiveProblem>(words.AsSpan(words.IndexOf('{')), JsonSerializerOptions.Web)!;
    }

    /// <summary>The words with which a call fails.</summary>
    public async Task<string> ErrorOfAsync(string method, params object?[] arguments) =>
        (await Assert.ThrowsAsync<HubException>(() => TellAsync(method, arguments))).Message;

    /// <summary>The next that came for a topic or text ("aware " and the text for awareness).</summary>
    public async Task<T> NextAsync<T>(string topic) => Assert.IsType<T>(await NextAsync(topic));

    /// <summary>The same, whatever it is.</summary>
    public Task<object> NextAsync(string topic) => ChannelOf(topic).Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Whether something came for the topic that was not read yet.</summary>
    public bool HasMore(string topic) => ChannelOf(topic).Reader.Count > 0;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    void Put(string topic, object call) => Assert.True(ChannelOf(topic).Writer.TryWrite(call));

    Channel<object> ChannelOf(string topic) => _calls.GetOrAdd(topic, _ => Channel.CreateUnbounded<object>());
}
