using Annotate.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>
/// Reads a followed topic to its end and keeps what came, version by version; a gap, a repeat or a step back is a fault (G2). So is the whole
/// state where the changes could have come: it is given to whoever is new, or missed more than one answer holds.
/// </summary>
sealed class FollowedRecord
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly FollowedTopic _topic;
    readonly Tally _tally;
    readonly Dictionary<long, LiveChange> _changes = [];
    readonly List<(Func<bool> Holds, TaskCompletionSource Done)> _waits = [];
    readonly Lock _lock = new();
    string? _fault;
    long _version = -1;

    FollowedRecord(FollowedTopic topic, long since, Tally tally)
    {
        (_topic, _tally) = (topic, tally);
        _version = First = since;
        _ = ReadAsync();
    }

    public static async Task<FollowedRecord> StartAsync(LiveClient client, string topic, Tally tally, long since = -1) =>
        new(await client.FollowAsync(topic, since), since, tally);

    public string Topic => _topic.Topic;

    public long Version => Volatile.Read(ref _version);

    /// <summary>The version it began with: of its first state, unless it named one. Every change after it came.</summary>
    public long First { get; private set; }

    /// <summary>How often the whole state came.</summary>
    public int States { get; private set; }

    /// <summary>The state that came last, as JSON.</summary>
    public string? State { get; private set; }

    public IReadOnlyDictionary<long, LiveChange> Changes
    {
        get
        {
            lock (_lock) return new Dictionary<long, LiveChange>(_changes);
        }
    }

    public async Task WaitAsync(long version)
    {
        await WaitAsync(() => Version >= version);
        Assert.Equal(version, Version);
    }

    /// <summary>Waits until it is at a version, the last one; then every change up to there has come, once.</summary>
    public async Task CheckAsync(long last)
    {
        await WaitAsync(last);
        lock (_lock)
        {
            Assert.Null(_fault);
            Assert.Equal(Enumerable.Range(1, (int)(last - First)).Select(n => First + n), _changes.Keys.Order());
        }
    }

    public async Task WaitAsync(Func<bool> holds)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            Assert.Null(_fault);
            if (holds()) return;
            _waits.Add((holds, done));
        }

        try
        {
            await done.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Topic} stays at version {Version}.");
        }

        Assert.Null(_fault);
    }

    async Task ReadAsync()
    {
        try
        {
            await foreach (var news in _topic.ReadAllAsync())
            {
                lock (_lock) Take(news);
                _tally.Add();
            }
        }
        catch (Exception exception)
        {
            lock (_lock) Fail(exception.ToString());
        }
    }

    void Take(TopicNews news)
    {
        if (news.Change is { } change)
        {
            if (change.Version != _version + 1) Fail($"{Topic}: {change.Version} came after {_version}.");
            if (!_changes.TryAdd(change.Version, change)) Fail($"{Topic}: {change.Version} came twice.");
        }
        else
        {
            if (news.Version < _version) Fail($"{Topic}: the state {news.Version} came after {_version}.");
            if (First >= 0 && news.Version - _version <= Annotate.Limits.CatchUpEntriesMax) Fail($"{Topic}: the whole state {news.Version} came instead of the changes after {_version}.");
            States++;
            State = news.State;
            First = news.Version;
            _changes.Clear();
        }

        _version = news.Version;
        Look();
    }

    void Fail(string fault)
    {
        _fault ??= fault;
        foreach (var (_, done) in _waits) done.TrySetResult();
    }

    void Look()
    {
        foreach (var (holds, done) in _waits.ToArray())
            if (holds()) done.TrySetResult();
        _waits.RemoveAll(wait => wait.Done.Task.IsCompleted);
    }
}
