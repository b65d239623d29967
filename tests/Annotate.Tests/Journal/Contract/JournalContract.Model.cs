using System.Security.Cryptography;
using Annotate.Journals;
using Orleans.Storage;
using Xunit.Sdk;

namespace Annotate.Tests.Journals;

public abstract partial class JournalContract
{
    [Fact]
    public Task Two_activations_with_random_faults_agree_with_the_model() => OneAtATime.RunAsync(async () =>
    {
        var storage = NewStorage();
        var first = RandomNumberGenerator.GetInt32(int.MaxValue - RandomRounds);
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {first} to {first + RandomRounds - 1}");
        for (var round = 0; round < RandomRounds; round++)
        {
            var seed = first + round;
            try
            {
                await new RandomLife(storage, NextGrain(), seed).RunAsync();
            }
            catch (Exception exception)
            {
                throw new XunitException($"seed {seed}: {exception.Message}", exception);
            }
        }
    });

    /// <summary>
    /// Two lines of activations on one journal that know nothing of each other, over a storage that fails, forgets to acknowledge, and lets
    /// the other go first at random. The model: what was acknowledged stays where it was, and nothing appears that was not appended.
    /// </summary>
    sealed class RandomLife(IGrainStorage storage, GrainId grain, int seed)
    {
        const int Steps = 60;

        readonly Random _random = new(seed);
        readonly JournalLimits _limits = Narrow with { FoldSegmentsMin = 2 + seed % 9, ChunkBytesMax = 10 + seed % 60 };
        readonly Dictionary<long, string> _acknowledged = [];
        readonly Dictionary<long, HashSet<string>> _appended = [];
        int _entries;

        public async Task RunAsync()
        {
            await Task.WhenAll(LiveAsync("a"), LiveAsync("b"));
            var last = await Activation.OpenAsync(storage, grain, _limits);
            var found = last.State.Entries;
            foreach (var (version, entry) in _acknowledged) Assert.Equal(entry, found.ElementAtOrDefault((int)version - 1));
            for (var i = 0; i < found.Count; i++) Assert.Contains(found[i], _appended[i + 1]);
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Equal(found, await last.HistoryAsync(countMax: 1 + _random.Next(20)));
        }

        async Task LiveAsync(string who)
        {
            Activation? activation = null;
            for (var step = 0; step < Steps; step++)
            {
                try
                {
                    activation ??= await Activation.OpenAsync(Faulty(), grain, _limits);
                    await StepAsync(who, activation);
                    if (_random.Next(15) == 0) activation = null;
                }
                catch (Exception exception) when (exception is JournalFailedException or StorageStoppedException)
                {
                    activation = null;
                }
            }
        }

        async Task StepAsync(string who, Activation activation)
        {
            List<(long Version, string Entry)> appended = [];
            for (var i = _random.Next(4); i >= 0; i--)
            {
                var entry = $"{who}{++_entries}";
                var version = activation.Append(entry);
                appended.Add((version, entry));
                if (!_appended.TryGetValue(version, out var candidates)) _appended[version] = candidates = [];
                candidates.Add(entry);
            }

            // Sometimes more is appended while the write is in flight, and sometimes the activation is left behind with it.
            if (_random.Next(3) == 0) await Task.Yield();
            if (_random.Next(10) == 0) return;
            await activation.Journal.WhenDurableAsync(appended[^1].Version);
            foreach (var (version, entry) in appended)
            {
                Assert.True(_acknowledged.TryAdd(version, entry), $"version {version} acknowledged twice");
            }
        }

        FaultyStorage Faulty()
        {
            async Task MaybeAsync(Operation operation)
            {
                for (var turns = _random.Next(4); turns > 0; turns--) await Task.Yield();
                if (_random.Next(40) == 0) throw new StorageStoppedException(operation);
            }

            return new(storage) { Before = MaybeAsync, After = MaybeAsync };
        }
    }
}
