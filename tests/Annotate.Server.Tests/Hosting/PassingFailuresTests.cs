using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Journals;
using Annotate.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Annotate.Server.Tests.Hosting;

/// <summary>Which calls to grains are made again, how often, and which are not: in a real silo whose calls fail as a test wants.</summary>
public sealed class PassingFailuresTests : IAsyncLifetime
{
    readonly LeapingClock _clock = new();
    readonly Faults _faults = new();
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServerHost.StartAsync(configure: builder => builder.Services
        .AddSingleton<IOutgoingGrainCallFilter>(services => new PassingFailures(_clock, services.GetRequiredService<IHostApplicationLifetime>()))
        .AddSingleton<IOutgoingGrainCallFilter>(_faults));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_call_that_met_a_server_which_has_gone_is_made_again_with_what_it_was_made_with()
    {
        _faults.Next(3, () => new SiloUnavailableException("gone"));
        Assert.Null((await FoundAsync("river")).Problem);
        Assert.Equal(4, _faults.Calls);
        Assert.Equal([25, 50, 100], _clock.WaitsMilliseconds);
        Assert.Equal("river", (await CoalitionOf("river").ReadAsync())!.Name);
    }

    [Fact]
    public async Task It_is_given_up_in_time()
    {
        _faults.Next(int.MaxValue, () => new SiloUnavailableException("gone"));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => FoundAsync("river"));
        // One that begins in time may end after it.
        Assert.InRange(_clock.WaitsMilliseconds.Sum(), Limits.PassingFailureMilliseconds, Limits.PassingFailureMilliseconds + Limits.CallAgainMillisecondsMax - 1);
        Assert.Equal(Limits.CallAgainMillisecondsMax, _clock.WaitsMilliseconds.Max());
        Assert.Equal(_clock.WaitsMilliseconds.Count + 1, _faults.Calls);
    }

    [Fact]
    public async Task Every_other_failure_is_told_at_once()
    {
        // A call without an answer may be at work, and one that was answered has been.
        foreach (var failure in new Exception[] { new TimeoutException(), new StorageUnavailableException("away"), new JournalFailedException("stale"), new OrleansException("other") })
        {
            _faults.Next(1, () => failure);
            Assert.Same(failure, await Record.ExceptionAsync(() => FoundAsync("river")));
            Assert.Equal(1, _faults.Calls);
        }

        Assert.Empty(_clock.WaitsMilliseconds);
    }

    [Fact]
    public async Task A_server_that_stops_tries_nothing_again()
    {
        _server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        _faults.Next(1, () => new SiloUnavailableException("gone"));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => FoundAsync("river"));
        Assert.Equal(1, _faults.Calls);
    }

    ICoalitionGrain CoalitionOf(string key) => _server.Grains.GetGrain<ICoalitionGrain>(key);

    Task<Answer> FoundAsync(string key) =>
        CoalitionOf(key).RunAsync(new DescribeCoalition(key, Policy.NoBlock) { Id = _server.NewId(), By = By.Operator });

    static bool IsMeant(IGrainCallContext context) => context.InterfaceMethod.Name == "RunAsync" && context.TargetId.ToString().StartsWith("coalition/", StringComparison.Ordinal);

    /// <summary>Between the part under test and the network.</summary>
    sealed class Faults : IOutgoingGrainCallFilter
    {
        int _left;
        Func<Exception> _failure = null!;

        public int Calls { get; private set; }

        public void Next(int times, Func<Exception> failure) => (_left, _failure, Calls) = (times, failure, 0);

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (!IsMeant(context)) return context.Invoke();
            Calls++;
            return _left-- > 0 ? Task.FromException(_failure()) : context.Invoke();
        }
    }

    /// <summary>Whoever waits on it has waited already.</summary>
    sealed class LeapingClock : TimeProvider
    {
        long _now;

        public List<int> WaitsMilliseconds { get; } = [];

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            WaitsMilliseconds.Add((int)dueTime.TotalMilliseconds);
            Interlocked.Add(ref _now, (long)dueTime.TotalMilliseconds);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
