using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests;

/// <summary>Keeps all that is logged: the text, the members of the state, the scopes and the exceptions.</summary>
public sealed class CapturedLog : ILoggerProvider, ISupportExternalScope
{
    readonly ConcurrentQueue<string> _lines = new();
    IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() { }

    sealed class Logger(string category, CapturedLog log) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => log._scopes.Push(state);

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new StringBuilder($"{level} {category}: {formatter(state, exception)}");
            Add(line, state);
            log._scopes.ForEachScope((scope, to) => Add(to, scope), line);
            if (exception is not null) line.Append(" ! ").Append(exception);
            log._lines.Enqueue(line.ToString());
        }

        static void Add(StringBuilder line, object? state)
        {
            line.Append(" | ").Append(state);
            if (state is not IEnumerable<KeyValuePair<string, object?>> members) return;
            foreach (var (name, value) in members) line.Append(' ').Append(name).Append('=').Append(value);
        }
    }
}
