using Annotate.Deciding;
using Annotate.Statements;
using Annotate.Text;
using Orleans.Concurrency;
using Orleans.Core.Internal;

namespace Annotate.Tests.Statements;

/// <summary>
/// Edits that meet on one text while a write is in flight: some sent twice at once, some that build on what is not there yet, some that are
/// refused, while others open and read it, and some writes fail. Each seed is a text of its own, in one silo, whose writes complete when the
/// test says so.
/// </summary>
public sealed class SectionRaceTests(ITestOutputHelper output)
{
    const int Seeds = 2_000;
    const int AtOnce = 100;
    const int TestSecondsMax = 300;

    [Fact]
    public async Task The_order_of_decisions_is_the_order_of_the_journal_and_replay_gives_the_live_text()
    {
        var records = new GatedRecords();
        await using var silo = await Silo.StartAsync(records);
        var tally = new Dictionary<string, int>();
        foreach (var seeds in Enumerable.Range(1, Seeds).Chunk(AtOnce))
        {
            var races = await Task.WhenAll(seeds.Select(seed => RunAsync(silo, records, seed)))
                .WaitAsync(TimeSpan.FromSeconds(TestSecondsMax), TestContext.Current.CancellationToken);
            foreach (var what in races.SelectMany(race => race)) tally[what] = tally.GetValueOrDefault(what) + 1;
        }

        output.WriteLine(string.Join(", ", tally.OrderBy(each => each.Key).Select(each => $"{each.Value} {each.Key}")));
        // Otherwise the seeds would race with nothing.
        Assert.True(tally["Durable"] > 2 * Seeds);
        foreach (var what in new[] { "Held", "Missing", "Refused", "lost", "landed" }) Assert.True(tally[what] > Seeds / 10, what);
    }

