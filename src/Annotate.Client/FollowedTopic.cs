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
    /// <summary>News a reader may be behind; one further behind gets the state again instead.</summary>
    const int UnreadMax = 10_000;

    // Not for a single reader only: such a channel cannot count what is unread.
    readonly Channel<TopicNews> _news = Channel.CreateUnbounded<TopicNews>();
    readonly LiveClient _client;
    readonly Lock _lock = new();
    List<Action>? _held;
    long _version;

    internal FollowedTopic(string topic, long since, LiveClient client)
    {
        Topic = topic;
        _version = since;
        _client = client;
    }

    public string Topic { get; }

    /// <summary>The last version that was received.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The news, for one reader. Ends when the topic is closed; throws <see cref="LiveException"/> when the right to it went.</summary>
    public IAsyncEnumerable<TopicNews> ReadAllAsync(CancellationToken cancellation = default) => _news.Reader.ReadAllAsync(cancellation);

    /// <summary>Follows it no longer.</summary>
    public Task CloseAsync()
    {
        ((IResumable)this).End(null);
        return _client.CloseAsync(Topic, "Unfollow");
    }

    async Task IResumable.ResumeAsync()
    {
        // What is pushed before the answer comes is held back until the answer is in.
        lock (_lock) _held = [];
        var isBehind = _news.Reader.Count > UnreadMax;
        var followed = await _client.InvokeAsync<Followed>("Follow", Topic, isBehind ? -1 : Version);
        lock (_lock)
        {
            if (followed.State is not null) Put(followed.Version, followed.State);
            var held = _held;
            _held = null;
            foreach (var take in held!) take();
        }
    }

    void IResumable.End(Exception? reason) => _news.Writer.TryComplete(reason);

    internal void Take(LiveChange[] changes)
    {
        lock (_lock)
        {
            if (_held is not null)
            {
                _held.Add(() => Take(changes));
                return;
            }

            foreach (var change in changes)
            {
                if (change.Version <= _version) continue;
                _version = change.Version;
                _news.Writer.TryWrite(new TopicNews(change.Version, null, change));
            }
        }
    }

    internal void Reset(long version, string state)
    {
        lock (_lock)
        {
            if (_held is not null) _held.Add(() => Reset(version, state));
            else if (version > _version) Put(version, state);
        }
    }

    void Put(long version, string state)
    {
        _version = version;
        _news.Writer.TryWrite(new TopicNews(version, state, null));
    }
}
