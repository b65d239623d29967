using System.Text.Json;
using Annotate.Client;
using Annotate.Presence;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Annotate.Server.Live;

/// <summary>
/// Who is present in each coalition that has connections on this silo, as far as the other silos have told. One report of a coalition is
/// under way at a time; whoever comes and goes meanwhile is in the next.
/// </summary>
sealed class LivePresence(IGrainFactory grains, LostSilos lost, ILogger<LivePresence> logger, TimeProvider clock) : BackgroundService, IPresenceObserver
{
    readonly Dictionary<string, Room> _rooms = [];
    readonly Lock _lock = new();
    IPresenceObserver? _reference;
    long _reports;

    sealed class Room
    {
        public Dictionary<string, int> Connections { get; } = [];

        public HashSet<PresenceSubscription> Subscriptions { get; } = [];

        public PresenceState Present { get; set; } = new("", new PresentPeople(0, []));

        /// <summary>There is something to report.</summary>
        public bool IsDirty { get; set; }

        public bool IsReporting { get; set; }

        public bool IsEmpty => Connections.Count == 0 && Subscriptions.Count == 0;
    }

    /// <summary>A connection of this person opened; dispose the answer when it closes.</summary>
    public IDisposable Enter(string coalition, string person)
    {
        bool isFirst;
        lock (_lock)
        {
            var connections = RoomOf(coalition).Connections;
            connections[person] = connections.GetValueOrDefault(person) + 1;
            isFirst = connections[person] == 1;
        }

        if (isFirst) Report(coalition);
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
        lock (_lock)
            if (_rooms.TryGetValue(subscription.Coalition, out var room)) room.Subscriptions.Remove(subscription);
    }

    /// <summary>The last that is known.</summary>
    public PresenceState Read(string coalition)
    {
        lock (_lock) return RoomOf(coalition).Present;
    }

    public Task PresentAsync(string coalition, PresentPeople present)
    {
        PresenceSubscription[] subscriptions;
        lock (_lock)
        {
            // A room that everybody has left stays closed, or it would be reported for ever.
            if (!_rooms.TryGetValue(coalition, out var room) || present.Version <= room.Present.Version) return Task.CompletedTask;
            room.Present = new PresenceState(coalition, present);
            subscriptions = [.. room.Subscriptions];
        }

        foreach (var subscription in subscriptions) subscription.Wake();
        return Task.CompletedTask;
    }

    /// <summary>Those who were here are present no longer: the others need not wait until this silo's silence is noticed.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        string[] coalitions;
        long last;
        lock (_lock)
        {
            coalitions = [.. _rooms.Keys];
            _rooms.Clear();
            last = ++_reports;
        }

        await Task.WhenAll(coalitions.Select(coalition => SendReportAsync(coalition, last, [])));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A grain that is opened elsewhere has heard of nobody yet.
        lost.Lost += ReportAll;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Annotate.Limits.PresenceReportSeconds), clock);
            while (await timer.WaitForNextTickAsync(stoppingToken)) ReportAll();
        }
        finally
        {
            lost.Lost -= ReportAll;
        }
    }

    void ReportAll()
    {
        string[] coalitions;
        lock (_lock) coalitions = [.. _rooms.Keys];
        foreach (var coalition in coalitions) Report(coalition);
    }

    void Report(string coalition)
    {
        Room? room;
        lock (_lock)
        {
            if (!_rooms.TryGetValue(coalition, out room)) return;
            room.IsDirty = true;
            if (room.IsReporting) return;
            room.IsReporting = true;
        }

        _ = ReportAllAsync(coalition, room);
    }

    async Task ReportAllAsync(string coalition, Room room)
    {
        while (TryTakeReport(coalition, room, out var number, out var people))
        {
            await SendReportAsync(coalition, number, people);
            await Task.Delay(PresenceGrain.Pace(people.Length), clock);
        }
    }

    /// <returns>False when there is nothing new, and then nobody reports any more.</returns>
    bool TryTakeReport(string coalition, Room room, out long number, out string[] people)
    {
        lock (_lock)
        {
            (number, people) = (0, []);
            room.IsReporting = room.IsDirty;
            if (!room.IsDirty) return false;
            room.IsDirty = false;
            number = ++_reports;
            people = [.. room.Connections.Keys];
            if (room.IsEmpty) _rooms.Remove(coalition);
            return true;
        }
    }

    async Task SendReportAsync(string coalition, long number, string[] people)
    {
        try
        {
            _reference ??= grains.CreateObjectReference<IPresenceObserver>(this);
            var present = grains.GetGrain<IPresenceGrain>(coalition).ReportAsync(_reference, number, people);
            await PresentAsync(coalition, await present.WaitAsync(TimeSpan.FromSeconds(Annotate.Limits.PresenceReportSeconds), clock));
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
            if (!_rooms.TryGetValue(coalition, out var room)) return;
            if (room.Connections.GetValueOrDefault(person) is > 1 and var count)
            {
                room.Connections[person] = count - 1;
                return;
            }

            room.Connections.Remove(person);
        }

        Report(coalition);
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

/// <summary>Who is present at one version, made into words once for everybody who follows.</summary>
sealed class PresenceState(string coalition, PresentPeople present)
{
    readonly Lazy<SerializedHubMessage> _message = new(() => new SerializedHubMessage(
        new InvocationMessage(nameof(ILiveClient.Reset), [$"presence/{coalition}", present.Version, JsonOf(present)])));

    public long Version => present.Version;

    /// <summary>As clients get it.</summary>
    public string Json => JsonOf(present);

    /// <summary>As a message of the hub.</summary>
    public SerializedHubMessage Message => _message.Value;

    static string JsonOf(PresentPeople present) => JsonSerializer.Serialize(new { version = present.Version, people = present.People });
}

/// <summary>A hub connection that follows who is present: always the whole list, the last one counts.</summary>
sealed class PresenceSubscription(LivePresence presence, string coalition, HubOutlet outlet) : Subscription(outlet)
{
    public string Coalition => coalition;

    protected override void LetGo() => presence.Remove(this);

    public void StartAt(long version) => Cursor = version;

    protected override async ValueTask SendNewsAsync()
    {
        var state = presence.Read(coalition);
        if (state.Version <= Cursor) return;
        await outlet.SendAsync(state.Message);
        Cursor = state.Version;
    }
}
