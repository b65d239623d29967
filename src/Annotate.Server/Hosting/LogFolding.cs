using System.Collections.Concurrent;

namespace Annotate.Server.Hosting;

/// <summary>
/// One line a cause and minute: what fails again and again (a storage that is away, a client that comes back for ever) says so at once, and from
/// then on once a minute how often it happened since. Warnings and worse only: whoever turns on more wants all of it. NLog has a filter like it,
/// which would replace all of the logging, and tells the count only when the same happens once more.
/// </summary>
sealed class LogFolding(TimeProvider clock) : IDisposable
{
    // What there is of causes beyond those that are remembered.
    static readonly Cause Others = new("", LogLevel.None, default, "", null, null);

    readonly ConcurrentDictionary<Cause, Fold> _folds = new();
    volatile bool _isOver;

    /// <summary>Whether it is the first of its cause lately, and is to be logged; else it is counted.</summary>
    /// <param name="to">Where the count goes later.</param>
    /// <param name="message">What the first one says.</param>
    public bool IsFirst(Cause cause, ILogger to, Func<string> message)
    {
        while (!_isOver)
        {
            if (_folds.TryGetValue(cause, out var fold))
            {
                if (fold.TryCount()) return false;
                continue;
            }

            if (_folds.Count >= Limits.LogCausesMax && cause != Others) cause = Others;
            else if (_folds.TryAdd(cause, fold = new Fold(this, cause, to, message())))
            {
                fold.Start(clock);
                return true;
            }
        }

        return true;
    }

    /// <summary>Says what was left out and not told yet.</summary>
    public void Dispose()
    {
        _isOver = true;
        foreach (var (_, fold) in _folds) fold.End();
    }

    /// <summary>Lines that have all of this in common have one cause: what they say otherwise is of one case.</summary>
    /// <param name="Template">Empty for a text that was put together before it was logged, and has a number of its own.</param>
    internal readonly record struct Cause(string Category, LogLevel Level, EventId Id, string Template, Type? Exception, Type? Innermost);

    sealed class Fold(LogFolding all, Cause cause, ILogger to, string message)
    {
        readonly Lock _gate = new();
        int _left;
        bool _isOver;
        ITimer? _timer;

        public void Start(TimeProvider clock)
        {
            var window = TimeSpan.FromSeconds(Limits.LogFoldedSeconds);
            lock (_gate) _timer = clock.CreateTimer(static fold => ((Fold)fold!).Tell(), this, window, window);
        }

        /// <returns>False when it has just ended, so that the line is the first of the next.</returns>
        public bool TryCount()
        {
            lock (_gate)
            {
                if (!_isOver) _left++;
                return !_isOver;
            }
        }

        public void End()
        {
            Tell();
            Tell();
        }

        // Quiet for a whole window: the next one is news again.
        void Tell()
        {
            int left;
            lock (_gate)
            {
                (left, _left) = (_left, 0);
                if (left == 0 && !_isOver)
                {
                    _isOver = true;
                    _timer?.Dispose();
                    all._folds.TryRemove(cause, out _);
                }
            }

            if (left == 0) return;
            var level = cause == Others ? LogLevel.Error : cause.Level;
            var like = cause == Others ? "of other causes" : $"like this one: {message}";
            to.Log(level, cause.Id, $"{left} more in the last {Limits.LogFoldedSeconds} seconds {like}", null, static (text, _) => text);
        }
    }
}

/// <summary>Passes on what is not folded.</summary>
sealed class FoldingLogger(ILogger inner, string category, LogFolding folding) : ILogger
{
    const string Template = "{OriginalFormat}";

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel)) return;
        if (logLevel < LogLevel.Warning || folding.IsFirst(CauseOf(), inner, () => formatter(state, exception)))
            inner.Log(logLevel, eventId, state, exception, formatter);

        LogFolding.Cause CauseOf() => new(category, logLevel, eventId, TemplateOf(), exception?.GetType(), exception?.GetBaseException().GetType());

        string TemplateOf() => state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } members && members[^1] is { Key: Template, Value: string text }
            ? members.Count == 1 && eventId.Id != 0 ? "" : text
            : eventId.Id != 0 ? "" : formatter(state, exception);
    }
}
