using System.Collections.Concurrent;
using Annotate.Server.Access;

namespace Annotate.Server.Live;

/// <summary>What each person has open on this silo and how much they send, over all their connections (G9).</summary>
sealed class Quotas(LiveSettings settings, TimeProvider clock)
{
    readonly ConcurrentDictionary<(string? Coalition, string Person), Quota> _people = [];

    public static Problem TooManyConnections { get; } = TooMany("You have too many connections open; close some and try again.");

    public static Problem TooManyTopics { get; } = TooMany($"You follow more than {Limits.SubscriptionsPerPersonMax} topics and texts on this server.");

    public static Problem TooManyEdits { get; } = TooMany("You edit faster than this server takes it from one person; send it again in a moment.");

    public static Problem TooMuchAwareness { get; } = TooMany("You send more awareness than this server takes from one person.");

    /// <summary>How many are remembered.</summary>
    public int Count => _people.Count;

    public Quota Of(Principal principal) =>
        _people.GetOrAdd((principal.Coalition, principal.Person), static (_, of) => new Quota(of.Settings, of.Clock), (Settings: settings, Clock: clock));

    /// <summary>Forgets those who have nothing open and have long been quiet.</summary>
    public void Forget()
    {
        // One who connects at this very moment may be counted from zero again: that is too generous by one connection, once.
        foreach (var (person, quota) in _people)
            if (quota.IsAtRest) _people.TryRemove(person, out _);
    }

    static Problem TooMany(string detail) => new("too-many", StatusCodes.Status429TooManyRequests, "That is too much at once.", detail);
}

/// <summary>One person's part. Any thread.</summary>
sealed class Quota(LiveSettings settings, TimeProvider clock)
{
    int _connections;
    int _subscriptions;

    public Budget Edits { get; } = new(settings.EditsPerPersonPerSecond, Limits.EditBytesPerPersonPerSecondMax, Limits.EditBurstSeconds, clock);

    public Budget Awareness { get; } =
        new(Limits.AwarenessPerPersonPerSecondMax, Limits.AwarenessBytesPerPersonPerSecondMax, Limits.AwarenessBurstSeconds, clock);

    public bool IsAtRest => _connections == 0 && _subscriptions == 0 && Edits.IsFull && Awareness.IsFull;

    /// <returns>False when they have too many connections; else <see cref="Disconnect"/> afterwards.</returns>
    public bool TryConnect() => TryTake(ref _connections, settings.ConnectionsPerPerson);

    public void Disconnect() => Interlocked.Decrement(ref _connections);

    /// <returns>False when they follow too much; else <see cref="Unfollow"/> afterwards.</returns>
    public bool TryFollow() => TryTake(ref _subscriptions, Limits.SubscriptionsPerPersonMax);

    public void Unfollow() => Interlocked.Decrement(ref _subscriptions);

    static bool TryTake(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most) return true;
        Interlocked.Decrement(ref count);
        return false;
    }
}

/// <summary>
/// So many calls and so many bytes a second, and those of some seconds at once. It is one number: the moment at which all that was spent
/// is paid back (the generic cell rate algorithm, ITU-T I.371); no timer, no lock. Any thread.
/// </summary>
sealed class Budget(double callsPerSecond, double bytesPerSecond, int burstSeconds, TimeProvider clock)
{
    readonly double _perCall = clock.TimestampFrequency / callsPerSecond;
    readonly double _perByte = clock.TimestampFrequency / bytesPerSecond;
    readonly long _burst = burstSeconds * clock.TimestampFrequency;
    long _paidAt = long.MinValue;

    /// <summary>Nothing is owed.</summary>
    public bool IsFull => Volatile.Read(ref _paidAt) <= clock.GetTimestamp();

    /// <summary>Spends one call of so many bytes, unless that is more than there is.</summary>
    public bool TrySpend(int bytes)
    {
        var cost = CostOf(bytes);
        while (true)
        {
            var (now, paidAt) = (clock.GetTimestamp(), Volatile.Read(ref _paidAt));
            var next = Math.Max(now, paidAt) + cost;
            if (next - now > _burst) return false;
            if (Interlocked.CompareExchange(ref _paidAt, next, paidAt) == paidAt) return true;
        }
    }

    /// <summary>Spends one call of so many bytes in any case.</summary>
    /// <returns>How long to wait before it is made: nothing, unless more was spent than there is.</returns>
    public TimeSpan Spend(int bytes)
    {
        var cost = CostOf(bytes);
        while (true)
        {
            var (now, paidAt) = (clock.GetTimestamp(), Volatile.Read(ref _paidAt));
            var next = Math.Max(now, paidAt) + cost;
            if (Interlocked.CompareExchange(ref _paidAt, next, paidAt) != paidAt) continue;
            var owed = next - now - _burst;
            return owed <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)owed / clock.TimestampFrequency);
        }
    }

    long CostOf(int bytes) => (long)(_perCall + bytes * _perByte);
}
