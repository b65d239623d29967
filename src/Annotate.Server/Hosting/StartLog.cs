namespace Annotate.Server.Hosting;

/// <summary>
/// Holds the log back until it is known how a start ends. One that is refused for a reason that is told in words says nothing else: every part
/// that had started already would complain of being torn down, and hide the line that counts. Of any other failure all is shown.
/// </summary>
/// <remarks>Lines that were held bear the time at which they are shown.</remarks>
sealed class StartLog(TimeProvider clock) : IDisposable
{
    readonly Lock _gate = new();
    readonly List<Action> _held = [];
    ITimer? _patience;
    volatile bool _isOpen = true;
    bool _isDropped;

    /// <summary>A start begins. Whoever waits for a slow one sees why after a while.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _isOpen = false;
            _patience = clock.CreateTimer(static log => ((StartLog)log!).Open(), this, TimeSpan.FromSeconds(Limits.StartLogHeldSeconds), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes it now or later, or never.</summary>
    public void Write(Action line)
    {
        if (!_isOpen && IsHeld(line)) return;
        line();
    }

    /// <summary>Shows what was held, and everything from now on.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (_isOpen || _isDropped) return;
            Action[] held = [.. _held];
            Forget();
            // First: a line that cannot be written must not keep back those that come.
            _isOpen = true;
            foreach (var line in held) line();
        }
    }

    /// <summary>Shows nothing of it, nor of what is said from now on.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            Forget();
            _isDropped = true;
            _isOpen = false;
        }
    }

    public void Dispose() => _patience?.Dispose();

    bool IsHeld(Action line)
    {
        bool isMuch;
        lock (_gate)
        {
            if (_isOpen) return false;
            if (_isDropped) return true;
            _held.Add(line);
            isMuch = _held.Count >= Limits.StartLogLinesMax;
        }

        if (isMuch) Open();
        return true;
    }

    void Forget()
    {
        _held.Clear();
        _patience?.Dispose();
    }
}

/// <summary>Passes on what is not held back.</summary>
sealed class StartLogger(ILogger inner, StartLog start) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (inner.IsEnabled(logLevel)) start.Write(() => inner.Log(logLevel, eventId, state, exception, formatter));
    }
}
