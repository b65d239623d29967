using Orleans.Concurrency;

namespace Annotate.Presence;

/// <summary>Who of a coalition is connected now, on any silo. Kept in memory only: silos report again and again, and silence is absence.</summary>
[Alias("annotate.presence")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>A silo tells whom it has connected; silos are told when that changes who is present, all that came within a moment together.</summary>
    /// <param name="number">Counts up with each report of a silo: one that was overtaken says nothing.</param>
    /// <param name="people">Slugs, in any order, without repeats.</param>
    /// <returns>What was told last.</returns>
    [Alias("report")]
    Task<PresentPeople> ReportAsync(IPresenceObserver silo, long number, IReadOnlyList<string> people);
}

[Alias("annotate.presence-observer")]
public interface IPresenceObserver : IGrainObserver
{
    [Alias("present"), OneWay]
    Task PresentAsync(string coalition, PresentPeople present);
}

/// <param name="Version">Grows with every change, over activations too; it may leap.</param>
/// <param name="People">Slugs in order.</param>
[GenerateSerializer, Immutable, Alias("annotate.present-people.v1")]
public sealed record PresentPeople([property: Id(0)] long Version, [property: Id(1)] IReadOnlyList<string> People);

[GrainType("presence")]
public sealed class PresenceGrain(TimeProvider clock) : Grain, IPresenceGrain
{
    readonly Dictionary<IPresenceObserver, Report> _silos = [];
    PresentPeople _present = new(0, []);
    long? _toldAt;
    IGrainTimer? _telling;

    sealed record Report(long Number, IReadOnlyList<string> People, long At);

    /// <summary>The least time between two lists of so many people. A list names everybody, so that the longer it is the more changes it waits for.</summary>
    public static TimeSpan Pace(int people) =>
        TimeSpan.FromMilliseconds(Limits.PresenceTellMilliseconds + 1_000.0 * people / Limits.PresenceNamesPerSecondMax);

    public Task<PresentPeople> ReportAsync(IPresenceObserver silo, long number, IReadOnlyList<string> people)
    {
        // One with nobody stays for a while, too, so that an older report that comes after it is known for what it is.
        if (!_silos.TryGetValue(silo, out var last) || number > last.Number) _silos[silo] = new Report(number, people, clock.GetTimestamp());
        var wait = _toldAt is { } told ? Pace(_present.People.Count) - clock.GetElapsedTime(told) : TimeSpan.Zero;
        if (wait <= TimeSpan.Zero) Tell();
        else _telling ??= this.RegisterGrainTimer(TellLaterAsync, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan));
        return Task.FromResult(_present);
    }

    Task TellLaterAsync()
    {
        _telling?.Dispose();
        _telling = null;
        Tell();
        return Task.CompletedTask;
    }

    void Tell()
    {
        foreach (var (silo, report) in _silos)
            if (clock.GetElapsedTime(report.At).TotalSeconds > Limits.PresenceForgottenSeconds) _silos.Remove(silo);
        string[] all = [.. _silos.Values.SelectMany(report => report.People).Distinct().Order(StringComparer.Ordinal)];
        if (all.SequenceEqual(_present.People) && _present.Version > 0) return;
        _toldAt = clock.GetTimestamp();
        _present = new PresentPeople(Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), _present.Version + 1), all);
        foreach (var silo in _silos.Keys) silo.PresentAsync(this.GetPrimaryKeyString(), _present).Ignore();
    }
}
