using System.Text.RegularExpressions;
using Annotate.Server.Access;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Annotate.Server.Hosting;

/// <summary>
/// Keeps tokens out of every log, whoever writes it. Browsers can send a token only in the address of a socket, and the server's own
/// request log, and any library's, prints addresses: so the text is cleaned on its way to the loggers, not where it is written.
/// </summary>
static partial class LogScrubbing
{
    public static void AddLogScrubbing(this IServiceCollection services)
    {
        services.AddLogging();
        services.AddSingleton<LoggerFactory>();
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(
            static provider => new ScrubbingLoggerFactory(provider.GetRequiredService<LoggerFactory>())));
    }

    public static string Scrub(string text) =>
        text.Contains(Secrets.Prefix, StringComparison.Ordinal) ? Token().Replace(text, Secrets.Prefix + "***") : text;

    // Cut off ones, too: what is left of a token helps whoever guesses the rest.
    [GeneratedRegex("ann_[A-Za-z0-9_-]{6,}")]
    private static partial Regex Token();

    sealed class ScrubbingLoggerFactory(LoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new ScrubbingLogger(inner.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose() => inner.Dispose();
    }

    sealed class ScrubbingLogger(ILogger inner) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(level)) return;
            if (!Holds(state, formatter(state, exception), exception))
            {
                inner.Log(level, id, state, exception, formatter);
                return;
            }

            // The state goes, since loggers may print its members; what it says is kept.
            var clean = exception is null ? null : new ScrubbedException(Scrub(exception.ToString()));
            inner.Log(level, id, Scrub(formatter(state, exception)), clean, static (text, _) => text);
        }

        static bool Holds<TState>(TState state, string message, Exception? exception)
        {
            if (message.Contains(Secrets.Prefix, StringComparison.Ordinal)) return true;
            if (exception is not null && exception.ToString().Contains(Secrets.Prefix, StringComparison.Ordinal)) return true;
            if (state is not IEnumerable<KeyValuePair<string, object?>> members) return false;
            foreach (var (_, value) in members)
                if (value?.ToString()?.Contains(Secrets.Prefix, StringComparison.Ordinal) == true) return true;
            return false;
        }
    }

    /// <summary>What another exception said, without the tokens in it.</summary>
    sealed class ScrubbedException(string text) : Exception(text)
    {
        public override string ToString() => Message;
    }
}
