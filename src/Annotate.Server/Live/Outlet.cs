using System.Collections.Concurrent;
using Annotate.Server.Access;

namespace Annotate.Server.Live;

/// <summary>
/// The sending side of one connection. At most one message is under way; what happens meanwhile is read from the topics afterwards, so
/// nothing piles up for a slow client, and it costs nobody else (G9).
/// </summary>
abstract class Outlet(TimeProvider clock)
{
    readonly ConcurrentQueue<Subscription> _dirty = new();
    int _isSending;
    long _sendingSince;

    protected TimeProvider Clock => clock;

    /// <summary>Unique over all silos: names where an edit came from.</summary>
    public required long Origin { get; init; }

    /// <summary>Whose connection it is.</summary>
    public abstract Principal Principal { get; }

    public void Enqueue(Subscription subscription)
    {
        _dirty.Enqueue(subscription);
        // Runs on the caller as far as the socket takes it at once, which is nearly always to the end.
        if (Interlocked.CompareExchange(ref _isSending, 1, 0) == 0) _ = SendAllAsync();
    }

    /// <summary>Whether a message has been under way for too long.</summary>
    public bool IsStuck =>
        Volatile.Read(ref _sendingSince) is > 0 and var since && clock.GetElapsedTime(since).TotalSeconds > Limits.SendTimeoutSeconds;

    /// <summary>One message of several has been sent: a connection that keeps taking them is slow at most, not stuck.</summary>
    public void Advance() => Volatile.Write(ref _sendingSince, clock.GetTimestamp());

    /// <summary>Ends the connection.</summary>
    public abstract void Abort();

    /// <summary>Rights in a coalition changed: whoever may not read there any more is sent away.</summary>
    /// <param name="standingOf">Null for those who may not read.</param>
    public abstract Task LookAgainAsync(string coalition, Func<Principal, string, Task<Standing?>> standingOf);

    async Task SendAllAsync()
    {
        try
        {
            do
            {
                while (_dirty.TryDequeue(out var subscription))
                {
                    Volatile.Write(ref _sendingSince, clock.GetTimestamp());
                    await subscription.SendAsync();
                }

                Volatile.Write(ref _sendingSince, 0);
                // A full fence: with less, the look below could come before this is seen, and what was just put in would wait for ever.
                Interlocked.Exchange(ref _isSending, 0);
            }
            while (!_dirty.IsEmpty && Interlocked.CompareExchange(ref _isSending, 1, 0) == 0);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The connection is gone, or what it asked for cannot be had; either way its client comes back and resumes.
            Report(exception);
            Abort();
        }
    }

    protected abstract void Report(Exception exception);
}
