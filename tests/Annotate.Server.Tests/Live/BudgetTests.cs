using Annotate.Server.Live;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Live;

public sealed class BudgetTests
{
    readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_burst_is_taken_then_what_time_pays_back()
    {
        var budget = new Budget(callsPerSecond: 10, bytesPerSecond: 1_000_000, burstSeconds: 3, _clock);
        Assert.Equal(30, Taken(budget, bytes: 0));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Taken(budget, bytes: 0));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(budget.IsFull);
        Assert.Equal(30, Taken(budget, bytes: 0));
        Assert.False(budget.IsFull);
    }

    [Fact]
    public void Bytes_cost_as_well()
    {
        var budget = new Budget(callsPerSecond: 1_000_000, bytesPerSecond: 1_000, burstSeconds: 2, _clock);
        Assert.Equal(19, Taken(budget, bytes: 100));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, Taken(budget, bytes: 100));
    }

    [Fact]
    public void Who_spends_more_than_there_is_waits_for_it()
    {
        var budget = new Budget(callsPerSecond: 2, bytesPerSecond: 1_000_000, burstSeconds: 1, _clock);
        Assert.Equal(TimeSpan.Zero, budget.Spend(0));
        Assert.Equal(TimeSpan.Zero, budget.Spend(0));
        Assert.Equal(TimeSpan.FromSeconds(0.5), budget.Spend(0));
        Assert.Equal(TimeSpan.FromSeconds(1), budget.Spend(0));
        Assert.False(budget.TrySpend(0));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(budget.TrySpend(0));
    }

    [Fact]
    public async Task Many_threads_take_no_more_than_there_is()
    {
        var budget = new Budget(callsPerSecond: 1_000, bytesPerSecond: 1_000_000, burstSeconds: 20, _clock);
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Taken(budget, bytes: 0))));
        Assert.Equal(20_000, taken.Sum());
    }

    static int Taken(Budget budget, int bytes)
    {
        var taken = 0;
        while (budget.TrySpend(bytes)) taken++;
        return taken;
    }
}
