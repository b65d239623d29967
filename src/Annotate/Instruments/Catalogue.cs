using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;
using Orleans.Concurrency;

namespace Annotate.Instruments;

/// <summary>What the catalogue names.</summary>
[GenerateSerializer, Alias("annotate.catalogue-shelf.v1")]
public enum Shelf
{
    Instruments = 0,
    Coalitions = 1,
}

/// <summary>Enters a name in the catalogue, or changes it. Sent by the door that made the thing, after it was made; sending it again heals an interruption.</summary>
[GenerateSerializer, Alias("annotate.enter-in-catalogue.v1")]
public sealed record EnterInCatalogue : Command, ICommandOn<CatalogueState, DateTimeOffset>
{
    [Id(0)] public required Shelf Shelf { get; init; }

    /// <summary>Slug.</summary>
    [Id(1)] public required string Entry { get; init; }

    [Id(2)] public required string Name { get; init; }

    public Decision Decide(CatalogueState state, DateTimeOffset known)
    {
        var names = state.Of(Shelf);
        return names.GetValueOrDefault(Entry) == Name ? Decision.Unchanged
            : !names.ContainsKey(Entry) && names.Count >= Limits.CatalogueEntriesMax
                ? Problem.TooLarge($"The catalogue holds at most {Limits.CatalogueEntriesMax} {Shelf}.")
            : new EnteredInCatalogue(Shelf, Entry, Name);
    }
}

[GenerateSerializer, Immutable, Alias("annotate.entered-in-catalogue.v1")]
public sealed record EnteredInCatalogue([property: Id(0)] Shelf Shelf, [property: Id(1)] string Entry, [property: Id(2)] string Name)
    : Event, IEventOf<CatalogueState>
{
    public static IReadOnlyList<Event> Samples => [new EnteredInCatalogue(Shelf.Coalitions, "c", "Name")];

    public void ApplyTo(CatalogueState state, long version, Entry entry) => state.Enter(Shelf, Entry, Name);
}

/// <summary>The names of instruments and coalitions: Orleans cannot list its grains.</summary>
[GenerateSerializer, Alias("annotate.catalogue-state.v1")]
public sealed class CatalogueState : IState
{
    [Id(0)] public Dictionary<string, string> Instruments { get; private set; } = [];

    [Id(1)] public Dictionary<string, string> Coalitions { get; private set; } = [];

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<CatalogueState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Enter(Shelf shelf, string entry, string name) => Of(shelf)[entry] = name;

    /// <summary>The names on one shelf, by id.</summary>
    internal Dictionary<string, string> Of(Shelf shelf) => shelf == Shelf.Coalitions ? Coalitions : Instruments;
}

/// <summary>There is one catalogue. Key: <see cref="CatalogueGrain.Only"/>.</summary>
[Alias("annotate.catalogue-grain")]
public interface ICatalogueGrain : ITopicGrain
{
    [Alias("enter")]
    Task<Answer> EnterAsync(EnterInCatalogue command);

    /// <summary>The names on one shelf, by id.</summary>
    [Alias("read"), ReadOnly]
    Task<CatalogueNames> ReadAsync(Shelf shelf);
}

/// <param name="Version">Of the whole catalogue.</param>
/// <param name="Names">In the order of the ids.</param>
[GenerateSerializer, Immutable, Alias("annotate.catalogue-names.v1")]
public sealed record CatalogueNames([property: Id(0)] long Version, [property: Id(1)] CatalogueName[] Names);

[GenerateSerializer, Immutable, Alias("annotate.catalogue-name.v1")]
public sealed record CatalogueName([property: Id(0)] string Id, [property: Id(1)] string Name);

[Reentrant, GrainType(TopicKind)]
public sealed class CatalogueGrain(TimeProvider clock) : JournalledGrain<CatalogueState>(clock), ICatalogueGrain
{
    /// <summary>The key of the only one.</summary>
    public const string Only = "all";

    /// <summary>Prefix of its records, and the kind of its topic.</summary>
    public const string TopicKind = "catalogue";

    protected override string Kind => TopicKind;

    public Task<Answer> EnterAsync(EnterInCatalogue command) => RunAsync(command, Clock.GetUtcNow);

    public Task<CatalogueNames> ReadAsync(Shelf shelf) => ReadAsync((state, version) => new CatalogueNames(
        version,
        [.. state.Of(shelf).OrderBy(name => name.Key, StringComparer.Ordinal).Select(name => new CatalogueName(name.Key, name.Value))]));
}
