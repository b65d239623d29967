using System.Collections.Concurrent;
using Annotate.Server.Access;

namespace Annotate.Server.Live;

/// <summary>What each person has open on this silo and how much they send, over all their connections (G9).</summary>
sealed class Quotas(LiveSettings settings, TimeProvider clock)
{
    readonly ConcurrentDictionary<(string? Coalition, string Person), Quota> _people = [];

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
}

/// <summary>What one person is told who takes up too much: all of it passes.</summary>
static class QuotaProblems
{
    public static Problem TooManyConnections { get; } = TooMany("You have too many connections open; close some and try again.");

    public static Problem TooManyTopics { get; } = TooMany($"You follow more than {Limits.SubscriptionsPerPersonMax} topics and texts on this server.");

    public static Problem TooManyEdits { get; } = TooMany("You edit faster than this server takes it from one person; send it again in a moment.");

    public static Problem TooMuchAwareness { get; } = TooMany("You send more awareness than this server takes from one person.");

    /// <summary>The same problem over HTTP, whose header says when to try again.</summary>
    public static Problem Later(this Problem problem, HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return problem;
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