    static async Task<IEnumerable<string>> RunAsync(Silo silo, GatedRecords records, int seed)
    {
        try
        {
            return await new SectionRace(silo, records, seed).RunAsync();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}", exception);
        }
    }

    /// <summary>One text, and those who write in it.</summary>
    sealed class SectionRace(Silo silo, GatedRecords records, int seed)
    {
        const int TriesMax = 1_000;

        readonly Random _random = new(seed);
        readonly ISectionGrain _grain = silo.Grains.GetGrain<ISectionGrain>($"c/s/part-{seed}");
        readonly Writer[] _writers = [new(1, Commands.Ana), new(2, Commands.Ana), new(3, Commands.Ben)];
        readonly List<(Edit Edit, EditOutcome Outcome)> _answered = [];
        readonly List<Edit> _sent = [];
        readonly List<Edit> _unanswered = [];

        public async Task<IEnumerable<string>> RunAsync()
        {
            var first = _writers[0].Begin();
            _answered.Add((first, (await _grain.EditAsync(new([first])))[0]));
            foreach (var writer in _writers) writer.Take(first.Update);

            var gate = records.Close(_grain.GetGrainId());
            Edit[][] calls = [.. Enumerable.Range(0, 3 + _random.Next(5)).Select(_ => Some())];
            var reads = new List<Task<long>>();
            var answers = calls.Select(edits =>
            {
                if (_random.Next(2) == 0) reads.Add(ReadAsync());
                return _grain.EditAsync(new Immutable<Edit[]>(edits));
            }).ToArray();
            await Task.WhenAny(gate.Reached, Task.WhenAll(answers));
            // What was recorded is not durable yet, so nothing that shows it may have been answered (G1).
            foreach (var read in reads.Where(read => read.IsCompletedSuccessfully)) Assert.Equal(1, await read);
            foreach (var answer in answers.Where(answer => answer.IsCompletedSuccessfully)) Assert.All(await answer, outcome => Assert.Equal(1, outcome.Version));

            var end = _random.Next(4);
            if (end == 0) gate.Fail(1);
            else if (end == 1) gate.Fail(1, landing: true);
            else gate.Open();
            var mayFail = gate.Reached.IsCompleted && end < 2;
            foreach (var (edits, answer) in calls.Zip(answers)) await TakeAsync(edits, answer, mayFail);
            await ((Task)Task.WhenAll(reads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(mayFail || reads.TrueForAll(read => read.IsCompletedSuccessfully));
            await CheckAsync();
            return _answered.Select(each => $"{each.Outcome.Status}").Concat(!mayFail ? [] : [end == 0 ? "lost" : "landed"]);
        }

        async Task TakeAsync(Edit[] edits, Task<EditOutcome[]> answer, bool mayFail)
        {
            for (var tries = 0; ; tries++)
            {
                try
                {
                    _answered.AddRange(edits.Zip(await answer));
                    return;
                }
                catch (Exception) when (mayFail && tries < TriesMax)
                {
                    // The write failed, and the activation with it. Whoever got no answer sends again.
                    if (tries == 0) _unanswered.AddRange(edits);
                    answer = _grain.EditAsync(new Immutable<Edit[]>(edits));
                }
            }
        }

        async Task<long> ReadAsync() => _random.Next(3) switch
        {
            0 => (await _grain.OpenAsync(_writers[_random.Next(_writers.Length)].StateVector)).Version,
            1 => (await _grain.ReadTextAsync(TextForm.Plain, -1)).Version,
            _ => 1 + (await silo.HistoryAsync(_grain, since: 1)).Count,
        };

        Edit[] Some()
        {
            Edit[] edits = [.. Enumerable.Range(0, 1 + _random.Next(5) / 4).Select(_ => Any())];
            _sent.AddRange(edits);
            return edits;
        }

        Edit Any()
        {
            var writer = _writers[_random.Next(_writers.Length)];
            switch (_random.Next(12))
            {
                case 0 or 1 when _sent.Count > 0:
                    return _sent[_random.Next(_sent.Count)];
                case 2:
                    // Nobody sends this one, or not yet: what comes after it builds on what is not there.
                    writer.Keep(writer.Change(_random));
                    return writer.Change(_random);
                case 3 when writer.Kept is { } kept:
                    return kept;
                case 4:
                    return writer.Change(_random) with { By = Commands.Eve };
                case 5:
                    var whole = writer.Change(_random);
                    return whole with { Update = whole.Update[..^1] };
                case 6 when _sent.Count > 0:
                    writer.Take(_sent[_random.Next(_sent.Count)].Update);
                    return writer.Change(_random);
                default:
                    return writer.Change(_random);
            }
        }

        /// <summary>Decided again one after the other, in the order of the journal, each edit comes to what it was answered.</summary>
        async Task CheckAsync()
        {
            var entries = await silo.HistoryAsync(_grain);
            var durable = _answered.Where(each => each.Outcome.Status == EditStatus.Durable).ToLookup(each => each.Outcome.Version, each => each.Edit);
            Assert.All(durable, same => Assert.InRange(same.Key, 1, entries.Count));
            var replayed = new SectionState();
            for (var version = 0; version < entries.Count; version++)
            {
                CheckAnswersAt(version, replayed);
                var update = Assert.IsType<Edited>(entries[version].Event).Update;
                var edits = durable[version + 1].ToList();
                Assert.True(edits.Count <= 1, $"{edits.Count} edits are the entry {version + 1}.");
                // One that is nobody's landed without an answer.
                if (edits.Count == 0) edits = _unanswered;
                Assert.Contains(edits, edit => edit.By == entries[version].By
                    && replayed.Decide(edit, version, out var fresh) is null && fresh!.Update.AsSpan().SequenceEqual(update));
                replayed.Apply(version + 1, entries[version] with { Event = new Edited(update) });
            }

            CheckAnswersAt(entries.Count, replayed);
            await CheckLiveAsync(entries.Count, replayed);
            if (seed % 8 != 0) return;
            await _grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
            await CheckLiveAsync(entries.Count, replayed);
        }

        void CheckAnswersAt(long version, SectionState text)
        {
            foreach (var (edit, outcome) in _answered.Where(each => each.Outcome.Status != EditStatus.Durable && each.Outcome.Version == version))
            {
                var again = text.Decide(edit, version, out _);
                Assert.Equal((outcome.Status, outcome.Problem?.Code), (again?.Status, again?.Problem?.Code));
                Assert.Equal(outcome.StateVector, again!.StateVector);
            }

            text.TakeBack();
        }

        async Task CheckLiveAsync(long version, SectionState replayed)
        {
            var live = await _grain.OpenAsync([]);
            Assert.Equal(version, live.Version);
            Assert.Equal(replayed.Encode(), live.Update);
            Assert.Equal(replayed.StateVector, live.StateVector);
            // With whoever wrote each word.
            Assert.Equal(replayed.Read(TextForm.DeltaWithAuthors), (await _grain.ReadTextAsync(TextForm.DeltaWithAuthors, -1)).Content);
        }
    }

    /// <summary>Somebody with the text open.</summary>
    sealed class Writer(long client, By by)
    {
        readonly Document _document = new(new DocumentOptions { ClientId = client });

        public byte[] StateVector => _document.EncodeStateVector();

        /// <summary>An edit that was not sent when it was made.</summary>
        public Edit? Kept { get; private set; }

        public void Keep(Edit edit) => Kept = edit;

        public void Take(byte[] update) => _document.TryApply(update, out _);

        public Edit Begin() => Made(edit => AddParagraph(edit, 0));

        public Edit Change(Random random)
        {
            var paragraphs = _document.LengthOf(Tree.Root);
            return Made(edit =>
            {
                var text = _document.TypesIn(_document.TypesIn(Tree.Root)[random.Next(paragraphs)])[0];
                var length = _document.LengthOf(text);
                var what = random.Next(8);
                if (what == 0) AddParagraph(edit, random.Next(paragraphs + 1));
                else if (what < 3 && length > 1) edit.Delete(text, random.Next(length), 1);
                else edit.Insert(text, random.Next(length + 1), $"{client}{(char)('a' + random.Next(26))}");
            });
        }

        static void AddParagraph(DocumentEdit edit, int at) =>
            edit.Insert(edit.InsertType(edit.InsertType(Tree.Root, at, SharedKind.XmlElement, "paragraph"), 0, SharedKind.XmlText), 0, "words");

        Edit Made(Action<DocumentEdit> change) => new(_document.Change(change), by, client);
    }
}
