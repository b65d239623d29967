using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;
using Orleans.Concurrency;

namespace Annotate.Instruments;

/// <summary>One legal text as a work, with its drafts. Key: the instrument's slug.</summary>
[Alias("annotate.instrument-grain")]
public interface IInstrumentGrain : ITopicGrain
{
    /// <summary>Imports a draft once; the same content again changes nothing, other content is a conflict.</summary>
    [Alias("import")]
    Task<Answer> ImportAsync(ImportDraft command);

    /// <summary>Title and drafts, without their text; null when there is no such instrument.</summary>
    [Alias("read"), ReadOnly]
    Task<InstrumentOutline?> ReadAsync();

    /// <summary>A draft with its text; null when there is none of that id.</summary>
    [Alias("draft"), ReadOnly]
    Task<ImportedDraft?> DraftAsync(string draft);

    /// <summary>One provision of a draft with what is in it; null when there is none. To check where an annotation or a citation points.</summary>
    [Alias("provision"), ReadOnly]
    Task<Provision?> ProvisionAsync(string draft, string eId);

    /// <summary>Whether any draft has the provision.</summary>
    [Alias("has"), ReadOnly]
    Task<bool> HasAsync(string eId);

    /// <summary>Those of the provisions that a draft has; none when there is no such draft.</summary>
    [Alias("found"), ReadOnly]
    Task<string[]> FoundAsync(string draft, string[] eIds);
}

[GenerateSerializer, Immutable, Alias("annotate.instrument-outline.v1")]
public sealed record InstrumentOutline([property: Id(0)] long Version, [property: Id(1)] string Title, [property: Id(2)] DraftOutline[] Drafts);

/// <param name="Articles">How many articles and the like it has.</param>
[GenerateSerializer, Immutable, Alias("annotate.draft-outline.v1")]
public sealed record DraftOutline(
    [property: Id(0)] string Id,
    [property: Id(1)] string Title,
    [property: Id(2)] string Language,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] int Articles);

[Reentrant, GrainType(TopicKind)]
public sealed class InstrumentGrain(TimeProvider clock) : JournalledGrain<InstrumentState>(clock), IInstrumentGrain
{
    /// <summary>Prefix of its records, and the kind of its topic.</summary>
    public const string TopicKind = "instrument";

    protected override string Kind => TopicKind;

    public Task<Answer> ImportAsync(ImportDraft command) => RunAsync(command, Clock.GetUtcNow);

    public Task<InstrumentOutline?> ReadAsync() => ReadAsync((state, version) => state.Title is null ? null : new InstrumentOutline(
        version,
        state.Title,
        [.. state.Drafts.Values.OrderBy(kept => kept.At).ThenBy(kept => kept.Draft.Id, StringComparer.Ordinal).Select(Outline)]));

    public Task<ImportedDraft?> DraftAsync(string draft) => ReadAsync((state, _) => state.Drafts.GetValueOrDefault(draft));

    public Task<Provision?> ProvisionAsync(string draft, string eId) =>
        ReadAsync((state, _) => state.Drafts.GetValueOrDefault(draft)?.Draft.Content.Find(eId));

    public Task<bool> HasAsync(string eId) => ReadAsync((state, _) => state.Drafts.Values.Any(kept => kept.Draft.Content.Find(eId) is not null));

    public Task<string[]> FoundAsync(string draft, string[] eIds) => ReadAsync((state, _) =>
        state.Drafts.TryGetValue(draft, out var kept) ? Array.FindAll(eIds, eId => kept.Draft.Content.Find(eId) is not null) : []);

    static DraftOutline Outline(ImportedDraft kept) =>
        new(kept.Draft.Id, kept.Draft.Title, kept.Draft.Language, kept.At, kept.Draft.Content.Articles.Length);
}
