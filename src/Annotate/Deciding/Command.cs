namespace Annotate.Deciding;

/// <summary>
/// What somebody wants to happen. It carries an id, so that it may be sent twice and happens once (G11); the ids of what it creates
/// are derived from that id, so that a repeat gives the first answer.
/// </summary>
[GenerateSerializer]
[Alias("annotate.command.v1")]
public abstract record Command
{
    /// <summary>A UUID of version 7, made by whoever sends the command; scoped to the person.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>Who sends it; filled in by the door that checked it.</summary>
    [Id(1)] public required By By { get; init; }

    /// <summary>The version the sender last saw of the thing to be changed (If-Match); null when they do not mind.</summary>
    [Id(2)] public long? IfVersion { get; init; }
}

/// <summary>A command that is decided on a state. Pure: no clock, no input or output, no randomness.</summary>
/// <typeparam name="TState">Of the grain that it is sent to.</typeparam>
/// <typeparam name="TKnown">What the decision depends on beside the state.</typeparam>
public interface ICommandOn<in TState, in TKnown>
{
    Decision Decide(TState state, TKnown known);

    /// <summary>Version of what the command changes, with which If-Match is compared; null for that of the whole journal.</summary>
    long? VersionIn(TState state) => null;
}

/// <summary>One entry of a journal: an event with who, when and by which command. Its version is its number in the journal.</summary>
/// <param name="At">By the clock of the silo that decided it, UTC.</param>
/// <param name="By">Who caused it.</param>
/// <param name="Command">Id of the command, or <see cref="Guid.Empty"/> for edits of a text, which need none: Yjs makes them idempotent.</param>
/// <param name="Digest">Of the command's content, to tell a repeat from another command under the same id.</param>
/// <param name="Event">What was decided.</param>
/// <param name="Settled">The commands that were decided since the entry before, and changed nothing; null when there were none.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.entry.v1")]
public sealed record Entry(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] By By,
    [property: Id(2)] Guid Command,
    [property: Id(3)] ulong Digest,
    [property: Id(4)] Event Event,
    [property: Id(5)] SettledCommand[]? Settled = null)
{
    /// <inheritdoc cref="Event.WithoutWords"/>
    public Entry WithoutWords(Predicate<Guid> isTakenBack) =>
        Event.WithoutWords(isTakenBack) is var shown && ReferenceEquals(shown, Event) ? this : this with { Event = shown };
}

/// <summary>A command that found what it wanted already there. It is remembered with the next entry: see <see cref="CommandLog"/>.</summary>
/// <param name="Version">The answer it got.</param>
[GenerateSerializer, Immutable, Alias("annotate.settled-command.v1")]
public readonly record struct SettledCommand(
    [property: Id(0)] string Person, [property: Id(1)] Guid Command, [property: Id(2)] ulong Digest, [property: Id(3)] long Version);

/// <summary>The answer to a command: the version it got (or found), or the problem it met.</summary>
/// <param name="Problem">Null when the command was carried out, now or when it was first sent.</param>
/// <param name="Version">The version of the entry that records it; when nothing had to change, the version that already held.</param>
[GenerateSerializer, Immutable, Alias("annotate.answer.v1")]
public sealed record Answer([property: Id(0)] Problem? Problem, [property: Id(1)] long Version);

/// <summary>What a decision came to. Pure: no clock, no input or output, no randomness.</summary>
public readonly record struct Decision(Event? Event, Problem? Problem)
{
    /// <summary>It shall be recorded.</summary>
    public static Decision Record(Event happened) => new(happened, null);

    /// <summary>It already holds; nothing is recorded and the sender is told so.</summary>
    public static readonly Decision Unchanged;

    /// <summary>It is refused.</summary>
    public static Decision Refuse(Problem problem) => new(null, problem);

    public static implicit operator Decision(Problem problem) => Refuse(problem);

    public static implicit operator Decision(Event happened) => Record(happened);

    public static Decision FromProblem(Problem problem) => Refuse(problem);

    public static Decision FromEvent(Event happened) => Record(happened);

    /// <summary>What a command comes to on a state of that version. The one place where a precondition is looked at.</summary>
    /// <remarks>It counts only where the command would be carried out without it: RFC 9110, section 13.2.1.</remarks>
    public static Decision Of<TCommand, TState, TKnown>(TCommand command, TState state, long version, TKnown known)
        where TCommand : Command, ICommandOn<TState, TKnown>
    {
        // What the command is about may be gone from the state that it leaves, never from the one that it finds.
        var found = command.VersionIn(state) ?? version;
        var decision = command.Decide(state, known);
        return decision.Problem is null && command.IfVersion is { } seen && seen != found ? Problem.VersionMismatch : decision;
    }
}

/// <summary>A grain's state. <see cref="Apply"/> never throws: an event that no longer makes sense is skipped.</summary>
public interface IState
{
    /// <summary>
    /// An entry carried something that cannot be read or does not fit: its grain refuses to open (G10), since the next snapshot would be
    /// silently less.
    /// </summary>
    bool IsDamaged => false;

    void Apply(long version, Entry entry);
}
