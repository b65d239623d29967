namespace Annotate.Following;

/// <summary>
/// The silos that follow one grain. They renew; one that has not for a while is forgotten, whatever became of it, and one that is known to be
/// dead at once: what is said to it would be tried again and again, in vain.
/// </summary>
sealed class Followers(ISiloStatusOracle silos, TimeProvider clock)
{
    /// <summary>Before the address of a silo in the names of what observes from there, which a plus sign ends. Orleans' own, and not promised.</summary>
    const string SiloPrefix = "hosted-";

    readonly Dictionary<ITopicObserver, Follower> _followers = [];

    /// <param name="Silo">Where it is; null when its name does not tell, and then it is forgotten by its silence only.</param>
    readonly record struct Follower(long RenewedAt, SiloAddress? Silo);

    public void Add(ITopicObserver observer)
    {
        if (_followers.Count >= Limits.FollowersPerTopicMax) Forget();
        if (_followers.TryGetValue(observer, out var follower)) _followers[observer] = follower with { RenewedAt = clock.GetTimestamp() };
        else if (_followers.Count < Limits.FollowersPerTopicMax) _followers[observer] = new Follower(clock.GetTimestamp(), SiloOf(observer));
    }

    public void Remove(ITopicObserver observer) => _followers.Remove(observer);

    public void Tell(TopicNotice notice)
    {
        foreach (var observer in Present()) observer.ChangedAsync(notice).Ignore();
    }

    public void Tell(AwarenessNotice notice)
    {
        foreach (var observer in Present()) observer.AwareAsync(notice).Ignore();
    }

    /// <summary>Nobody is told of anything from here any more.</summary>
    public void Leave()
    {
        Present();
        foreach (var (observer, follower) in _followers)
        {
            // On a silo that stops nobody is left to hear it.
            if (follower.Silo is { } silo && silo.Equals(silos.SiloAddress) && silos.CurrentStatus.IsTerminating()) continue;
            observer.LeftAsync().Ignore();
        }

        _followers.Clear();
    }

    // One-way messages get no answer, so the silo itself does not tell that it has died.
    ICollection<ITopicObserver> Present()
    {
        foreach (var follower in _followers.Values)
        {
            if (!IsGone(follower)) continue;
            Forget();
            break;
        }

        return _followers.Keys;
    }

    void Forget()
    {
        foreach (var (observer, follower) in _followers)
            if (IsGone(follower)) _followers.Remove(observer);
    }

    bool IsGone(Follower follower) =>
        clock.GetElapsedTime(follower.RenewedAt).TotalSeconds > Limits.FollowForgottenSeconds || (follower.Silo is { } silo && silos.IsDeadSilo(silo));

    static SiloAddress? SiloOf(ITopicObserver observer)
    {
        var name = observer.GetGrainId().Key.ToString() ?? "";
        var end = name.IndexOf('+', StringComparison.Ordinal);
        return end > SiloPrefix.Length && name.StartsWith(SiloPrefix, StringComparison.Ordinal)
            && SiloAddress.TryParse(name[SiloPrefix.Length..end], null, out var silo) ? silo : null;
    }
}
