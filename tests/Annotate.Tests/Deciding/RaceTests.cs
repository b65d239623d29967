using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Following;
using Annotate.Positions;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>
/// Commands that meet on one grain while a write is in flight, and the same command sent twice at once. Each seed is a grain of its own,
/// in one silo, whose writes complete when the test says so.
/// </summary>
public sealed class RaceTests
{
    const int ThreadSeeds = 10_000;
    const int PositionSeeds = 1_000;
    const int AtOnce = 100;
    const int TestSecondsMax = 600;

    readonly GatedRecords _records = new();

    [Fact]
    public Task On_a_thread_the_order_of_decisions_is_the_order_of_the_journal() => RaceAllAsync(ThreadSeeds, RaceOnThreadAsync);

    [Fact]
    public Task On_positions_the_order_of_decisions_is_the_order_of_the_journal() => RaceAllAsync(PositionSeeds, RaceOnPositionsAsync, FoundAsync);

    async Task RaceAllAsync(int seeds, Func<Silo, int, Task<int>> race, Func<Silo, Task>? prepare = null)
    {
        await using var silo = await Silo.StartAsync(_records);
        if (prepare is not null) await prepare(silo);
        var recorded = 0;
        foreach (var some in Enumerable.Range(1, seeds).Chunk(AtOnce))
        {
            var entries = await Task.WhenAll(some.Select(RunAsync)).WaitAsync(TimeSpan.FromSeconds(TestSecondsMax), TestContext.Current.CancellationToken);
            recorded += entries.Sum();
        }

        // Otherwise the seeds would race with nothing.
        Assert.True(recorded > 3 * seeds, $"only {recorded} entries were recorded");

        async Task<int> RunAsync(int seed)
        {
            try
            {
                return await race(silo, seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    async Task<int> RaceOnThreadAsync(Silo silo, int seed)
    {
        var random = new Random(seed);
        var key = new ThreadKey("c", Tier.Coalition, "treaty", $"art_{seed}");
        var grain = silo.Grains.GetGrain<IThreadGrain>(key.ToString());
        var ids = new Ids(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var first = Annotate(key, ids.Next());
        var (commands, entries) = await RaceAsync(
            silo, grain, random, first, () => Any(random, key, first.Id, ids), grain.RunAsync, async () => (await grain.ReadAsync()).Version);
        var live = await grain.ReadAsync();
        // What was deleted in the end is handed out without its words.
        var deleted = live.Annotations.SelectMany(each => each.Replies.Where(reply => reply.Deleted).Select(reply => reply.Id).Append(each.Deleted ? each.Id : Guid.Empty)).ToHashSet();
        var replayed = Replayed<Annotate.Threads.ThreadState, ThreadCommand>(
            commands, entries, (command, state, _) => command.Decide(state, key), entry => entry.WithoutWords(deleted.Contains));
        Assert.Equal(ToJson(live), ToJson(ThreadView.Of(key, replayed, entries.Count)));
        return entries.Count;
    }

    async Task<int> RaceOnPositionsAsync(Silo silo, int seed)
    {
        var random = new Random(seed);
        var key = new PositionKey("c", "treaty", $"art_{seed}");
        var grain = silo.Grains.GetGrain<IPositionGrain>(key.ToString());
        var ids = new Ids(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var first = new ProposeCoalitionPosition(PositionKind.Amend, "first") { Id = ids.Next(), By = Commands.Ana };
        var (commands, entries) = await RaceAsync(
            silo, grain, random, first, () => Any(random, ids), grain.RunAsync, async () => (await grain.ReadAsync()).Version);
        var live = await grain.ReadAsync();
        var asked = await silo.Grains.GetGrain<ICoalitionGrain>(key.Coalition).VoicesAsync();
        var replayed = Replayed<PositionState, PositionCommand>(
            commands, entries, (command, state, entry) => command.Decide(state, new PositionMoment(TimeOf(entry), asked)), entry => entry, CloseProposal.Due);
        Assert.Equal(ToJson(live), ToJson(PositionsView.Of(replayed, entries.Count)));
        return entries.Count;

        // A proposal reads the clock a moment before its entry does.
        static DateTimeOffset TimeOf(Entry entry) =>
            entry.Event is CoalitionPositionProposed { Terms: { } terms } ? terms.ClosesAt.AddDays(-Limits.ProposalOpenDays) : entry.At;
    }

    /// <summary>Sends some commands at once, a few of them twice, while the first write waits.</summary>
    /// <returns>The commands, each as often as it was sent, and what the journal has of them.</returns>
    async Task<(TCommand[] Commands, IReadOnlyList<Entry> Entries)> RaceAsync<TCommand>(
        Silo silo, ITopicGrain grain, Random random, TCommand first, Func<TCommand> any, Func<TCommand, Task<Answer>> run, Func<Task<long>> readVersion)
        where TCommand : Command
    {
        Assert.Equal(new Answer(null, 1), await run(first));
        var gate = _records.Close(grain.GetGrainId());
        List<TCommand> commands = [.. Enumerable.Range(0, 3 + random.Next(6)).Select(_ => any())];
        for (var twice = random.Next(3); twice > 0; twice--) commands.Add(commands[random.Next(commands.Count)]);
        var answers = Task.WhenAll(commands.Select(run));
        var read = readVersion();
        await Task.WhenAny(gate.Reached, answers);
        // Whatever was recorded is not durable yet, so nothing that shows it may have been answered (G1).
        if (!answers.IsCompleted) Assert.False(read.IsCompletedSuccessfully && await read > 1, "a read showed what a crash could take back");
        gate.Open();
        TCommand[] sent = [first, .. commands];
        Answer[] answered = [new Answer(null, 1), .. await answers];
        var entries = await silo.HistoryAsync(grain);
        CheckAnswers(sent, answered, entries);
        return (sent, entries);
    }

    static void CheckAnswers(Command[] commands, Answer[] answers, IReadOnlyList<Entry> entries)
    {
        // Every entry is of one command (or came about by itself), sent once or more often, and every sender got its version, unless it was refused before that.
        var ofCommands = entries.Where(entry => entry.Command != Guid.Empty).ToArray();
        Assert.Equal(ofCommands.Length, ofCommands.Select(entry => entry.Command).Distinct().Count());
        foreach (var (command, answer) in commands.Zip(answers))
        {
            var version = entries.ToList().FindIndex(entry => entry.Command == command.Id) + 1;
            if (version > 0 && answer.Problem is null) Assert.Equal(version, answer.Version);
            else if (version > 0) Assert.True(answer.Version < version, $"refused at {answer.Version}, recorded at {version}");
        }

        // Those that changed nothing give their repeats the same answer as well.
        foreach (var same in commands.Zip(answers).GroupBy(sent => sent.First.Id))
            Assert.Single(same.Where(sent => sent.Second.Problem is null).Select(sent => sent.Second).Distinct().Take(2).DefaultIfEmpty());
    }

    /// <summary>Decided again one after the other, in the order of the journal, each comes to what was recorded.</summary>
    static TState Replayed<TState, TCommand>(
        TCommand[] commands, IReadOnlyList<Entry> entries, Func<TCommand, TState, Entry, Decision> decide, Func<Entry, Entry> asShown,
        Func<TState, DateTimeOffset, Event?>? due = null)
        where TState : class, IState, new()
        where TCommand : Command
    {
        var replayed = new TState();
        for (var i = 0; i < entries.Count; i++)
        {
            // What is due is recorded before anything else is decided, and nothing else comes about by itself.
            var byItself = due?.Invoke(replayed, entries[i].At);
            Assert.Equal(entries[i].Command == Guid.Empty, byItself is not null);
            var again = entries[i] with { Event = byItself ?? decide(commands.First(each => each.Id == entries[i].Command), replayed, entries[i]).Event! };
            Assert.Equal(ToJson(entries[i].Event), ToJson(asShown(again).Event));
            replayed.Apply(i + 1, again);
        }

        return replayed;
    }

    /// <summary>The two organisations that take positions are asked, so that proposals are adopted while others write.</summary>
    static async Task FoundAsync(Silo silo)
    {
        var coalition = silo.Grains.GetGrain<ICoalitionGrain>("c");
        MandateHeld[] mandates = [new MandateHeld(Mandate.Position, null)];
        CoalitionCommand[] all =
        [
            new DescribeCoalition("C", Policy.NoBlock) { Id = Commands.Id(1), By = By.Operator },
            .. new[] { Commands.Ana, Commands.Ben }.SelectMany((by, i) => new CoalitionCommand[]
            {
                new NameOrganisation(by.Organisation!, by.Organisation!) { Id = Commands.Id(2 + i), By = By.Operator },
                new AdmitPerson(by.Person, by.Person, by.Organisation, null, Role.Member, mandates) { Id = Commands.Id(4 + i), By = By.Operator },
            }),
        ];
        foreach (var command in all) Assert.Null((await coalition.RunAsync(command)).Problem);
    }

    static PositionCommand Any(Random random, Ids ids)
    {
        var (id, by) = (ids.Next(), random.Next(2) == 0 ? Commands.Ana : Commands.Ben);
        var kind = (PositionKind)random.Next(3);
        long? version = random.Next(4) == 0 ? 1 + random.Next(2) : null;
        return random.Next(10) switch
        {
            < 5 => new TakePosition(by.Organisation!, kind, false, $"why {random.Next(2)}") { Id = id, By = by, IfVersion = version },
            < 7 => new ProposeCoalitionPosition(kind, "so") { Id = id, By = by, IfVersion = version },
            _ => new GiveConsent(by.Organisation!, Consent.Agree, "", 1 + random.Next(3)) { Id = id, By = by },
        };
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
