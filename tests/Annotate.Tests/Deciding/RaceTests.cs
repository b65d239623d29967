using System.Text.Json;
using Annotate.Deciding;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>
/// Commands that meet on one grain while a write is in flight, and the same command sent twice at once. Each seed is a thread of its own,
/// in one silo, whose writes complete when the test says so.
/// </summary>
public sealed class RaceTests
{
    const int Seeds = 10_000;
    const int AtOnce = 100;
    const int TestSecondsMax = 600;

    [Fact]
    public async Task The_order_of_decisions_is_the_order_of_the_journal()
    {
        var records = new GatedRecords();
        await using var silo = await Silo.StartAsync(records);
        var recorded = 0;
        foreach (var seeds in Enumerable.Range(1, Seeds).Chunk(AtOnce))
        {
            var entries = await Task.WhenAll(seeds.Select(seed => RunAsync(silo, records, seed))).WaitAsync(TimeSpan.FromSeconds(TestSecondsMax), TestContext.Current.CancellationToken);
            recorded += entries.Sum();
        }

        // Otherwise the seeds would race with nothing.
        Assert.True(recorded > 3 * Seeds, $"only {recorded} entries were recorded");
    }

    static async Task<int> RunAsync(Silo silo, GatedRecords records, int seed)
    {
        try
        {
            return await RaceAsync(silo, records, seed);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}", exception);
        }
    }

    static async Task<int> RaceAsync(Silo silo, GatedRecords records, int seed)
    {
        var random = new Random(seed);
        var key = new ThreadKey("c", Tier.Coalition, "treaty", $"art_{seed}");
        var grain = silo.Grains.GetGrain<IThreadGrain>(key.ToString());
        var ids = new Ids(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var first = Annotate(key, ids.Next());
        Assert.Equal(new Answer(null, 1), await grain.RunAsync(first));

        var gate = records.Close(grain.GetGrainId());
        List<ThreadCommand> commands = [.. Enumerable.Range(0, 3 + random.Next(6)).Select(_ => Any(random, key, first.Id, ids))];
        for (var twice = random.Next(3); twice > 0; twice--) commands.Add(commands[random.Next(commands.Count)]);
        var answers = Task.WhenAll(commands.Select(grain.RunAsync));
        var read = grain.ReadAsync();
        await Task.WhenAny(gate.Reached, answers);
        // Whatever was recorded is not durable yet, so nothing that shows it may have been answered (G1).
        if (!answers.IsCompleted) Assert.False(read.IsCompletedSuccessfully && (await read).Version > 1, "a read showed what a crash could take back");
        gate.Open();

        var entries = await silo.HistoryAsync(grain);
        Check(key, [first, .. commands], [new Answer(null, 1), .. await answers], await silo.HistoryAsync(grain), await grain.ReadAsync());
        return entries.Count;
    }

    static void Check(ThreadKey key, ThreadCommand[] commands, Answer[] answers, IReadOnlyList<Entry> entries, ThreadView live)
    {
        // Every entry is of one command, sent once or more often, and every sender got its version.
        Assert.Equal(entries.Count, entries.Select(entry => entry.Command).Distinct().Count());
        foreach (var (command, answer) in commands.Zip(answers))
        {
            var version = entries.ToList().FindIndex(entry => entry.Command == command.Id) + 1;
            if (version > 0) Assert.Equal(new Answer(null, version), answer);
        }

        // Those that changed nothing give their repeats the same answer as well.
        foreach (var same in commands.Zip(answers).GroupBy(sent => sent.First.Id))
            Assert.Single(same.Where(sent => sent.Second.Problem is null).Select(sent => sent.Second).Distinct().Take(2).DefaultIfEmpty());

        // Decided again one after the other, in the order of the journal, each comes to what was recorded. What was deleted in the end is
        // handed out without its words.
        var deleted = live.Annotations.SelectMany(each => each.Replies.Where(reply => reply.Deleted).Select(reply => reply.Id).Append(each.Deleted ? each.Id : Guid.Empty)).ToHashSet();
        var replayed = new Annotate.Threads.ThreadState();
        for (var i = 0; i < entries.Count; i++)
        {
            var command = commands.First(each => each.Id == entries[i].Command);
            var again = entries[i] with { Event = command.Decide(key, replayed).Event! };
            Assert.Equal(ToJson(entries[i].Event), ToJson(WordsTakenBack.Without(again, deleted.Contains).Event));
            replayed.Apply(i + 1, again);
        }

        Assert.Equal(ToJson(live), ToJson(ThreadView.Of(key, replayed, entries.Count)));
    }

    static AnnotateProvision Annotate(ThreadKey key, Guid id) =>
        new(new Target(key.Instrument, "l15", key.Article), Motivation.Commenting, "first", []) { Id = id, By = Commands.Ana };

    static ThreadCommand Any(Random random, ThreadKey key, Guid annotation, Ids ids)
    {
        var (id, by) = (ids.Next(), random.Next(2) == 0 ? Commands.Ana : Commands.Ben);
        long? version = random.Next(3) == 0 ? 1 : null;
        return random.Next(12) switch
        {
            < 5 => new EditAnnotation(annotation, $"wording {random.Next(3)}", null) { Id = id, By = Commands.Ana, IfVersion = version },
            < 7 => new ReplyToAnnotation(annotation, "reply") { Id = id, By = by },
            7 => new ResolveAnnotation(annotation) { Id = id, By = by },
            8 => new ReopenAnnotation(annotation) { Id = id, By = by },
            9 => new DeleteAnnotation(annotation, random.Next(4) == 0) { Id = id, By = by },
            _ => Annotate(key, id) with { By = by },
        };
    }

    static string ToJson(object? value) => value is null ? "nothing" : JsonSerializer.Serialize(value, value.GetType(), Json.Options);

    /// <summary>Command ids of the same seed in every run; the clock of the silo is far later.</summary>
    sealed class Ids(DateTimeOffset from)
    {
        int _last;

        public Guid Next()
        {
            Span<byte> bytes = stackalloc byte[16];
            var milliseconds = from.ToUnixTimeMilliseconds() + ++_last;
            for (var i = 5; i >= 0; i--, milliseconds >>= 8) bytes[i] = (byte)milliseconds;
            bytes[6] = 0x70;
            bytes[8] = 0x80;
            return new Guid(bytes, bigEndian: true);
        }
    }
}
