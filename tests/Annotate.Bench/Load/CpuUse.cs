using System.Diagnostics;

namespace Annotate.Bench.Load;

/// <summary>How busy the server and the load are, from now until asked.</summary>
sealed class CpuUse(int server)
{
    const double TicksPerSecond = 100; // USER_HZ, the unit of /proc, is 100 on every Linux architecture that .NET runs on.
    readonly long _start = Stopwatch.GetTimestamp();
    readonly double _server = Seconds(server);
    readonly double _load = Seconds(Environment.ProcessId);

    /// <summary>Both in percent of one core.</summary>
    public (double Server, double Load) Percent()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return ((Seconds(server) - _server) / elapsed * 100, (Seconds(Environment.ProcessId) - _load) / elapsed * 100);
    }

    /// <summary>The processor time of a process so far; 0 when it has ended.</summary>
    public static double Seconds(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // The name in parentheses may hold spaces.
            return (double.Parse(fields[11]) + double.Parse(fields[12])) / TicksPerSecond;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
