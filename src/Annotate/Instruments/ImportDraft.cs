using System.Security.Cryptography;
using System.Text;
using Annotate.Deciding;

namespace Annotate.Instruments;

/// <summary>Brings a draft of an instrument in. It was read before, outside the grain: reading is long, deciding is not.</summary>
[GenerateSerializer, Alias("annotate.import-draft.v1")]
public sealed record ImportDraft : Command, ICommandOn<InstrumentState, DateTimeOffset>
{
    /// <summary>The instrument's title; may be null when it has one already.</summary>
    [Id(0)] public string? Title { get; init; }

    [Id(1)] public required Draft Draft { get; init; }

    public Decision Decide(InstrumentState state, DateTimeOffset known)
    {
        if ((Title ?? state.Title) is not { } title || !InstrumentState.IsTitle(title))
            return Problem.Invalid($"An instrument's title has 1 to {Limits.InstrumentTitleCharactersMax} characters, and the first draft brings it.");
        if (state.Title is not null && state.Title != title) return Problem.Conflict($"The instrument's title is \"{state.Title}\".");
        if (state.Drafts.TryGetValue(Draft.Id, out var kept))
            return kept.Draft.Digest == Draft.Digest ? Decision.Unchanged : Problem.Conflict($"Draft {Draft.Id} is there with other content, and a draft never changes: import this under another id.");
        if (state.Drafts.Count >= Limits.DraftsPerInstrumentMax) return Problem.TooLarge($"An instrument has at most {Limits.DraftsPerInstrumentMax} drafts.");
        return new DraftImported(title, Draft);
    }
}

/// <param name="Title">The instrument's title: as given, or as it already was.</param>
[GenerateSerializer, Immutable, Alias("annotate.draft-imported.v1")]
public sealed record DraftImported([property: Id(0)] string Title, [property: Id(1)] Draft Draft) : Event, IEventOf<InstrumentState>
{
    public static IReadOnlyList<Event> Samples => [
        new DraftImported("Title", new Draft("l15", "L.15", "en", "digest", new DraftContent(
            "Note", [], [new Provision("art_1", ProvisionKind.Article, "1", "Purpose", "Words.", [], "chp_I")]))),
    ];

    public void ApplyTo(InstrumentState state, long version, Entry entry) => state.Take(Title, Draft, entry.At);
}

/// <summary>One version of an instrument. It never changes: annotations and citations point into it.</summary>
/// <param name="Id">Slug.</param>
/// <param name="Title">As it is known: "A/AC.291/L.15".</param>
/// <param name="Language">Language tag of the text (BCP 47), such as "en".</param>
/// <param name="Digest">SHA-256 over title, language and source, lower-case hexadecimal: tells the same content again from other content,
/// also after the reader of sources has learned something new.</param>
[GenerateSerializer, Immutable, Alias("annotate.draft.v1")]
public sealed record Draft(
    [property: Id(0)] string Id,
    [property: Id(1)] string Title,
    [property: Id(2)] string Language,
    [property: Id(3)] string Digest,
    [property: Id(4)] DraftContent Content)
{
    /// <summary>Reads a source into a draft, or says why it cannot be one.</summary>
    /// <param name="id">A slug, checked by the caller.</param>
    /// <param name="utf8">See <see cref="DraftReader"/>.</param>
    public static Draft? Read(string id, string title, string language, ReadOnlySpan<byte> utf8, DraftFormat format, out Problem? problem)
    {
        problem = ProblemWith(title, language);
        if (problem is not null) return null;
        if (DraftReader.TryRead(utf8, format, out var content, out var problems))
            return new Draft(id, title, language, DigestOf(title, language, utf8), content!);
        problem = DraftReader.AsProblem(problems);
        return null;
    }

    static Problem? ProblemWith(string title, string language)
    {
        if (!InstrumentState.IsTitle(title)) return Problem.Invalid($"A draft's title has 1 to {Limits.InstrumentTitleCharactersMax} characters.");
        var isTag = language.Length is >= 2 and <= Limits.LanguageTagCharactersMax && language.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
        return isTag ? null : Problem.Invalid("The language is a tag such as \"en\" or \"pt-BR\".");
    }

    static string DigestOf(string title, string language, ReadOnlySpan<byte> utf8)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{title}\n{language}\n"));
        digest.AppendData(utf8);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}

/// <summary>An instrument: its title and its drafts.</summary>
[GenerateSerializer, Alias("annotate.instrument-state.v1")]
public sealed class InstrumentState : IState
{
    /// <summary>Null until the first draft.</summary>
    [Id(0)] public string? Title { get; private set; }

    /// <summary>By id.</summary>
    [Id(1)] public Dictionary<string, ImportedDraft> Drafts { get; private set; } = [];

    public static bool IsTitle(string? title) => title is { Length: > 0 and <= Limits.InstrumentTitleCharactersMax } && !title.AsSpan().ContainsAnyInRange('\0', '\u001f');

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<InstrumentState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Take(string title, Draft draft, DateTimeOffset at)
    {
        Title = title;
        Drafts.TryAdd(draft.Id, new ImportedDraft(draft, at));
    }
}

/// <param name="At">When it was imported.</param>
[GenerateSerializer, Immutable, Alias("annotate.imported-draft.v1")]
public sealed record ImportedDraft([property: Id(0)] Draft Draft, [property: Id(1)] DateTimeOffset At);
