using System.Text.RegularExpressions;
using Annotate.Server.Access;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Annotate.Server.Hosting;

/// <summary>
/// Keeps tokens out of every log, whoever writes it, and repeats too. Browsers can send a token only in the address of a socket, and the server's
/// own request log, and any library's, prints addresses: so the text is cleaned on its way to the loggers, not where it is written.
/// </summary>
static partial class LogScrubbing
{
    const string Scrubbed = "***";

    public static void AddLogScrubbing(this IServiceCollection services)
    {
        services.AddLogging();
        services.AddSingleton<LoggerFactory>();
        services.AddSingleton<StartLog>();
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(static provider => new ScrubbingLoggerFactory(
            provider.GetRequiredService<LoggerFactory>(), provider.GetRequiredService<StartLog>(), provider.GetRequiredService<TimeProvider>())));
    }

    /// <summary>The text without tokens, in whatever spelling, and without what stood in the query of an address.</summary>
    public static string Scrub(string text) =>
        MayNeedIt(text) ? Token().Replace(Query().Replace(text, "?" + Scrubbed), Secrets.Prefix + Scrubbed) : text;

    static bool MayNeedIt(string text) => text.AsSpan().ContainsAny('?', '%') || text.Contains(Secrets.Prefix, StringComparison.Ordinal);

    static bool NeedsIt(string? text) => text is not null && MayNeedIt(text) && (Token().IsMatch(text) || Query().IsMatch(text));

    // Cut off ones, too: what is left of a token helps whoever guesses the rest. Each character may be written as %61, as %2561, and so on.
    [GeneratedRegex("(?:a|%(?:25)*61)(?:n|%(?:25)*6[Ee]){2}(?:_|%(?:25)*5[Ff])(?:[A-Za-z0-9_-]|%(?:25)*[0-9A-Fa-f]{2}){6,}")]
    private static partial Regex Token();

    // A token that somebody mistyped is still nearly one, and is known by nothing but its place.
    [GeneratedRegex("""\?[^\s"'<>?]*[=%][^\s"'<>?]*""")]
    private static partial Regex Query();

    sealed class ScrubbingLoggerFactory(LoggerFactory inner, StartLog start, TimeProvider clock) : ILoggerFactory
    {
        readonly LogFolding _folding = new(clock);

        public ILogger CreateLogger(string categoryName) =>
            new FoldingLogger(new StartLogger(new ScrubbingLogger(inner.CreateLogger(categoryName)), start), categoryName, _folding);

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose()
        {
            _folding.Dispose();
            inner.Dispose();
        }
    }

    sealed class ScrubbingLogger(ILogger inner) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull =>
            HoldAny(state) || (state is string text && NeedsIt(text)) ? inner.BeginScope(Scrub(state.ToString() ?? "")) : inner.BeginScope(state);

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(level)) return;
            if (!NeedsIt(formatter(state, exception)) && !NeedsIt(exception?.ToString()) && !HoldAny(state))
            {
                inner.Log(level, id, state, exception, formatter);
                return;
            }

            // The state goes, since loggers may print its members; what it says is kept.
            var clean = exception is null ? null : new ScrubbedException(Scrub(exception.ToString()));
            inner.Log(level, id, Scrub(formatter(state, exception)), clean, static (text, _) => text);
        }

        static bool HoldAny<TState>(TState state)
        {
            if (state is not IEnumerable<KeyValuePair<string, object?>> members) return false;
            foreach (var (_, value) in members)
                if (NeedsIt(value?.ToString())) return true;
            return false;
        }
    }

    /// <summary>What another exception said, without the tokens in it.</summary>
    sealed class ScrubbedException(string text) : Exception(text)
    {
        public override string ToString() => Message;
    }
}
