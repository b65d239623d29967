using System.Numerics;

namespace Annotate.Bench.Load;

/// <summary>Percentiles of a measurement, in milliseconds; zeros when nothing was measured.</summary>
sealed record Latency(long Count, double P50Milliseconds, double P99Milliseconds, double MaxMilliseconds);

/// <summary>
/// Counts durations in buckets of equal width within each power of two, so that a percentile is off by less than 1 %, whatever its size and
/// however many were counted.
/// </summary>
sealed class LatencyCounts
{
    const int BucketBits = 7;
    const int BucketsPerOctave = 1 << BucketBits;
    readonly long[] _counts = new long[(65 - BucketBits) * BucketsPerOctave];
    long _count;
    long _max;

    public void Add(long nanoseconds)
    {
        var value = Math.Max(nanoseconds, 0);
        _counts[Bucket(value)]++;
        _count++;
        _max = Math.Max(_max, value);
    }

    public Latency ToLatency() => new(_count, Percentile(0.50), Percentile(0.99), _max / 1e6);

    double Percentile(double share)
    {
        var left = (long)Math.Ceiling(share * _count);
        for (var i = 0; i < _counts.Length && left > 0; i++)
            if ((left -= _counts[i]) <= 0)
                return Math.Min(UpperEdge(i), _max) / 1e6;
        return 0;
    }

    static int Bucket(long value)
    {
        var octave = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value | 1) - BucketBits);
        return octave * BucketsPerOctave + (int)(value >> octave);
    }

    static long UpperEdge(int bucket)
    {
        // After its shift a value of any octave but the first lies in [BucketsPerOctave, 2 * BucketsPerOctave).
        var octave = Math.Max(0, bucket / BucketsPerOctave - 1);
        return ((long)(bucket - octave * BucketsPerOctave) + 1 << octave) - 1;
    }
}
