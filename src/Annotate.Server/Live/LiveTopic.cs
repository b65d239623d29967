using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Server.Live;

/// <summary>
/// One topic as one silo follows it: the entries that came last, and the subscriptions of the silo's own connections. A notification is
/// a hint; a gap, or a renewal that finds more, is filled from the grain. Each subscription reads from here at its own pace, so that a
/// slow connection holds nothing but its place.
/// </summary>
class LiveTopic : ITopicObserver
{
    readonly ITopicGrain _grain;
    readonly IGrainFactory _grains;
    readonly ITopicObserver _reference;
    readonly Lock _lock = new();
    Task _renewing = Task.CompletedTask;
    Subscription[] _subscriptions = [];
    Change[] _changes = new Change[16];
    int _first;
    int _count;
    long _bytes;
    long _version = FollowAnswer.Never;

    public LiveTopic(string topic, ITopicGrain grain, IGrainFactory grains, ILogger logger)
    {
        Topic = topic;
        _grain = grain;
        _grains = grains;
        _reference = grains.CreateObjectReference<ITopicObserver>(this);
        Logger = logger;
    }

    public string Topic { get; }

    /// <summary>The grain does not know its followers any more: follow again, by a call that begins after this.</summary>
    public event Action? Left;

    protected ILogger Logger { get; }

    /// <summary>The last version this silo knows of; -1 before it follows.</summary>
    public long Version => Volatile.Read(ref _version);

    public IReadOnlyList<Subscription> Subscriptions => Volatile.Read(ref _subscriptions);

    /// <summary>One entry as it goes to clients.</summary>
    internal readonly record struct Change(long Version, Entry Entry, long Origin);

    public void Add(Subscription subscription)
    {
        lock (_lock)
        {
            // Its connection may have gone while it was being set up.
            if (subscription.HasEnded) return;
            _subscriptions = [.. _subscriptions, subscription];
        }

        subscription.Wake();
    }

    /// <returns>Whether nobody is left.</returns>
    public bool Remove(Subscription subscription)
    {
        lock (_lock) _subscriptions = Array.FindAll(_subscriptions, other => other != subscription);
        return Subscriptions.Count == 0;
    }

    /// <summary>Follows the grain, or renews; fills what a lost notification left out. Callers at the same time share one call.</summary>
    public Task RenewAsync()
    {
        lock (_lock) return _renewing.IsCompleted ? _renewing = RenewOnceAsync() : _renewing;
    }

    /// <summary>The same by a call that begins after this one: what is under way may have been answered by an activation that has gone.</summary>
    public async Task FollowAgainAsync()
    {
        Task running;
        lock (_lock) running = _renewing;
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await RenewAsync();
    }

    /// <summary>Follows it no longer, for good.</summary>
    public async Task UnfollowAsync()
    {
        try
        {
            await _grain.UnfollowAsync(_reference);
        }
        finally
        {
            _grains.DeleteObjectReference<ITopicObserver>(_reference);
        }
    }

    /// <summary>Asks the grain itself for what happened after <paramref name="since"/>: for a subscription further behind than is kept here.</summary>
    public Task<FollowAnswer> AskAsync(long since) => _grain.FollowAsync(_reference, since);

    public async Task ChangedAsync(TopicNotice notice)
    {
        if (Take(notice.From, notice.Entries, notice.Origins))
        {
            WakeAll();
            return;
        }

        await RenewQuietlyAsync();
        // The renewal may have been on its way before the notice was written.
        if (Version < notice.From + notice.Entries.Count - 1) await RenewQuietlyAsync();
    }

    public virtual Task AwareAsync(AwarenessNotice notice) => Task.CompletedTask;

    public Task LeftAsync()
    {
        Left?.Invoke();
        return Task.CompletedTask;
    }

    /// <summary>Called at every renewal, for what has to be looked after.</summary>
    public virtual void Tend() { }

    /// <summary>The changes after <paramref name="since"/>; false when some of them are not kept here any more.</summary>
    internal bool TryRead(long since, int most, out Change[] changes)
    {
        lock (_lock)
        {
            changes = [];
            if (since >= _version) return true;
            var missed = _version - since;
            if (missed > _count) return false;
            var take = (int)Math.Min(missed, most);
            changes = new Change[take];
            for (var i = 0; i < take; i++) changes[i] = _changes[Slot(_count - (int)missed + i)];
            return true;
        }
    }

    protected virtual void WakeAll()
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions)) subscription.Wake();
    }

    async Task RenewOnceAsync()
    {
        // Elsewhere: the lock is held until the task is known.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var known = Version;
        var answer = await _grain.FollowAsync(_reference, known < 0 ? FollowAnswer.VersionOnly : known);
        if (known < 0) Begin(answer.Version);
        else if (answer.State is not null) JumpTo(answer.Version);
        else Take(known + 1, answer.Entries, null);
        WakeAll();
    }

    async Task RenewQuietlyAsync()
    {
        try
        {
            await RenewAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The next renewal asks again; followers only wait longer.
            Logger.LogWarning(exception, "{Topic} could not be asked for what its follower missed", Topic);
        }
    }

    void Begin(long version)
    {
        lock (_lock)
            if (_version < 0) _version = version;
    }

    void JumpTo(long version)
    {
        lock (_lock)
        {
            if (version <= _version) return;
            _version = version;
            _first = _count = 0;
            _bytes = 0;
        }
    }

    /// <returns>False when a gap was found, or nothing is known yet.</returns>
    bool Take(long from, IReadOnlyList<Entry> entries, long[]? origins)
    {
        lock (_lock)
        {
            if (_version < 0 || from > _version + 1) return false;
            for (var i = (int)(_version + 1 - from); i < entries.Count; i++)
                Keep(new Change(from + i, entries[i], origins?[i] ?? 0));
            return true;
        }
    }

    void Keep(Change change)
    {
        if (change.Entry.Event.TakesBack() is { } id) TakeBack(id);
        if (_count == _changes.Length && _count < Limits.LiveChangesMax) Grow();
        while (_count == _changes.Length || _bytes > Limits.LiveBytesMax && _count > 0)
        {
            _bytes -= WeightOf(_changes[_first]);
            _changes[_first] = default;
            _first = (_first + 1) % _changes.Length;
            _count--;
        }

        _changes[Slot(_count++)] = change;
        _bytes += WeightOf(change);
        _version = change.Version;
    }

    // What is kept here goes to those who come later as well.
    void TakeBack(Guid id)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var kept = ref _changes[Slot(i)];
            kept = kept with { Entry = kept.Entry.WithoutWords(each => each == id) };
        }
    }

    static int WeightOf(Change change) => change.Entry.Event is Annotate.Statements.Edited edited ? edited.Update.Length : 256;

    void Grow()
    {
        var larger = new Change[_changes.Length * 2];
        for (var i = 0; i < _count; i++) larger[i] = _changes[Slot(i)];
        _changes = larger;
        _first = 0;
    }

    int Slot(int index) => (_first + index) % _changes.Length;
}
