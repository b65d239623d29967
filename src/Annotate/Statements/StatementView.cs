namespace Annotate.Statements;

/// <summary>A statement's frame; the texts of its sections are followed one by one.</summary>
/// <param name="Version">Of the state shown.</param>
[GenerateSerializer, Immutable, Alias("annotate.statement-view.v1")]
public sealed record StatementView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Title,
    [property: Id(2)] string Destination,
    [property: Id(3)] string Instrument,
    [property: Id(4)] string Draft,
    [property: Id(5)] long Version,
    [property: Id(6)] SectionView[] Sections)
{
    public static StatementView Of(StatementKey key, StatementState state, long version) => new(
        key.Statement, state.Title, state.Destination, state.Instrument, state.Draft, version,
        [.. state.Sections.Select(section => new SectionView(section.Id, section.Title, key.Text(section.Id).ToString(), section.Citations))]);
}

/// <param name="Text">Id of the section's text: <see cref="TextId"/>.</param>
/// <param name="Citations">eIds of provisions of the statement's instrument.</param>
[GenerateSerializer, Immutable, Alias("annotate.section-view.v1")]
public sealed record SectionView(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string Text, [property: Id(3)] string[] Citations);
