using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Annotate.Client;

/// <summary>News of a topic: either its whole state, or one change.</summary>
/// <param name="Version">Of the state, or of the change.</param>
/// <param name="State">JSON as the topic's HTTP GET gives it; null for a change.</param>
/// <param name="Change">Null for a state.</param>
public sealed record TopicNews(long Version, string? State, LiveChange? Change);

/// <summary>A topic that is followed. Its news come once each, in order, over reconnections too.</summary>
public sealed class FollowedTopic : IResumable
{
    /// <summary>Messages that are held back until the answer to Follow is in.</summary>
    const int HeldMax = 64;

    readonly Channel<TopicNews> _news;
    readonly LiveClient _client;
    readonly Lock _lock = new();
    List<Action>? _held;
    bool _isBehind;
    bool _isCatchingUp;
    Task _lettingGo = Task.CompletedTask;
    long _version;

    internal FollowedTopic(string topic, long since, LiveClient client)
    {
        Topic = topic;
        _version = since;
        _client = client;
        _news = Channel.CreateBounded<TopicNews>(client.UnreadMax);
    }

    /// <summary>Kind and key, such as <c>coalition/practice</c>.</summary>
    public string Topic { get; }

    /// <summary>The last version that was received.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>
    /// The news, for one reader. Ends when the topic is closed; throws <see cref="LiveException"/> when the right to it went. A reader who
    /// falls far behind costs no more than that: nothing more is sent until all that waits is read, and then from there on.
    /// </summary>
    public async IAsyncEnumerable<TopicNews> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        do
        {
            while (_news.Reader.TryRead(out var news)) yield return news;
            lock (_lock) CatchUp();
        }
        while (await _news.Reader.WaitToReadAsync(cancellation));
    }

    /// <summary>Follows it no longer.</summary>
    public Task CloseAsync()
    {
        ((IResumable)this).End(null);
        return _client.CloseAsync(Topic, "Unfollow");
    }

    async Task IResumable.ResumeAsync()
    {
        await _lettingGo.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            // The reader asks for it when everything that waits is read.
            if (_isBehind && _news.Reader.Count > 0) return;
            // What is pushed before the answer comes is held back until the answer is in.
            (_held, _isBehind, _isCatchingUp) = ([], false, false);
        }

        var followed = await FollowAsync();
        lock (_lock)
        {
            var held = _held!;
            _held = null;
            if (followed.State is not null) Put(followed.Version, followed.State);
            foreach (var take in held) take();
            if (held.Count == HeldMax) FallBehind();
        }
    }

    void IResumable.End(Exception? reason) => _news.Writer.TryComplete(reason);

    async Task<Followed> FollowAsync()
    {
        try
        {
            return await _client.InvokeAsync<Followed>("Follow", Topic, Version);
        }
        catch (LiveException exception) when (exception.Problem.Status == 409)
        {
            // Whoever opened it and a reconnection met: this connection follows it already, from an earlier version perhaps.
            await _client.InvokeAsync<object?>("Unfollow", Topic);
            return await _client.InvokeAsync<Followed>("Follow", Topic, Version);
        }
    }

    internal void Take(LiveChange[] changes)
    {
        lock (_lock)
        {
            if (IsHeld(() => Take(changes))) return;
            foreach (var change in changes)
            {
                if (_isBehind) return;
                // What was on its way when the topic was let go may come behind a gap, and comes again when it is followed again.
                if (change.Version != _version + 1) continue;
                if (_news.Writer.TryWrite(new TopicNews(change.Version, null, change))) _version = change.Version;
                else FallBehind();
            }
        }
    }

    internal void Reset(long version, string state)
    {
        lock (_lock)
        {
            if (IsHeld(() => Reset(version, state))) return;
            if (!_isBehind && version > _version) Put(version, state);
        }
    }

    bool IsHeld(Action take)
    {
        if (_held is null) return false;
        if (_held.Count < HeldMax) _held.Add(take);
        return true;
    }

    void Put(long version, string state)
    {
        if (_news.Writer.TryWrite(new TopicNews(version, state, null))) _version = version;
        else FallBehind();
    }

    void FallBehind()
    {
        if (_isBehind) return;
        _isBehind = true;
        _lettingGo = _client.InvokeAsync<object?>("Unfollow", Topic);
        // Its reader may have read all of it meanwhile, and then nothing wakes it any more.
        CatchUp();
    }

    // Under the lock.
    void CatchUp()
    {
        if (!_isBehind || _isCatchingUp || _news.Reader.Count > 0) return;
        _isCatchingUp = true;
        _client.Resume(Topic);
    }
}
