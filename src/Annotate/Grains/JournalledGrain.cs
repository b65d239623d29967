using System.Buffers;
using Annotate.Deciding;
using Annotate.Following;
using Annotate.Journals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Serialization;
using Orleans.Storage;

namespace Annotate.Grains;

/// <summary>
/// A grain that only journals and applies. A command is decided, applied and queued in one synchronous step, so that the order of
/// decisions is the order of the journal although the grain is reentrant; the answer waits for the disk, and so does every read.
/// </summary>
/// <typeparam name="TState">Sealed, aliased, numbered: its bytes are the journal's snapshots.</typeparam>
[Reentrant]
public abstract class JournalledGrain<TState> : Grain, ITopicGrain where TState : class, IState, new()
{
    /// <summary>Name under which the grain storage of every journal is registered.</summary>
    public const string StorageName = "journal";

    Replay _replay = null!;
    Followers _followers = null!;

    protected JournalledGrain(TimeProvider clock) => Clock = clock;

    protected TimeProvider Clock { get; }

    protected Journal Journal { get; private set; } = null!;

    protected TState State => _replay.Kept.State;

    /// <summary>Prefix of the names of this grain's records, and the kind of topic it is.</summary>
    protected abstract string Kind { get; }

    protected string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var services = ServiceProvider;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(GetType());
        _followers = new Followers(services.GetRequiredService<ISiloStatusOracle>(), Clock);
        _replay = new Replay(services.GetRequiredService<Serializer>(), logger, this);
        Journal = await Journal.OpenAsync(services.GetRequiredKeyedService<IGrainStorage>(StorageName), this.GetGrainId(), Kind, _replay);
        Journal.Committed = OnCommitted;
        LeaveWhenJournalFails();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if (Journal is not null) await Journal.CloseAsync();
        }
        finally
        {
            // Whoever follows asks again at once, and waits until the grain is open elsewhere.
            _followers?.Leave();
        }
    }

    /// <summary>Decides a command, and answers when what was decided is durable.</summary>
    /// <param name="known">Asked in the step in which it is decided.</param>
    protected Task<Answer> RunAsync<TCommand, TKnown>(TCommand command, Func<TKnown> known) where TCommand : Command, ICommandOn<TState, TKnown> =>
        RunAsync(command, state => Decision.Of(command, state, Journal.Version, known()));

    /// <summary>The same, of a command and what decides it.</summary>
    protected virtual async Task<Answer> RunAsync(Command command, Func<TState, Decision> decide)
    {
        var answer = Decide(command, decide);
        await Journal.WhenDurableAsync();
        return answer;
    }

    /// <summary>Gives what <paramref name="read"/> finds, when everything it shows is durable.</summary>
    protected async Task<T> ReadAsync<T>(Func<TState, long, T> read)
    {
        var found = read(State, Journal.Version);
        await Journal.WhenDurableAsync();
        return found;
    }

    /// <summary>Records something that no command asked for (an edit of a text); the caller awaits its durability.</summary>
    protected long Record(By by, Event happened) => Append(new Entry(Clock.GetUtcNow(), by, Guid.Empty, 0, happened));

    /// <summary>
    /// What has come about without a command, by the rule of the thing or because a time is over; null for nothing. It is recorded before the
    /// next command is decided, and in the same step as a command that brings it about.
    /// </summary>
    protected virtual Event? DueAt(TState state, DateTimeOffset now) => null;

    /// <summary>Records what has come about by now; done when it is durable.</summary>
    protected Task SettleAsync()
    {
        RecordDue(Clock.GetUtcNow());
        return Journal.WhenDurableAsync();
    }

    /// <summary>Called once for every range of entries that became durable, in order, before followers are told.</summary>
    protected virtual void OnDurable(long from, IReadOnlyList<Entry> entries) { }

    /// <summary>Where each entry came from, for edits of a text; null for all else.</summary>
    protected virtual long[]? OriginsOf(long from, int count) => null;

    /// <summary>What a follower gets who has nothing, or missed too much: a copy of the state, unless a grain has something smaller.</summary>
    protected virtual object StateForFollowers(long version) => ServiceProvider.GetRequiredService<DeepCopier<TState>>().Copy(State);

    /// <summary>Whether the words of what has that id were taken back: those who were not there get its entries without them.</summary>
    protected virtual bool IsTakenBack(Guid id) => false;

    Answer Decide(Command command, Func<TState, Decision> decide)
    {
        var digest = CommandDigest.Of(command);
        var now = Clock.GetUtcNow();
        if (_replay.Kept.Commands.TryFind(command.By.Person, command.Id, digest, now, out var first, out var problem))
            return new Answer(null, first);
        if (problem is not null) return new Answer(problem, Journal.Version);

        try
        {
            RecordDue(now);
            var decision = decide(State);
            if (decision.Problem is not null) return new Answer(decision.Problem, Journal.Version);
            if (decision.Event is not { } happened) return new Answer(null, Settle(command, digest, now));
            var version = Append(new Entry(now, command.By, command.Id, digest, happened));
            RecordDue(now);
            return new Answer(null, version);
        }
        catch (JournalBusyException)
        {
            return new Answer(Problem.Busy, Journal.Version);
        }
    }

    void RecordDue(DateTimeOffset now)
    {
        if (DueAt(State, now) is { } happened) Append(new Entry(now, By.Coalition, Guid.Empty, 0, happened));
    }

    long Settle(Command command, ulong digest, DateTimeOffset now)
    {
        if (_replay.Settled.Count >= Limits.SettledCommandsMax) Append(new Entry(now, command.By, Guid.Empty, 0, new NothingChanged()));
        _replay.Settle(new SettledCommand(command.By.Person, command.Id, digest, Journal.Version));
        return Journal.Version;
    }

    long Append(Entry entry)
    {
        if (_replay.Settled.Count > 0) entry = entry with { Settled = [.. _replay.Settled] };
        var bytes = _replay.Encode(entry);
        var version = Journal.Append(bytes);
        _replay.Apply(version, entry, bytes.Length);
        return version;
    }

    void OnCommitted(long from, long to)
    {
        var entries = _replay.TakeCommitted(from, to);
        OnDurable(from, entries);
        _followers.Tell(new TopicNotice(from, entries, OriginsOf(from, entries.Count)));
    }

    // A write in doubt ends the activation, and the undurable state with it; replay tells whether it landed.
    async void LeaveWhenJournalFails()
    {
        var exception = await Journal.Failure;
        Journal.Committed = null;
        DeactivateOnIdle();
        ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(GetType())
            .LogWarning(exception, "The journal of {Kind} {Key} failed; the activation ends", Kind, Key);
    }

    public async Task<FollowAnswer> FollowAsync(ITopicObserver observer, long since)
    {
        // Registered before anything is awaited: what becomes durable from here on reaches the observer, what came before is in the answer.
        _followers.Add(observer);
        await Journal.WhenDurableAsync();
        var version = Journal.DurableVersion;
        if (since == version || since == FollowAnswer.VersionOnly) return new FollowAnswer(version, null, []);
        if (since > FollowAnswer.Never && since < version && await EntriesAfterAsync(since, version) is { } entries)
            return new FollowAnswer(version, null, entries);
        return await StateAnswerAsync();
    }

    public Task UnfollowAsync(ITopicObserver observer)
    {
        _followers.Remove(observer);
        return Task.CompletedTask;
    }

    /// <summary>Passes something on to every follower but keeps nothing of it.</summary>
    protected void PassOn(AwarenessNotice notice) => _followers.Tell(notice);

    async Task<FollowAnswer> StateAnswerAsync()
    {
        // Copied at once: while the write is awaited, later commands change the state.
        var version = Journal.Version;
        var state = StateForFollowers(version);
        await Journal.WhenDurableAsync(version);
        return new FollowAnswer(version, state, []);
    }

    async Task<IReadOnlyList<Entry>?> EntriesAfterAsync(long since, long to)
    {
        var entries = to - since > Limits.CatchUpEntriesMax
            ? _replay.RecentAfter(since, to)
            : await HistoryAsync(since, to, (int)(to - since), Limits.CatchUpBytesMax);
        return entries is null || entries.Count < to - since ? null : await ForLatecomersAsync(entries);
    }

    async Task<IReadOnlyList<Entry>> ForLatecomersAsync(IReadOnlyList<Entry> entries)
    {
        var shown = entries.Select(entry => entry.WithoutWords(IsTakenBack)).ToArray();
        // Taking back may itself be on its way to the disk: a crash must not take it back after it was seen (G1).
        if (!shown.AsSpan().SequenceEqual(entries.ToArray(), ReferenceEqualityComparer.Instance)) await Journal.WhenDurableAsync();
        return shown;
    }

    /// <summary>
    /// Durable entries after <paramref name="since"/> up to <paramref name="to"/>, without a gap, from the first; fewer when there are
    /// more than <paramref name="countMax"/> or they have more bytes than <paramref name="bytesMax"/>.
    /// </summary>
    /// <exception cref="JournalDamagedException">One of them cannot be read.</exception>
    protected async Task<IReadOnlyList<Entry>> HistoryAsync(long since, long to, int countMax, int bytesMax)
    {
        if (to <= since) return [];
        to = Math.Min(to, since + countMax);
        if (_replay.RecentAfter(since, to) is { } recent) return recent;
        var read = await Journal.ReadAsync(since, (int)(to - since), bytesMax);
        var entries = new List<Entry>(read.Count);
        foreach (var entry in read)
            entries.Add(_replay.TryDecode(entry.Bytes, out var decoded)
                ? decoded
                : throw new JournalDamagedException($"The entry {entry.Version} of {Kind} {Key} cannot be decoded."));
        return entries;
    }

    /// <summary>Turns the journal's bytes into entries and back, keeps the state, and the entries that followers may still ask for.</summary>
    sealed class Replay(Serializer serializer, ILogger logger, JournalledGrain<TState> grain) : IReplay
    {
        readonly RecentEntries _recent = new();
        readonly Queue<(Entry Entry, int Bytes)> _uncommitted = new();
        readonly List<SettledCommand> _settled = [];

        public Kept<TState> Kept { get; private set; } = new();

        /// <summary>The commands that changed nothing since the last entry.</summary>
        public IReadOnlyCollection<SettledCommand> Settled => _settled;

        public byte[] Encode(Entry entry) => serializer.SerializeToArray(entry);

        public void Settle(SettledCommand command)
        {
            Remember(command);
            _settled.Add(command);
        }

        public void Apply(long version, Entry entry, int bytes)
        {
            _settled.Clear();
            Take(version, entry);
            _uncommitted.Enqueue((entry, bytes));
        }

        public IReadOnlyList<Entry> TakeCommitted(long from, long to)
        {
            var entries = new Entry[to - from + 1];
            for (var i = 0; i < entries.Length; i++)
            {
                var (entry, bytes) = _uncommitted.Dequeue();
                entries[i] = entry;
                _recent.Add(from + i, entry, bytes);
            }

            return entries;
        }

        public IReadOnlyList<Entry>? RecentAfter(long since, long to) => _recent.After(since, to);

        public bool TryRestore(ReadOnlyMemory<byte> snapshot)
        {
            try
            {
                Kept = serializer.Deserialize<Kept<TState>>(snapshot) ?? throw new InvalidDataException("It holds nothing.");
                return true;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                logger.LogError(exception, "A snapshot of {Kind} {Key} cannot be read", grain.Kind, grain.Key);
                return false;
            }
        }

        public bool TryApply(long version, ReadOnlyMemory<byte> entry)
        {
            if (!TryDecode(entry, out var decoded)) return false;
            Take(version, decoded);
            _recent.Add(version, decoded, entry.Length);
            if (Kept.State.IsDamaged) logger.LogError("What the entry {Version} of {Kind} {Key} carries cannot be read", version, grain.Kind, grain.Key);
            return !Kept.State.IsDamaged;
        }

        public bool TryDecode(ReadOnlyMemory<byte> bytes, out Entry entry)
        {
            try
            {
                entry = serializer.Deserialize<Entry>(bytes) ?? throw new InvalidDataException("It holds nothing.");
                return true;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                logger.LogError(exception, "An entry of {Kind} {Key} cannot be read", grain.Kind, grain.Key);
                entry = null!;
                return false;
            }
        }

        public void WriteSnapshot(IBufferWriter<byte> to) => serializer.Serialize(Kept, to);

        void Take(long version, Entry entry)
        {
            Kept.State.Apply(version, entry);
            foreach (var settled in entry.Settled ?? []) Remember(settled);
            if (entry.Command != Guid.Empty) Kept.Commands.Remember(entry.By.Person, entry.Command, entry.Digest, version);
        }

        void Remember(SettledCommand settled) => Kept.Commands.Remember(settled.Person, settled.Command, settled.Digest, settled.Version);
    }
}

/// <summary>What a snapshot holds.</summary>
[GenerateSerializer, Alias("annotate.kept.v1`1")]
public sealed class Kept<TState> where TState : class, new()
{
    [Id(0)] public TState State { get; set; } = new();

    [Id(1)] public CommandLog Commands { get; set; } = new();
}
