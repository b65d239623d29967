using System.Threading.Channels;
using Annotate.Server.Live;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Live;

/// <summary>The gate that edits pass: so many texts at a time, the others in turn.</summary>
public sealed class EditGateTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(Annotate.Server.Live.Limits.EditGateLookMilliseconds);
    static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(Annotate.Server.Live.Limits.EditPatienceMilliseconds * 2);

    readonly FakeTimeProvider _clock = new();
    TimeSpan _used;

    [Fact]
    public async Task Who_finds_no_place_starts_in_turn_when_one_leaves()
    {
        using var gate = new EditGate(places: 2, _clock, () => _used);
        var visitors = Enter(gate, 4);
        Assert.Equal([true, true, false, false], visitors.Select(visitor => visitor.IsInside));
        gate.Leave(visitors[1].Turn);
        await visitors[2].Started(1);
        Assert.False(visitors[3].IsInside);
        gate.Leave(visitors[0].Turn);
        await visitors[3].Started(1);

        gate.Leave(visitors[2].Turn);
        gate.Leave(visitors[3].Turn);
        Assert.Equal([true, true, false], Enter(gate, 3).Select(visitor => visitor.IsInside));
    }

    [Fact]
    public async Task Who_has_more_to_do_goes_on_at_once_or_behind_those_who_wait()
    {
        using var gate = new EditGate(places: 1, _clock, () => _used);
        var first = Enter(gate, 1)[0];
        var turn = first.Turn;
        Assert.True(gate.TryGoOn(ref turn, first.Start));
        var second = Enter(gate, 1)[0];
        Assert.False(gate.TryGoOn(ref turn, first.Start));
        await second.Started(1);
        Assert.Equal(1, first.Starts);
        gate.Leave(second.Turn);
        await first.Started(2);
    }

    [Fact]
    public async Task Who_stays_too_long_loses_the_place_and_leaves_nobody_else_s()
    {
        using var gate = new EditGate(places: 1, _clock, () => _used);
        var late = Enter(gate, 1)[0];
        PassBusily(TooLong);
        // Nobody waited, so nobody looked: being slow is no harm then.
        var second = Enter(gate, 1)[0];
        Assert.False(second.IsInside);
        PassBusily(TooLong);
        await second.Started(1);

        var third = Enter(gate, 1)[0];
        var turn = late.Turn;
        gate.Leave(turn);
        Assert.False(gate.TryGoOn(ref turn, late.Start));
        Assert.Equal((0, 1), (third.Starts, late.Starts));
        gate.Leave(second.Turn);
        await third.Started(1);
        gate.Leave(third.Turn);
        await late.Started(2);
    }

    [Fact]
    public async Task Nobody_waits_while_the_processor_is_idle()
    {
        using var gate = new EditGate(places: 1, _clock, () => _used);
        var inside = Enter(gate, 1)[0];
        var waiting = Enter(gate, 2);
        PassBusily(Look);
        Assert.All(waiting, visitor => Assert.False(visitor.IsInside));
        _clock.Advance(Look);
        foreach (var visitor in waiting) await visitor.Started(1);
        Assert.True(Enter(gate, 1)[0].IsInside);
        // Those without a place leave nobody else's.
        gate.Leave(waiting[0].Turn);

        PassBusily(Look);
        var last = Enter(gate, 1)[0];
        Assert.False(last.IsInside);
        gate.Leave(inside.Turn);
        await last.Started(1);
    }

    [Fact]
    public void Whoever_comes_after_an_idle_time_is_looked_at_anew()
    {
        using var gate = new EditGate(places: 1, _clock, () => _used);
        Enter(gate, 2);
        _clock.Advance(Look);
        Assert.True(Enter(gate, 1)[0].IsInside);
        _clock.Advance(2 * Look);
        Assert.False(Enter(gate, 1)[0].IsInside);
    }

    [Fact]
    public async Task Any_number_at_once_all_get_their_turns_and_never_more_than_there_are_places()
    {
        const int places = 3, visitors = 64, turns = 500;
        // Its clock stands still: nobody is ever late.
        using var gate = new EditGate(places, _clock, () => _used);
        var (inside, most, done) = (0, 0, 0);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Parallel.ForAsync(0, visitors, (_, _) =>
        {
            var left = turns;
            gate.Enter(Start);
            return ValueTask.CompletedTask;

            void Start(EditTurn turn) => _ = StayAsync(turn);

            async Task StayAsync(EditTurn turn)
            {
                do
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    // Others run meanwhile, as they do while the disk writes.
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    if (--left > 0) continue;
                    gate.Leave(turn);
                    if (Interlocked.Increment(ref done) == visitors) all.SetResult();
                    return;
                }
                while (gate.TryGoOn(ref turn, Start));
            }
        });
        await all.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.InRange(most, 1, places);
        Assert.Equal([true, true, true, false], Enter(gate, 4).Select(visitor => visitor.IsInside));
    }

    void PassBusily(TimeSpan time)
    {
        for (; time > TimeSpan.Zero; time -= Look)
        {
            _used += Look * Environment.ProcessorCount;
            _clock.Advance(Look);
        }
    }

    static Visitor[] Enter(EditGate gate, int count)
    {
        Visitor[] visitors = [.. Enumerable.Range(0, count).Select(_ => new Visitor())];
        foreach (var visitor in visitors) gate.Enter(visitor.Start);
        return visitors;
    }

    static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen;) seen = now;
    }

    sealed class Visitor
    {
        readonly Channel<EditTurn> _turns = Channel.CreateUnbounded<EditTurn>();
        int _count;

        public EditTurn Turn { get; private set; }

        public int Starts => Volatile.Read(ref _count);

        public bool IsInside => Starts > 0;

        public void Start(EditTurn turn)
        {
            Turn = turn;
            Interlocked.Increment(ref _count);
            _turns.Writer.TryWrite(turn);
        }

        public async Task Started(int times)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Patience);
            while (Starts < times) await _turns.Reader.ReadAsync(limit.Token);
        }
    }
}
