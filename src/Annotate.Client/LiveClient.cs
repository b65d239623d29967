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
    /// <summary>For how long what came before the server's goodbye may still be handed over.</summary>
    static readonly TimeSpan LastMessages = TimeSpan.FromSeconds(2);

    readonly HubConnection _connection;
    readonly Dictionary<string, Opening> _open = [];
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
        _connection.On<string, long, PlainChange[]>(
            nameof(ILiveClient.PlainText), (text, version, changes) => Find<FollowedPlainText>(FollowedPlainText.NameOf(text))?.Take(version, changes));
        _connection.On<string, long, string>(
            nameof(ILiveClient.PlainTextReset), (text, version, plain) => Find<FollowedPlainText>(FollowedPlainText.NameOf(text))?.Reset(version, plain));
        _connection.Reconnecting += _ => _connected.CancelAsync();
        _connection.On<string, string>(nameof(ILiveClient.Gone), (topic, problem) => TakeAway(topic, LiveException.Of(problem)));
        _connection.Reconnected += _ => ResumeAllAsync();
        _connection.Closed += EndAllAsync;
    }

    /// <summary>News of a topic that wait for their reader, at most.</summary>
    internal int UnreadMax { get; init; } = 10_000;

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

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

    /// <summary>Follows what a text says: all of it first, then every change.</summary>
    /// <param name="text">Its id, such as <c>coalition.statement.section</c>.</param>
    /// <exception cref="LiveException">There is no such text, or it may not be seen.</exception>
    public async Task<FollowedPlainText> FollowPlainTextAsync(string text)
    {
        var followed = new FollowedPlainText(text, this);
        await OpenAsync(FollowedPlainText.NameOf(text), followed);
        return followed;
    }

    /// <summary>Ends what is followed and open, and the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var opening in TakeAll()) opening.End(null);
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

    /// <summary>Resumes something that fell behind by itself.</summary>
    internal void Resume(string name)
    {
        Opening? opening;
        lock (_lock) opening = _open.GetValueOrDefault(name);
        if (opening is not null) _ = ResumeAsync(name, opening, _connected.Token);
    }

    async Task OpenAsync(string name, IResumable resumable)
    {
        var opening = new Opening(resumable);
        lock (_lock)
            if (!_open.TryAdd(name, opening)) throw new InvalidOperationException($"'{name}' is open already.");
        try
        {
            await OpenAsync(opening);
        }
        catch
        {
            TryRemove(name, opening);
            throw;
        }
    }

    async Task OpenAsync(Opening opening)
    {
        try
        {
            await opening.ResumeAsync();
        }
        catch (Exception exception) when (IsLoss(exception) && _connection.State != HubConnectionState.Disconnected)
        {
            // The connection is coming back, or has come back by now, and whoever resumes all the others resumes this, too.
            await opening.Opened;
        }
    }

    async Task ResumeAllAsync()
    {
        // One after the other: a connection that went while all was being resumed has ended that by now, or soon will.
        await _resuming.WaitAsync();
        try
        {
            KeyValuePair<string, Opening>[] all;
            lock (_lock) all = [.. _open];
            _connected = new CancellationTokenSource();
            await Task.WhenAll(Array.ConvertAll(all, open => ResumeAsync(open.Key, open.Value, _connected.Token)));
        }
        finally
        {
            _resuming.Release();
        }
    }

    async Task ResumeAsync(string name, Opening opening, CancellationToken whileConnected)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await opening.ResumeAsync();
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
                TakeAway(name, exception);
                return;
            }
            catch (Exception exception) when (IsLoss(exception))
            {
                // The connection went again; the next reconnection resumes.
                return;
            }
        }
    }

    // It will not come back: the policy gave up, or the server said so. Nobody shall wait for ever.
    internal async Task EndAllAsync(Exception? reason)
    {
        // What was open on this connection: while it waits, the next one may be there, and something open on that.
        KeyValuePair<string, Opening>[] all;
        lock (_lock) all = [.. _open];
        // SignalR may say that the connection has closed before it has handed over the last messages; they tell why.
        if (reason is null && all.Length > 0) await Task.Delay(LastMessages);
        foreach (var (name, opening) in all)
            if (TryRemove(name, opening)) opening.End(reason ?? new IOException("The connection was closed."));
    }

    /// <summary>The connection went, or was not there.</summary>
    internal static bool IsLoss(Exception exception) =>
        exception is InvalidOperationException or IOException or OperationCanceledException or WebSocketException;

    /// <summary>Cancelled when the connection that is up now goes.</summary>
    internal CancellationToken WhileConnected => _connected.Token;

    void TakeAway(string name, LiveException reason)
    {
        Opening? gone;
        lock (_lock) _open.Remove(name, out gone);
        gone?.End(reason);
    }

    T? Find<T>(string name) where T : class, IResumable
    {
        lock (_lock) return _open.GetValueOrDefault(name)?.It as T;
    }

    bool TryRemove(string name, Opening opening)
    {
        lock (_lock) return _open.GetValueOrDefault(name) == opening && _open.Remove(name);
    }

    Opening[] TakeAll()
    {
        lock (_lock)
        {
            Opening[] all = [.. _open.Values];
            _open.Clear();
            return all;
        }
    }

    /// <summary>Something that is followed or open, resumed by one caller after the other: whoever opened it, and each reconnection.</summary>
    sealed class Opening(IResumable it)
    {
        readonly Lock _lock = new();
        Task _last = Task.CompletedTask;
        readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IResumable It => it;

        /// <summary>Completed when it was resumed for the first time; fails when it ended before.</summary>
        public Task Opened => _opened.Task;

        public Task ResumeAsync()
        {
            lock (_lock) return _last = ResumeAfterAsync(_last);
        }

        public void End(Exception? reason)
        {
            it.End(reason);
            if (_opened.TrySetException(reason ?? new ObjectDisposedException(nameof(LiveClient)))) _ = _opened.Task.Exception;
        }

        async Task ResumeAfterAsync(Task last)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            await it.ResumeAsync();
            _opened.TrySetResult();
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
