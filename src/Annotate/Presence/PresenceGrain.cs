using Orleans.Concurrency;

namespace Annotate.Presence;

/// <summary>Who of a coalition is connected now, on any silo. Kept in memory only: silos report again and again, and silence is absence.</summary>
[Alias("annotate.presence")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>A silo tells whom it has connected; everybody is told when that changes who is present.</summary>
    /// <param name="people">Slugs, in any order, without repeats.</param>
    [Alias("report")]
    Task<PresentPeople> ReportAsync(IPresenceObserver silo, IReadOnlyList<string> people);
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
    readonly Dictionary<IPresenceObserver, (IReadOnlyList<string> People, long ReportedAt)> _silos = [];
    PresentPeople _present = new(0, []);

    public Task<PresentPeople> ReportAsync(IPresenceObserver silo, IReadOnlyList<string> people)
    {
        foreach (var (other, report) in _silos)
            if (clock.GetElapsedTime(report.ReportedAt).TotalSeconds > Limits.PresenceForgottenSeconds) _silos.Remove(other);
        if (people.Count == 0) _silos.Remove(silo);
        else _silos[silo] = (people, clock.GetTimestamp());

        string[] all = [.. _silos.Values.SelectMany(report => report.People).Distinct().Order(StringComparer.Ordinal)];
        if (!all.SequenceEqual(_present.People) || _present.Version == 0) Tell(all);
        return Task.FromResult(_present);
    }

    void Tell(string[] all)
    {
        _present = new PresentPeople(Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), _present.Version + 1), all);
        foreach (var silo in _silos.Keys) silo.PresentAsync(this.GetPrimaryKeyString(), _present).Ignore();
    }
}
