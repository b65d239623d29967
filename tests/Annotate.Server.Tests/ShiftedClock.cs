namespace Annotate.Server.Tests;

/// <summary>The real clock, set ahead by as much as a test likes: timers run as ever, but dates pass.</summary>
sealed class ShiftedClock : TimeProvider
{
    long _ticks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
