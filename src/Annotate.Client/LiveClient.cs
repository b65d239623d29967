using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Client;

/// <summary>
/// A connection to an Annotate server's <c>/live</c>. It comes back by itself, for as long as it takes, and everything that was followed
/// or open resumes where it was: topics by version, texts by what both sides hold.
/// </summary>
public sealed class LiveClient : IAsyncDisposable
{
    readonly HubConnection _connection;
    readonly Dictionary<string, IResumable> _open = [];
    readonly Lock _lock = new();
    readonly SemaphoreSlim _resuming = new(1);
    CancellationTokenSource _connected = new();

    /// <param name="server">The server's address, such as <c>http://localhost:5080</c>.</param>
    /// <param name="token">Gives the bearer token whenever the connection is made.</param>
    /// <param name="reconnect">Waits between attempts; doubling from 100 ms to 10 s when not given. Never gives up.</param>
    public LiveClient(Uri server, Func<Task<string?>> token, IRetryPolicy? reconnect = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        _connection = new HubConnectionBuilder()
            .WithUrl(new Uri(server, "/live"), options =>
            {
                options.AccessTokenProvider = token;
                // Without negotiation any server of a cluster will do, so that no sticky sessions are needed.
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
            })
            .AddMessagePackProtocol()
            .WithAutomaticReconnect(reconnect ?? new PatientReconnect())
            .Build();
        _connection.On<string, LiveChange[]>(nameof(ILiveClient.Changed), (topic, changes) => Find<FollowedTopic>(topic)?.Take(changes));
        _connection.On<string, long, string>(nameof(ILiveClient.Reset), (topic, version, state) => Find<FollowedTopic>(topic)?.Reset(version, state));
        _connection.On<string, long, byte[]>(nameof(ILiveClient.Text), (text, version, update) => Find<OpenText>(text)?.Take(version, update));
        _connection.On<string, byte[]>(nameof(ILiveClient.Aware), (text, awareness) => Find<OpenText>(text)?.TakeAwareness(awareness));
        _connection.Reconnecting += _ => _connected.CancelAsync();
        _connection.On<string, string>(nameof(ILiveClient.Gone), (topic, problem) => TakeAway(topic, LiveException.Of(problem)));
        _connection.Reconnected += _ => ResumeAllAsync();
    }

    /// <summary>Whether the connection is up, coming back, or down.</summary>
    public HubConnectionState State => _connection.State;

    /// <summary>Connects for the first time.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or the token is refused.</exception>
    public Task ConnectAsync(CancellationToken cancellation = default) => _connection.StartAsync(cancellation);

    /// <summary>Follows a topic: the state first (unless a version is named), then every change, once each, in order.</summary>
    /// <param name="topic">Kind and key, such as <c>coalition/practice</c>.</param>
    /// <param name="since">The last version that is known already; -1 for the state.</param>
    /// <exception cref="LiveException">There is no such topic, or it may not be seen.</exception>
    public async Task<FollowedTopic> FollowAsync(string topic, long since = -1)
    {
        var followed = new FollowedTopic(topic, since, this);
        await OpenAsync(topic, followed);
        return followed;
    }

    /// <summary>Opens a text.</summary>
    /// <param name="text">Its id, such as <c>coalition.statement.section</c>.</param>
    /// <exception cref="LiveException">There is no such text, or it may not be seen.</exception>
    public async Task<OpenText> OpenTextAsync(string text)
    {
        var open = new OpenText(text, this);
        await OpenAsync(text, open);
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in TakeAll()) open.End(null);
        await _connected.CancelAsync();
        await _connection.DisposeAsync();
    }

    internal async Task<T> InvokeAsync<T>(string method, params object?[] arguments)
    {
        try
        {
            return await _connection.InvokeCoreAsync<T>(method, arguments);
        }
        catch (Microsoft.AspNetCore.SignalR.HubException exception)
        {
            throw LiveException.Of(exception);
        }
    }

    internal async Task CloseAsync(string topic, string method)
    {
        lock (_lock) _open.Remove(topic);
        if (_connection.State == HubConnectionState.Connected) await _connection.InvokeCoreAsync(method, [topic]);
    }

    async Task OpenAsync(string name, IResumable resumable)
    {
        lock (_lock)
            if (!_open.TryAdd(name, resumable)) throw new InvalidOperationException($"'{name}' is open already.");
        try
        {
            await resumable.ResumeAsync();
        }
        catch
        {
            lock (_lock) _open.Remove(name);
            throw;
        }
    }

    async Task ResumeAllAsync()
    {
        // One after the other: a connection that went while all was being resumed has ended that by now, or soon will.
        await _resuming.WaitAsync();
        try
        {
            IResumable[] all;
            lock (_lock) all = [.. _open.Values];
            _connected = new CancellationTokenSource();
            await Task.WhenAll(Array.ConvertAll(all, resumable => ResumeAsync(resumable, _connected.Token)));
        }
        finally
        {
            _resuming.Release();
        }
    }

    static async Task ResumeAsync(IResumable resumable, CancellationToken whileConnected)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await resumable.ResumeAsync();
                return;
            }
            catch (LiveException exception) when (exception.IsPassing)
            {
                await Waits.BeforeAsync(tries, whileConnected);
                if (whileConnected.IsCancellationRequested) return;
            }
            catch (LiveException exception)
            {
                // It may not be seen any more; the others go on.
                resumable.End(exception);
                return;
            }
            catch (Exception exception) when (IsLoss(exception))
            {
                // The connection went again; the next reconnection resumes.
                return;
            }
        }
    }

    /// <summary>The connection went, or was not there.</summary>
    internal static bool IsLoss(Exception exception) =>
        exception is InvalidOperationException or IOException or OperationCanceledException or WebSocketException;

    /// <summary>Cancelled when the connection that is up now goes.</summary>
    internal CancellationToken WhileConnected => _connected.Token;
    void TakeAway(string name, LiveException reason)
    {
        IResumable? gone;
        lock (_lock) _open.Remove(name, out gone);
        gone?.End(reason);
    }

    T? Find<T>(string name) where T : class, IResumable
    {
        lock (_lock) return _open.GetValueOrDefault(name) as T;
    }

    IResumable[] TakeAll()
    {
        lock (_lock)
        {
            IResumable[] all = [.. _open.Values];
            _open.Clear();
            return all;
        }
    }

    sealed class PatientReconnect : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => Waits.Before(retryContext.PreviousRetryCount);
    }
}

/// <summary>How long is waited before something is tried again: doubling from 100 ms to 10 s.</summary>
static class Waits
{
    const int FirstMilliseconds = 100, MostMilliseconds = 10_000;

    public static TimeSpan Before(long tries) =>
        TimeSpan.FromMilliseconds(Math.Min(MostMilliseconds, FirstMilliseconds << (int)Math.Min(10, tries)));

    /// <summary>Waits so long, or until it makes no sense any more.</summary>
    public static async Task BeforeAsync(long tries, CancellationToken cancelled) =>
        await Task.Delay(Before(tries), cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

interface IResumable
{
    Task ResumeAsync();

    /// <param name="reason">Null when the client itself closes.</param>
    void End(Exception? reason);
}
