using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Annotate.Text.Tests;

/// <summary>What this thread has spent since: time on the processor, which others that are busy do not make longer, and memory.</summary>
readonly struct Spent : IDisposable
{
    /// <summary>No input of a few kilobytes may take longer, or more.</summary>
    public const double SecondsMax = 1;
    public const long BytesMax = 64 * 1024 * 1024;

    readonly double _began;
    readonly long _held;
    readonly Watchdog? _watchdog;

    Spent(Watchdog? watchdog) => (_watchdog, _began, _held) = (watchdog, SecondsOfThread(), GC.GetAllocatedBytesForCurrentThread());

    public static Spent Begin() => new(null);

    /// <summary>The same; and if it never comes to an end, the process ends, and says where. To be disposed of at the end.</summary>
    public static Spent Begin(Func<string> where) => new(Watchdog.Over(where));

    public void Dispose() => _watchdog?.Dispose();

    public double Seconds => SecondsOfThread() - _began;

    public long Bytes => GC.GetAllocatedBytesForCurrentThread() - _held;

    /// <summary>Fails if it was too much. Gives the seconds.</summary>
    public double Check(Func<string> where, double secondsMax = SecondsMax)
    {
        var (seconds, bytes) = (Seconds, Bytes);
        if (seconds > secondsMax || bytes > BytesMax) Assert.Fail($"{where()}: took {seconds:f3} s and {bytes} bytes");
        return seconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int ReadClock(int clock, out Timespec time);

    /// <summary>CLOCK_THREAD_CPUTIME_ID has another number on macOS, and there is none on Windows.</summary>
    static double SecondsOfThread()
    {
        const int OnLinux = 3, OnMac = 16;
        if (OperatingSystem.IsWindows() || ReadClock(OperatingSystem.IsMacOS() ? OnMac : OnLinux, out var time) != 0)
            return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        return time.Seconds + time.Nanoseconds / 1e9;
    }
}
