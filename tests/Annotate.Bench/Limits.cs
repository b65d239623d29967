namespace Annotate.Bench;

/// <summary>Every bound and default of the bench, the unit last.</summary>
static class Limits
{
    public const int ServerCore = 0;
    public const int LoadCore = 1;

    /// <summary>What counts as sustained: 99 of 100 arrivals at another client are no later than this after the edit was due.</summary>
    public const double LatencyP99Milliseconds = 250;

    public const int WarmUpSeconds = 2;

    /// <summary>A server just started runs this long at a quarter of the rate that it is then tried at.</summary>
    public const int StartedWarmUpSeconds = 10;
    public const int StartedRateDivisor = 4;

    public const int DrainSeconds = 5;
    public const int OpenSeconds = 120;
    public const int UpgradeSeconds = 20;
    public const int ServerStartSeconds = 60;
    public const int ProcessExitSeconds = 10;
    public const int ServerQuietSeconds = 15;
    public const int IdleSettleSeconds = 60;

    public const double RateStartEditsPerSecond = 1000;
    public const double RateMaxEditsPerSecond = 256_000;

    /// <summary>The search ends when the lowest rate that failed is within this factor of the highest that held.</summary>
    public const double RateResolutionFactor = 1.06;

    /// <summary>After this many edits the generator looks at its sockets again, so that lateness in sending does not starve reading.</summary>
    public const int EditsPerTurnMax = 64;

    public const int ReadBufferBytes = 1 << 20;
    public const int EditBytesMax = 1 << 16;
    public const int EventsPerWaitMax = 1024;
    public const int FaultsKeptMax = 8;
    public const int LogLinesKeptMax = 40;
}
