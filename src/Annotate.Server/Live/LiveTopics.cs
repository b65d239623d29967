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

    sealed class Followed(LiveTopic topic)
    {
        public LiveTopic Topic => topic;

        public int Leases { get; set; }

        public Task? Started { get; set; }
    }

    /// <summary>Opens a text; release it when the connection lets it go.</summary>
    public async Task<LiveText> OpenTextAsync(TextId id) =>
        (LiveText)await LeaseAsync($"section/{id.Key}", () => new LiveText(id, grains.GetGrain<ISectionGrain>(id.Key), grains, logger));

    /// <summary>Follows a topic whose grain is known; release it when the connection lets it go.</summary>
    public Task<LiveTopic> FollowAsync(string topic, Func<IGrainFactory, ITopicGrain> grain) =>
        LeaseAsync(topic, () => new LiveTopic(topic, grain(grains), grains, logger));

    public void Release(LiveTopic topic)
    {
        lock (_lock)
            if (_topics.TryGetValue(topic.Topic, out var followed)) followed.Leases--;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.FollowRenew, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAllAsync();
    }

    /// <summary>Renews every topic that is in use, and lets go of the others.</summary>
    public async Task RenewAllAsync()
    {
        Followed[] all;
        lock (_lock) all = [.. _topics.Values];
        foreach (var batch in all.Chunk(64)) await Task.WhenAll(batch.Select(RenewAsync));
    }

    async Task RenewAsync(Followed followed)
    {
        try
        {
            if (!IsLetGo(followed)) await followed.Topic.RenewAsync();
            else await followed.Topic.UnfollowAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The grain's silo may be going; the next renewal finds the grain elsewhere.
            logger.LogWarning(exception, "{Topic} could not be renewed", followed.Topic.Topic);
        }
    }

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

/// <param name="FollowRenew">How often a silo renews what it follows: the longest that a lost notification can delay anything.</param>
sealed record LiveSettings(TimeSpan FollowRenew);
