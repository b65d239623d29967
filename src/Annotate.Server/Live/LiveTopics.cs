using Annotate.Following;
using Annotate.Statements;

namespace Annotate.Server.Live;

/// <summary>
/// All that this silo follows for its connections: one observer for each topic, renewed before the grain forgets it, and at once when the
/// grain has gone. Topics nobody has open any more are let go at the next renewal.
/// </summary>
sealed class LiveTopics(IGrainFactory grains, LostSilos lost, LiveSettings settings, ILogger<LiveTopics> logger, TimeProvider clock) : BackgroundService
{
    readonly Dictionary<string, Followed> _topics = [];
    readonly Lock _lock = new();
    readonly SemaphoreSlim _room = new(Limits.RenewalsAtOnceMax);
    readonly EditGate _gate = new(Limits.TextsWritingPerCoreMax * Environment.ProcessorCount, clock, static () => Environment.CpuUsage.TotalTime);
    readonly long _silo = LiveConnections.NewOrigin();

    sealed class Followed(LiveTopic topic)
    {
        public LiveTopic Topic => topic;

        /// <summary>The renewal under way, or the last.</summary>
        public Task Renewal { get; set; } = Task.CompletedTask;

        /// <summary>It will be followed again when the renewal under way is over.</summary>
        public bool IsLeft { get; set; }

        public int Leases { get; set; }

        public Task? Started { get; set; }
    }

    /// <summary>Opens a text; release it when the connection lets it go.</summary>
    public async Task<LiveText> OpenTextAsync(TextId id) =>
        (LiveText)await LeaseAsync($"section/{id.Key}", () => new LiveText(id, grains.GetGrain<ISectionGrain>(id.Key), NewAwareness(), _gate, grains, clock, logger));

    /// <summary>Follows a topic whose grain is known; release it when the connection lets it go.</summary>
    public Task<LiveTopic> FollowAsync(string topic, Func<IGrainFactory, ITopicGrain> grain) =>
        LeaseAsync(topic, () => new LiveTopic(topic, grain(grains), grains, logger));

    public void Release(LiveTopic topic)
    {
        lock (_lock)
            if (_topics.TryGetValue(topic.Topic, out var followed)) followed.Leases--;
    }

    public override void Dispose()
    {
        base.Dispose();
        _gate.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lost.Lost += FollowAllAgain;
        try
        {
            using var timer = new PeriodicTimer(settings.FollowRenew, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAllAsync();
        }
        finally
        {
            lost.Lost -= FollowAllAgain;
        }
    }

    // Which grains lived there nobody knows any more.
    void FollowAllAgain()
    {
        lock (_lock)
            foreach (var followed in _topics.Values) FollowAgain(followed);
    }

    void FollowAgain(Followed followed)
    {
        lock (_lock)
        {
            if (followed.IsLeft) return;
            followed.IsLeft = true;
            followed.Renewal = FollowAgainAsync(followed, followed.Renewal);
        }
    }

    // In turn with all others: a silo that goes leaves thousands at once.
    async Task FollowAgainAsync(Followed followed, Task renewal)
    {
        await renewal.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _room.WaitAsync();
        lock (_lock) followed.IsLeft = false;
        var again = RenewAsync(followed, topic => topic.FollowAgainAsync());
        _ = MakeRoomAsync(again);
        await again;
    }

    /// <summary>
    /// Begins to renew every topic that is in use, and lets go of the others. So many at a time; but one whose grain is slow gives up its
    /// place after a moment, and is not asked again until it has answered, so that it delays no other.
    /// </summary>
    public async Task RenewAllAsync()
    {
        Followed[] all;
        lock (_lock) all = [.. _topics.Values];
        foreach (var followed in all)
        {
            if (!followed.Renewal.IsCompleted) continue;
            await _room.WaitAsync();
            var renewal = RenewAsync(followed, topic => topic.RenewAsync());
            lock (_lock) followed.Renewal = followed.IsLeft ? Task.WhenAll(renewal, followed.Renewal) : renewal;
            _ = MakeRoomAsync(renewal);
        }
    }

    async Task MakeRoomAsync(Task renewal)
    {
        var patience = Task.Delay(TimeSpan.FromMilliseconds(Limits.RenewalPatienceMilliseconds), clock);
        await Task.WhenAny(renewal, patience);
        _room.Release();
    }

    async Task RenewAsync(Followed followed, Func<LiveTopic, Task> renewAsync)
    {
        try
        {
            if (IsLetGo(followed, out var isNow))
            {
                if (isNow) await followed.Topic.UnfollowAsync();
                return;
            }

            followed.Topic.Tend();
            await renewAsync(followed.Topic);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The grain's silo may be going; the next renewal finds the grain elsewhere.
            logger.LogWarning(exception, "{Topic} could not be renewed", followed.Topic.Topic);
        }
    }

    /// <summary>
    /// Of no stock client, whose ids have 32 bits, so that nobody takes another's word for their own; within the 53 that they can read.
    /// </summary>
    static long NewShownId() => (1L << 32) + (LiveConnections.NewOrigin() & ((1L << 52) - 1));

    Awareness NewAwareness() => new(_silo, settings.FollowRenew * Limits.AwarenessSilentRenewalsMax, clock, NewShownId);

    /// <param name="isNow">Whether it is let go by this very call; else it was before.</param>
    bool IsLetGo(Followed followed, out bool isNow)
    {
        lock (_lock)
        {
            isNow = followed.Leases == 0 && _topics.GetValueOrDefault(followed.Topic.Topic) == followed && _topics.Remove(followed.Topic.Topic);
            return isNow || followed.Leases == 0;
        }
    }

    Followed New(LiveTopic topic)
    {
        var followed = new Followed(topic);
        topic.Left += () => FollowAgain(followed);
        return followed;
    }

    async Task<LiveTopic> LeaseAsync(string topic, Func<LiveTopic> create)
    {
        Followed? followed;
        lock (_lock)
        {
            if (!_topics.TryGetValue(topic, out followed)) _topics[topic] = followed = New(create());
            followed.Leases++;
            // A start that failed is tried again by whoever comes next.
            if (followed.Started is null or { IsFaulted: true } or { IsCanceled: true }) followed.Started = followed.Topic.RenewAsync();
        }

        try
        {
            await followed.Started;
            return followed.Topic;
        }
        catch
        {
            Release(followed.Topic);
            throw;
        }
    }
}
