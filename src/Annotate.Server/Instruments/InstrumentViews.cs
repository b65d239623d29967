using Annotate.Instruments;

namespace Annotate.Server.Instruments;

/// <param name="Version">Of the catalogue.</param>
/// <param name="Instruments">In the order of their ids.</param>
public sealed record InstrumentList(long Version, IReadOnlyList<InstrumentName> Instruments);

public sealed record InstrumentName(string Id, string Title);

/// <param name="Drafts">In the order in which they were imported.</param>
public sealed record InstrumentView(string Id, string Title, long Version, IReadOnlyList<DraftName> Drafts);

/// <param name="Imported">When it was imported.</param>
/// <param name="Articles">How many articles and the like it has.</param>
public sealed record DraftName(string Id, string Title, string Language, DateTimeOffset Imported, int Articles);

/// <summary>A draft with its text.</summary>
/// <param name="Title">The draft's own: "A/AC.291/L.15".</param>
/// <param name="Note">What stands before the first provision, such as that it is a summary; null when nothing does.</param>
/// <param name="Groups">Parts, titles, chapters and sections, in the order of the text; an article names the one it is in as <c>within</c>.</param>
/// <param name="Articles">What stands at the top, in the order of the text, each with its provisions.</param>
public sealed record DraftView(
    string Instrument,
    string Draft,
    string Title,
    string Language,
    DateTimeOffset Imported,
    string? Note,
    IReadOnlyList<Provision> Groups,
    IReadOnlyList<Provision> Articles);
