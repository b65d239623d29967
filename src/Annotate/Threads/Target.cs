namespace Annotate.Threads;

/// <summary>Why somebody annotated: the thirteen motivations of the W3C Web Annotation Vocabulary. Stored by number: never renumber.</summary>
public enum Motivation
{
    Commenting = 0,
    Assessing = 1,
    Bookmarking = 2,
    Classifying = 3,
    Describing = 4,
    Editing = 5,
    Highlighting = 6,
    Identifying = 7,
    Linking = 8,
    Moderating = 9,
    Questioning = 10,
    Replying = 11,
    Tagging = 12,
}

/// <summary>What an annotation is about: a provision of a draft, and perhaps some words of it.</summary>
/// <param name="EId">The provision: the thread's article, or one within it.</param>
/// <param name="Quote">The words, to be found again in another draft.</param>
/// <param name="Position">Where the words are in this draft's text of the provision.</param>
[GenerateSerializer, Immutable, Alias("annotate.target.v1")]
public sealed record Target(
    [property: Id(0)] string Instrument,
    [property: Id(1)] string Draft,
    [property: Id(2)] string EId,
    [property: Id(3)] TextQuote? Quote = null,
    [property: Id(4)] TextPosition? Position = null)
{
    internal static Target Sample => new("treaty", "l15", "art_40__para_4", new TextQuote("exact", "before", "after"), new TextPosition(3, 8));

    /// <summary>The problem with it in the thread of that article, or null.</summary>
    public Problem? Check(ThreadKey thread) =>
        Slug.Check(Draft, "a draft")
        ?? Instruments.EId.Check(EId, "A provision")
        ?? (Instrument == thread.Instrument ? null : Problem.Invalid("The target lies in another instrument than the thread."))
        ?? (Instruments.EId.IsWithin(EId, thread.Article) ? null : Problem.Invalid("The target lies outside the thread's article."))
        ?? Quote?.Check()
        ?? Position?.Check()
        ?? CheckTogether();

    Problem? CheckTogether() =>
        Quote is null || Position is null || CodePoints(Quote.Exact) == Position.End - Position.Start
            ? null
            : Problem.Invalid("The quoted words are longer or shorter than the position says.");

    static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}

/// <summary>W3C TextQuoteSelector: words, with some before and after to tell them from the same words elsewhere.</summary>
[GenerateSerializer, Immutable, Alias("annotate.text-quote.v1")]
public sealed record TextQuote([property: Id(0)] string Exact, [property: Id(1)] string? Prefix, [property: Id(2)] string? Suffix)
{
    public Problem? Check() =>
        string.IsNullOrEmpty(Exact) ? Problem.Invalid("The quoted words are empty.")
        : Words.CheckOptional(Exact, "The quotation", Limits.QuoteCharactersMax)
            ?? Words.CheckOptional(Prefix, "The text before the quotation", Limits.QuoteContextCharactersMax)
            ?? Words.CheckOptional(Suffix, "The text after the quotation", Limits.QuoteContextCharactersMax);
}

/// <summary>W3C TextPositionSelector, in code points of the provision's text.</summary>
/// <param name="Start">Of the first character, counted from 0.</param>
/// <param name="End">After the last character; more than <paramref name="Start"/>.</param>
[GenerateSerializer, Immutable, Alias("annotate.text-position.v1")]
public sealed record TextPosition([property: Id(0)] int Start, [property: Id(1)] int End)
{
    public Problem? Check() =>
        Start < 0 ? Problem.Invalid("The position begins before the text.")
        : End <= Start ? Problem.Invalid("The position ends before it has begun.")
        : null;
}
