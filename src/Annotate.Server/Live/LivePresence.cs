using System.Text.Json;
using Annotate.Client;
using Annotate.Presence;

namespace Annotate.Server.Live;

/// <summary>Who is present in each coalition that has connections on this silo, as far as the other silos have told.</summary>
sealed class LivePresence(IGrainFactory grains, ILogger<LivePresence> logger, TimeProvider clock) : BackgroundService, IPresenceObserver
{
    readonly Dictionary<string, Room> _rooms = [];
    readonly Lock _lock = new();
    IPresenceObserver? _reference;

    sealed class Room
    {
        public Dictionary<string, int> Connections { get; } = [];

        public List<PresenceSubscription> Subscriptions { get; } = [];

        public PresentPeople Present { get; set; } = new(0, []);
    }

    /// <summary>A connection of this person opened; dispose the answer when it closes.</summary>
    public IDisposable Enter(string coalition, string person)
    {
        lock (_lock)
        {
            var connections = RoomOf(coalition).Connections;
            connections[person] = connections.GetValueOrDefault(person) + 1;
        }

        _ = ReportAsync(coalition);
        return new Visit(this, coalition, person);
    }

    public void Add(PresenceSubscription subscription)
    {
        lock (_lock)
        {
            if (subscription.HasEnded) return;
            RoomOf(subscription.Coalition).Subscriptions.Add(subscription);
        }

        subscription.Wake();
    }

    public void Remove(PresenceSubscription subscription)
    {
        lock (_lock) RoomOf(subscription.Coalition).Subscriptions.Remove(subscription);
    }

    /// <summary>The last that is known.</summary>
    public TopicState Read(string coalition)
    {
        lock (_lock)
        {
            var present = RoomOf(coalition).Present;
            return new TopicState(present.Version, JsonSerializer.Serialize(new { version = present.Version, people = present.People }));
        }
    }

    public Task PresentAsync(string coalition, PresentPeople present)
    {
        PresenceSubscription[] subscriptions;
        lock (_lock)
        {
            // A room that everybody has left stays closed, or it would be reported for ever.
            if (!_rooms.TryGetValue(coalition, out var room) || present.Version <= room.Present.Version) return Task.CompletedTask;
            room.Present = present;
            subscriptions = [.. room.Subscriptions];
        }

        foreach (var subscription in subscriptions) subscription.Wake();
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Annotate.Limits.PresenceReportSeconds), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            string[] coalitions;
            lock (_lock) coalitions = [.. _rooms.Keys];
            foreach (var coalition in coalitions) await ReportAsync(coalition);
        }
    }

    async Task ReportAsync(string coalition)
    {
        try
        {
            string[] people;
            lock (_lock)
            {
                var room = RoomOf(coalition);
                people = [.. room.Connections.Keys];
                if (people.Length == 0 && room.Subscriptions.Count == 0) _rooms.Remove(coalition);
            }

            _reference ??= grains.CreateObjectReference<IPresenceObserver>(this);
            await PresentAsync(coalition, await grains.GetGrain<IPresenceGrain>(coalition).ReportAsync(_reference, people));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Presence is a courtesy: the next report tells it again.
            logger.LogInformation(exception, "Who is present in {Coalition} could not be told", coalition);
        }
    }

    Room RoomOf(string coalition)
    {
        if (!_rooms.TryGetValue(coalition, out var room)) _rooms[coalition] = room = new Room();
        return room;
    }

    void Leave(string coalition, string person)
    {
        lock (_lock)
        {
            var connections = RoomOf(coalition).Connections;
            if (connections.GetValueOrDefault(person) is > 1 and var count) connections[person] = count - 1;
            else connections.Remove(person);
        }

        _ = ReportAsync(coalition);
    }

    sealed class Visit(LivePresence presence, string coalition, string person) : IDisposable
    {
        int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0) presence.Leave(coalition, person);
        }
    }
}

/// <summary>A hub connection that follows who is present: always the whole list, the last one counts.</summary>
sealed class PresenceSubscription(LivePresence presence, string coalition, HubOutlet outlet) : Subscription(outlet)
{
    public string Coalition => coalition;

    public string Topic => $"presence/{coalition}";

    protected override void LetGo() => presence.Remove(this);

    public void StartAt(long version) => Cursor = version;

    protected override async ValueTask SendNewsAsync()
    {
        var state = presence.Read(coalition);
        if (state.Version <= Cursor) return;
        await outlet.SendAsync(nameof(ILiveClient.Reset), Topic, state.Version, state.Json);
        Cursor = state.Version;
    }
}
