using Annotate.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Hosting;

/// <summary>One line of log a cause and minute.</summary>
public sealed class LogFoldingTests : IDisposable
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(Limits.LogFoldedSeconds);

    readonly FakeTimeProvider _clock = new();
    readonly CapturedLog _log = new();
    readonly ServiceProvider _services;
    readonly ILogger _logger;

    public LogFoldingTests()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        services.AddLogScrubbing();
        _services = services.BuildServiceProvider();
        _logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Room");
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_cause_is_said_at_once_and_then_once_a_minute_while_it_lasts()
    {
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 1_000; i++) _logger.LogWarning(new TimeoutException("away"), "{Number} failed", i);
            Assert.Equal(minute + 1, _log.Lines.Count);
            _clock.Advance(Window);
        }

        Assert.Collection(_log.Lines,
            line => Assert.StartsWith("Warning Room: 0 failed", line),
            line => Assert.StartsWith("Warning Room: 999 more in the last 60 seconds like this one: 0 failed", line),
            line => Assert.StartsWith("Warning Room: 1000 more", line),
            line => Assert.StartsWith("Warning Room: 1000 more", line));
        Assert.DoesNotContain("TimeoutException", _log.Lines.Last());

        // Quiet for a whole minute: the next is news.
        _clock.Advance(Window);
        _logger.LogWarning(new TimeoutException("away"), "{Number} failed", 7);
        Assert.StartsWith("Warning Room: 7 failed", _log.Lines.Last());
    }

    [Fact]
    public void Other_causes_have_lines_of_their_own_and_what_is_no_failure_is_never_left_out()
    {
        for (var i = 0; i < 3; i++)
        {
            _logger.LogWarning("{Number} failed", i);
            _logger.LogWarning(new IOException(), "{Number} failed", i);
            _logger.LogWarning(new IOException("", new TimeoutException()), "{Number} failed", i);
            _logger.LogError("{Number} failed", i);
            _logger.LogWarning("{Number} failed otherwise", i);
            _logger.LogWarning(5, "{Number} failed", i);
            _services.GetRequiredService<ILoggerFactory>().CreateLogger("Another").LogWarning("{Number} failed", i);
        }

        Assert.Equal(7, _log.Lines.Count);
        for (var i = 0; i < 10; i++) _logger.LogInformation("{Number} came", i);
        Assert.Equal(17, _log.Lines.Count);
    }

    [Fact]
    public void Texts_without_end_are_bounded_and_what_was_left_out_is_told_at_the_end()
    {
#pragma warning disable CA2254 // As a library does that puts its text together first.
        for (var i = 0; i < 3 * Limits.LogCausesMax; i++) _logger.LogWarning($"Text {i}");
        Assert.Equal(Limits.LogCausesMax + 1, _log.Lines.Count);
        for (var i = 0; i < 50; i++) _logger.LogWarning(9, $"Numbered {i}");
#pragma warning restore CA2254
        Assert.Equal(Limits.LogCausesMax + 1, _log.Lines.Count);
        _services.Dispose();
        Assert.Contains($"{2 * Limits.LogCausesMax + 49} more in the last 60 seconds of other causes", _log.Lines.Last());
    }

    [Fact]
    public void A_token_is_not_in_what_is_told_later_either()
    {
        for (var i = 0; i < 2; i++) _logger.LogWarning("{Sent} was refused", "%61nn_abcdefghijkl");
        _clock.Advance(Window);
        Assert.Contains("1 more", _log.Lines.Last());
        Assert.DoesNotContain(_log.Lines, line => line.Contains("abcdefghijkl", StringComparison.Ordinal));
    }
}
