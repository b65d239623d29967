using Annotate.Deciding;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Statements;

/// <summary>The live text of one section of a statement. Key: coalition/statement/section.</summary>
[Alias("annotate.section")]
public interface ISectionGrain : ITopicGrain
{
    /// <summary>What a client that holds <paramref name="stateVector"/> lacks, in one update.</summary>
    /// <param name="stateVector">A Yjs state vector; empty for a client that has nothing.</param>
    [Alias("open")]
    Task<TextOpening> OpenAsync(byte[] stateVector);

    /// <summary>What the text holds, as a Yjs state vector: costs the same however long the text is.</summary>
    [Alias("state-vector")]
    Task<byte[]> StateVectorAsync();

    /// <summary>What the text says; all of it is durable.</summary>
    /// <param name="known">The version that the caller has: nothing is read when it is this one. -1 for none.</param>
    [Alias("read-text")]
    Task<SectionText> ReadTextAsync(TextForm form, long known);

    /// <summary>Takes edits, each whole or not at all, in the order given; answers when all that was taken is durable.</summary>
    /// <param name="edits">At most <see cref="Limits.EditsPerCallMax"/>.</param>
    [Alias("edit")]
    Task<EditOutcome[]> EditAsync(Immutable<Edit[]> edits);

    /// <summary>Passes awareness (cursors, selections) on to everybody who has the text open.</summary>
    [Alias("aware"), OneWay]
    Task AwareAsync(AwarenessNotice notice);
}

/// <param name="Update">A Yjs update of format 1.</param>
/// <param name="By">Whose text it is: filled in by the door.</param>
/// <param name="Origin">The connection it came from, unique over all silos; not sent back there.</param>
[GenerateSerializer, Immutable, Alias("annotate.edit.v1")]
public sealed record Edit([property: Id(0)] byte[] Update, [property: Id(1)] By By, [property: Id(2)] long Origin);

public enum EditStatus
{
    /// <summary>It is on disk.</summary>
    Durable,

    /// <summary>The text held all of it already.</summary>
    Held,

    /// <summary>It builds on something the text does not hold; send what <see cref="EditOutcome.StateVector"/> lacks.</summary>
    Missing,

    /// <summary>It was refused whole; see the problem.</summary>
    Refused,
}

/// <param name="Version">The text's version once the edit is in it; all of it is durable.</param>
/// <param name="StateVector">What the text holds, when the edit is <see cref="EditStatus.Missing"/> something.</param>
[GenerateSerializer, Immutable, Alias("annotate.edit-outcome.v1")]
public sealed record EditOutcome(
    [property: Id(0)] EditStatus Status,
    [property: Id(1)] long Version,
    [property: Id(2)] byte[]? StateVector = null,
    [property: Id(3)] Problem? Problem = null);

/// <param name="Version">The version at which the update was taken; everything in it is durable.</param>
/// <param name="Update">One merged Yjs update.</param>
/// <param name="StateVector">What the text holds.</param>
[GenerateSerializer, Immutable, Alias("annotate.text-opening.v1")]
public sealed record TextOpening([property: Id(0)] long Version, [property: Id(1)] byte[] Update, [property: Id(2)] byte[] StateVector);

/// <param name="Version">The version that was read.</param>
/// <param name="Content">UTF-8; null when the caller has this version, or there is a problem.</param>
/// <param name="Problem">Why it is not given in this form.</param>
[GenerateSerializer, Immutable, Alias("annotate.section-text.v1")]
public sealed record SectionText([property: Id(0)] long Version, [property: Id(1)] byte[]? Content, [property: Id(2)] Problem? Problem = null);
