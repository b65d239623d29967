using Annotate.Following;
using Annotate.Statements;

namespace Annotate.Server.Live;

/// <summary>
/// All that this silo follows for its connections: one observer for each topic, renewed before the grain forgets it. Topics nobody has
/// open any more are let go at the next renewal.
/// </summary>
sealed class LiveTopics(IGrainFactory grains, LiveSettings settings, ILogger<LiveTopics> logger, TimeProvider clock) : BackgroundService
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
        using var timer = new PeriodicTimer(settings.FollowRenew, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAllAsync();
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
            followed.Renewal = RenewAsync(followed);
            _ = MakeRoomAsync(followed.Renewal);
        }
    }

    async Task MakeRoomAsync(Task renewal)
    {
        var patience = Task.Delay(TimeSpan.FromMilliseconds(Limits.RenewalPatienceMilliseconds), clock);
        await Task.WhenAny(renewal, patience);
        _room.Release();
    }

    async Task RenewAsync(Followed followed)
    {
        try
        {
            if (IsLetGo(followed))
            {
                await followed.Topic.UnfollowAsync();
                return;
            }

            followed.Topic.Tend();
            await followed.Topic.RenewAsync();
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

    bool IsLetGo(Followed followed)
    {
        lock (_lock) return followed.Leases == 0 && _topics.Remove(followed.Topic.Topic);
    }

    async Task<LiveTopic> LeaseAsync(string topic, Func<LiveTopic> create)
    {
        Followed? followed;
        lock (_lock)
        {
            if (!_topics.TryGetValue(topic, out followed)) _topics[topic] = followed = new Followed(create());
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
