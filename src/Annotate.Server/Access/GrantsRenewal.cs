namespace Annotate.Server.Access;

/// <summary>Keeps this silo's grants up to date while nothing is said, and looks after open sockets.</summary>
sealed partial class GrantsRenewal(SiloGrants grants, OpenSockets sockets, TimeProvider clock, ILogger<GrantsRenewal> logger) : BackgroundService
{
    bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Limits.GrantsRenewMilliseconds), clock);
        try
        {
            do
            {
                await RenewAsync();
                Check();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    void Check()
    {
        try
        {
            sockets.CheckAll();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A fault of ours, or of whoever hears of changes: it must not end the looking after.
            LogCheckFailed(exception);
        }
    }

    async Task RenewAsync()
    {
        try
        {
            await grants.RenewAsync();
            _failing = false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Said once; meanwhile checks refuse by themselves.
            if (!_failing) LogFailing(exception);
            _failing = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Grants could not be renewed; what depends on them is refused until they can be")]
    partial void LogFailing(Exception exception);

    [LoggerMessage(LogLevel.Error, "Open connections could not be checked")]
    partial void LogCheckFailed(Exception exception);
}
