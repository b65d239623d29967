using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;
using Annotate.Journals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Annotate.Feeding;

/// <summary>
/// A grain whose entries become activities of its tier's feed: at least once, in order, one call in flight; the feed drops repeats by
/// (source, version). How far the feed has come is asked of the feed, so nothing about it is stored here.
/// </summary>
/// <remarks>
/// A crash right after a durable write must not lose the activity until somebody happens to open the grain again. So before the first
/// command of an activation is decided, a reminder is registered. When it ticks and the feed has everything, it is taken away: a grain
/// nobody writes to costs nothing, and one that is written to pays for one registration in <see cref="Limits.DeliveryReminderSeconds"/>.
/// Registering after the write was the cheaper alternative; a crash in between would have lost the activity.
/// </remarks>
public abstract class FeedingGrain<TState>(TimeProvider clock) : JournalledGrain<TState>(clock), IRemindable
    where TState : class, IState, new()
{
    const string Reminder = "feed";
    const long Unknown = -1;

    ILogger _logger = null!;
    IGrainTimer? _retry;
    Task? _registered;
    Task _unregistering = Task.CompletedTask;
    Task _sending = Task.CompletedTask;
    int _deciding;
    int _failures;
    bool _isLeaving;

    /// <summary>The feed has everything up to here.</summary>
    long _confirmed = Unknown;

    /// <summary>The feed that hears of this grain.</summary>
    protected abstract FeedKey Feed { get; }

    protected abstract SourceCount Count(TState state);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _logger = ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(GetType());
        if (Journal.Version > 0) SendInBackground();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isLeaving = true;
        _retry?.Dispose();
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    public virtual async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (Journal.Version > 0 && _confirmed != Journal.Version) await SendAsync();
        if (_deciding > 0 || (Journal.Version > 0 && _confirmed != Journal.Version)) return;
        // Whoever decides from here on registers anew, after this is done.
        _registered = null;
        _unregistering = UnregisterAsync();
        await _unregistering;
    }

    protected override async Task<Answer> RunAsync(Command command, Func<TState, Decision> decide)
    {
        _deciding++;
        try
        {
            // Nothing was ever recorded here: the first entry makes another source of the feed.
            if (Journal.Version == 0 && await GrainFactory.GetGrain<IFeedGrain>(Feed.ToString()).RoomAsync(Source) is { } full)
                return new Answer(full, 0);
            await GuardAsync();
            return await base.RunAsync(command, decide);
        }
        finally
        {
            _deciding--;
        }
    }

    protected override void OnDurable(long from, IReadOnlyList<Entry> entries) => SendInBackground();

    // Not a task of the caller's: nobody who annotates waits for the feed.
    void SendInBackground() => SendAsync().Ignore();

    // One at a time, which whoever asks meanwhile waits for: it also sends what came after it began.
    Task SendAsync() => _isLeaving ? Task.CompletedTask : _sending.IsCompleted ? _sending = SendAllAsync() : _sending;

    async Task SendAllAsync()
    {
        // Called from within the journal, which goes on first.
        await Task.Yield();
        try
        {
            var feed = GrainFactory.GetGrain<IFeedGrain>(Feed.ToString());
            if (_confirmed == Unknown) _confirmed = await feed.KnownAsync(Source);
            while (_confirmed < Journal.Version) await SendSomeAsync(feed);
            _failures = 0;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RetryLater(exception);
        }
    }

    async Task SendSomeAsync(IFeedGrain feed)
    {
        // The count is the state's as it is now, which nobody may see before it is durable (G1).
        var count = Count(State);
        var version = Journal.Version;
        await Journal.WhenDurableAsync(version);
        var entries = await HistoryAsync(_confirmed, version, Limits.ActivitiesPerDeliveryMax, Limits.CatchUpBytesMax);
        var activities = new List<SentActivity>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Event.ToActivity() is { } activity) activities.Add(Sent(_confirmed + 1 + i, entries[i], activity));
        if (activities.Count > 0) await feed.ReceiveAsync(new Delivery(Source, count, [.. activities]));
        _confirmed += entries.Count;
    }

    static SentActivity Sent(long version, Entry entry, Activity activity) =>
        new(version, entry.At, entry.By, ChangeJson.KindOf(entry.Event), activity.Subject, activity.Summary);

    string Source => $"{Kind}/{Key}";

    void RetryLater(Exception exception)
    {
        if (_isLeaving) return;
        var wait = Math.Min((long)Limits.DeliveryRetryMilliseconds << Math.Min(_failures++, 16), Limits.DeliveryRetryMillisecondsMax);
        _logger.LogWarning(exception, "{Source} could not tell {Feed} what is new; it tries again in {Wait} ms", Source, Feed, wait);
        _retry?.Dispose();
        _retry = this.RegisterGrainTimer(SendAsync, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.FromMilliseconds(wait),
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
    }

    Task GuardAsync()
    {
        if (_registered is null or { IsFaulted: true } or { IsCanceled: true }) _registered = RegisterAsync();
        return _registered;
    }

    async Task RegisterAsync()
    {
        await _unregistering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var period = TimeSpan.FromSeconds(Limits.DeliveryReminderSeconds);
        try
        {
            await this.RegisterOrUpdateReminder(Reminder, period, period);
        }
        catch (Exception exception) when (exception is not (StorageFullException or OutOfMemoryException))
        {
            // Reminders are kept by another part, perhaps on another silo, which tells its failures in its own words.
            throw new StorageUnavailableException($"{Source} could not be guarded by a reminder: {exception.Message}", exception);
        }
    }

    async Task UnregisterAsync()
    {
        if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
    }
}
