namespace Annotate.Server.Live;

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
