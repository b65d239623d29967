namespace Annotate.Following;

/// <summary>The silos that follow one grain. They renew; one that has not for a while is forgotten, whatever became of it.</summary>
sealed class Followers(TimeProvider clock)
{
    readonly Dictionary<ITopicObserver, long> _renewedAt = [];

    public void Add(ITopicObserver observer)
    {
        if (_renewedAt.Count >= Limits.FollowersPerTopicMax) Forget();
        if (_renewedAt.Count < Limits.FollowersPerTopicMax || _renewedAt.ContainsKey(observer))
            _renewedAt[observer] = clock.GetTimestamp();
    }

    public void Remove(ITopicObserver observer) => _renewedAt.Remove(observer);

    public void Tell(TopicNotice notice)
    {
        foreach (var observer in Present()) observer.ChangedAsync(notice).Ignore();
    }

    public void Tell(AwarenessNotice notice)
    {
        foreach (var observer in Present()) observer.AwareAsync(notice).Ignore();
    }

    // One-way messages get no answer, so a silo that died is noticed only by its silence.
    ICollection<ITopicObserver> Present()
    {
        foreach (var renewed in _renewedAt.Values)
        {
            if (!IsLate(renewed)) continue;
            Forget();
            break;
        }

        return _renewedAt.Keys;
    }

    void Forget()
    {
        foreach (var (observer, renewed) in _renewedAt)
            if (IsLate(renewed)) _renewedAt.Remove(observer);
    }

    bool IsLate(long renewed) => clock.GetElapsedTime(renewed).TotalSeconds > Limits.FollowForgottenSeconds;
}
