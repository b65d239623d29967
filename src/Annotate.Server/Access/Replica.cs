using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Server.Access;

/// <summary>
/// This silo's copy of a followed grain's state, for checks that must not wait. It is told of changes, and asks for those it missed;
/// it knows since when it can be sure.
/// </summary>
/// <typeparam name="TState">Of the grain; mended entry by entry.</typeparam>
/// <typeparam name="TView">What is read without a lock: immutable, made anew after each change.</typeparam>
sealed class Replica<TState, TView> : ITopicObserver where TState : class, IState, new() where TView : class
{
    readonly ITopicGrain _grain;
    readonly ITopicObserver _reference;
    readonly Func<TState, TView> _look;
    readonly TimeProvider _clock;
    readonly Action _changed;
    readonly Lock _gate = new();
    TState _state = new();
    long _version = FollowAnswer.Never;
    volatile TView? _view;
    long _renewedAt;
    Task _running = Task.CompletedTask;
    Task? _waiting;

    /// <param name="changed">Called after each change, on any thread, without a lock held.</param>
    public Replica(IGrainFactory grains, ITopicGrain grain, Func<TState, TView> look, Action changed, TimeProvider clock)
    {
        (_grain, _look, _changed, _clock) = (grain, look, changed, clock);
        _reference = grains.CreateObjectReference<ITopicObserver>(this);
        _usedAt = clock.GetTimestamp();
    }

    /// <summary>What is known; null before the first answer.</summary>
    public TView? View => _view;

    /// <summary>How long ago it was certain that nothing was missing.</summary>
    public TimeSpan Age => _view is null ? TimeSpan.MaxValue : _clock.GetElapsedTime(Volatile.Read(ref _renewedAt));

    public bool IsFresh => Age.TotalMilliseconds <= Limits.GrantsFreshMilliseconds;

    long _usedAt;

    public TimeSpan Unused => _clock.GetElapsedTime(Volatile.Read(ref _usedAt));

    public void Use() => Volatile.Write(ref _usedAt, _clock.GetTimestamp());

    /// <summary>Completes when a renewal that began after this call has succeeded; callers share renewals.</summary>
    /// <exception cref="GrantsUnreachableException">It did not succeed in time.</exception>
    public Task RenewAsync()
    {
        lock (_gate)
        {
            if (!_running.IsCompleted) return _waiting ??= RenewAfterAsync(_running);
            return _running = RenewOnceAsync();
        }
    }

    /// <summary>Lets the grain forget this silo.</summary>
    public async Task LeaveAsync(IGrainFactory grains)
    {
        try
        {
            await _grain.UnfollowAsync(_reference);
        }
        finally
        {
            grains.DeleteObjectReference<ITopicObserver>(_reference);
        }
    }

    public Task ChangedAsync(TopicNotice notice)
    {
        bool changed, gap;
        lock (_gate)
        {
            gap = notice.From > _version + 1 || _version == FollowAnswer.Never;
            changed = !gap && Take(notice.From, notice.Entries);
        }

        if (changed) _changed();
        if (gap) RenewSoon();
        return Task.CompletedTask;
    }

    public Task AwareAsync(AwarenessNotice notice) => Task.CompletedTask;

    public Task LeftAsync()
    {
        RenewSoon();
        return Task.CompletedTask;
    }

    // Not on the observer's own turn, which must not wait for a grain.
    void RenewSoon() => _ = Task.Run(RenewAsync).ContinueWith(static failed => _ = failed.Exception, TaskScheduler.Default);

    async Task RenewAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task mine;
        lock (_gate)
        {
            _waiting = null;
            // One that runs by now began after the one waited for, and so after the call.
            mine = _running.IsCompleted ? _running = RenewOnceAsync() : _running;
        }

        await mine;
    }

    async Task RenewOnceAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var began = _clock.GetTimestamp();
        try
        {
            long since;
            lock (_gate) since = _version;
            var answer = await _grain.FollowAsync(_reference, since)
                .WaitAsync(TimeSpan.FromMilliseconds(Limits.GrantsTimeoutMilliseconds), _clock);
            var changed = Take(answer, since);
            Volatile.Write(ref _renewedAt, began);
            if (changed) _changed();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new GrantsUnreachableException(exception);
        }
    }

    bool Take(FollowAnswer answer, long since)
    {
        lock (_gate)
        {
            if (answer.State is not TState state) return Take(since + 1, answer.Entries);
            // A notice may have overtaken the answer.
            if (answer.Version <= _version) return false;
            _state = state;
            _version = answer.Version;
            _view = _look(_state);
            return true;
        }
    }

    bool Take(long from, IReadOnlyList<Entry> entries)
    {
        var before = _version;
        for (var i = (int)Math.Max(0, _version + 1 - from); i < entries.Count; i++) _state.Apply(++_version, entries[i]);
        if (_version == before) return false;
        _view = _look(_state);
        return true;
    }
}
