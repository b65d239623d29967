using System.Diagnostics;

namespace Annotate.Text.Tests;

/// <summary>
/// Ends the process, and says with which input, where one takes so long that it will hardly come back: what it took can only be checked once
/// it has. By the clock on the wall, so it is far more than any input needs on a busy machine.
/// </summary>
sealed class Watchdog : IDisposable
{
    const int SecondsMax = 60;
    const int LookMilliseconds = 1_000;

    static readonly List<Watchdog> All = [];
    static readonly Timer Look = new(_ => LookAtAll(), null, LookMilliseconds, LookMilliseconds);

    [ThreadStatic]
    static Watchdog? _own;

    /// <summary>When the input was begun; 0 between two.</summary>
    long _since;
    Func<string>? _where;

    /// <summary>Begins to watch what this thread does, until it is disposed of.</summary>
    public static Watchdog Over(Func<string> where)
    {
        var own = _own ??= New();
        own._where = where;
        Volatile.Write(ref own._since, Stopwatch.GetTimestamp());
        return own;
    }

    static Watchdog New()
    {
        var watchdog = new Watchdog();
        lock (All) All.Add(watchdog);
        GC.KeepAlive(Look);
        return watchdog;
    }

    public void Dispose() => Volatile.Write(ref _since, 0);

    static void LookAtAll()
    {
        lock (All)
            foreach (var watchdog in All)
                watchdog.LookAtIt();
    }

    void LookAtIt()
    {
        var since = Volatile.Read(ref _since);
        if (since == 0 || Stopwatch.GetElapsedTime(since).TotalSeconds < SecondsMax) return;
        Environment.FailFast($"Not done after {SecondsMax} s: {_where!()}");
    }
}
