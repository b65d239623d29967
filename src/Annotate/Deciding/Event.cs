namespace Annotate.Deciding;

/// <summary>
/// What was decided, as it is stored. Sealed, aliased, numbered; a stored type is never changed, only added to. Whatever the house needs to
/// know of an event, the event says itself: see <see cref="IEventOf{TState}"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("annotate.event.v1")]
public abstract record Event
{
    /// <summary>What it means to those who follow the feed; null when it is nothing to them.</summary>
    public virtual Activity? ToActivity() => null;

    /// <summary>
    /// The event as those get it who come later: without its words, when what they are of was taken back. The journal, which is never
    /// rewritten, keeps them.
    /// </summary>
    /// <returns>The same instance when there is nothing to leave out.</returns>
    public virtual Event WithoutWords(Predicate<Guid> isTakenBack) => this;

    /// <summary>Id of what it takes back the words of; null when none.</summary>
    public virtual Guid? TakesBack() => null;
}

/// <summary>What every event gives: samples of how it is stored.</summary>
public interface IStoredEvent
{
    /// <summary>
    /// Samples, every member set to something that is not its default. Their bytes are kept for ever beside the tests (golden.txt), so a sample
    /// is never changed; a member that is added gets a further sample. Nothing but tests reads them.
    /// </summary>
    static abstract IReadOnlyList<Event> Samples { get; }
}

/// <summary>An event of that kind of state.</summary>
public interface IEventOf<TState> : IStoredEvent where TState : IState
{
    /// <summary>Changes the state. It never throws: what no longer makes sense is skipped.</summary>
    /// <param name="version">Of the entry.</param>
    void ApplyTo(TState state, long version, Entry entry);
}

/// <summary>What an event means to those who follow the feed.</summary>
/// <param name="Subject">What it is about within its topic: id of an annotation, slug of an organisation, a person or a section; or empty.</param>
/// <param name="Summary">
/// A few words. Never the words of an annotation: those may be deleted, and the feed would still show them.
/// </param>
public readonly record struct Activity(string Subject, string Summary);

/// <summary>Nothing happened for so long that the commands that changed nothing became too many to wait for the next entry.</summary>
[GenerateSerializer, Immutable, Alias("annotate.nothing-changed.v1")]
public sealed record NothingChanged : Event, IStoredEvent
{
    public static IReadOnlyList<Event> Samples => [new NothingChanged()];
}
