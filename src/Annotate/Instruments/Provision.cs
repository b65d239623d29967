namespace Annotate.Instruments;

/// <summary>What a provision is. Groups come first and in the order in which one may hold another.</summary>
[GenerateSerializer, Alias("annotate.provision-kind.v1")]
public enum ProvisionKind
{
    Part = 0,
    Title = 1,
    Chapter = 2,
    Section = 3,
    Preamble = 4,
    Recital = 5,
    Article = 6,

    /// <summary>Of an article; or of a report, where it stands by itself.</summary>
    Paragraph = 7,

    /// <summary>(a), or (i) below it.</summary>
    Point = 8,
}

/// <summary>An addressable unit of a draft, with what it is made of.</summary>
/// <param name="EId">Its address in the draft, see <see cref="Instruments.EId"/>.</param>
/// <param name="Number">As printed, without brackets: "40", "4", "b", "IV"; empty for a preamble.</param>
/// <param name="Heading">Null when it has none.</param>
/// <param name="Text">Its own words, without those of the provisions in it; NFC; positions in it count code points; lines end with LF.</param>
/// <param name="Provisions">In the order of the text; at most three deep below an article.</param>
/// <param name="Within">For an article and the like: the address of the innermost chapter or section it is in, else null.</param>
[GenerateSerializer, Immutable, Alias("annotate.provision.v1")]
public sealed record Provision(
    [property: Id(0)] string EId,
    [property: Id(1)] ProvisionKind Kind,
    [property: Id(2)] string Number,
    [property: Id(3)] string? Heading,
    [property: Id(4)] string Text,
    [property: Id(5)] Provision[] Provisions,
    [property: Id(6)] string? Within = null)
{
    /// <summary>This provision or one in it; null when the address is none of theirs.</summary>
    public Provision? Find(string eId)
    {
        if (eId == EId) return this;
        if (!Instruments.EId.IsWithin(eId, EId)) return null;
        foreach (var provision in Provisions)
            if (provision.Find(eId) is { } found) return found;
        return null;
    }
}

/// <summary>What a draft says: its provisions, grouped or not.</summary>
/// <param name="Note">What stands before the first provision: where the text is from, or that it is a summary. Null when nothing does.</param>
/// <param name="Groups">Parts, titles, chapters and sections in the order of the text, without what is in them.</param>
/// <param name="Articles">Articles, recitals, a preamble, a report's paragraphs: all that stands at the top, in the order of the text.</param>
[GenerateSerializer, Immutable, Alias("annotate.draft-content.v1")]
public sealed record DraftContent(
    [property: Id(0)] string? Note,
    [property: Id(1)] Provision[] Groups,
    [property: Id(2)] Provision[] Articles)
{
    /// <summary>The provision at an address; null when the draft has none there.</summary>
    public Provision? Find(string eId)
    {
        var root = EId.RootOf(eId);
        return Array.Find(Articles, article => article.EId == root)?.Find(eId) ?? Array.Find(Groups, group => group.EId == eId);
    }
}

/// <summary>The words for kinds of provision, in texts and in addresses.</summary>
static class ProvisionWords
{
    /// <summary>Kinds that hold articles.</summary>
    public static readonly (ProvisionKind Kind, string Prefix)[] Groups =
        [(ProvisionKind.Part, "part"), (ProvisionKind.Title, "title"), (ProvisionKind.Chapter, "chp"), (ProvisionKind.Section, "sec")];

    static readonly (ProvisionKind Kind, string Prefix)[] Units =
        [(ProvisionKind.Recital, "rec"), (ProvisionKind.Article, "art"), (ProvisionKind.Paragraph, "para"), (ProvisionKind.Point, "point")];

    static readonly (string Word, ProvisionKind Kind)[] Words =
    [
        ("part", ProvisionKind.Part), ("title", ProvisionKind.Title), ("chapter", ProvisionKind.Chapter), ("section", ProvisionKind.Section),
        ("preamble", ProvisionKind.Preamble), ("recital", ProvisionKind.Recital), ("rec.", ProvisionKind.Recital),
        ("article", ProvisionKind.Article), ("art.", ProvisionKind.Article), ("art", ProvisionKind.Article),
        ("paragraph", ProvisionKind.Paragraph), ("para.", ProvisionKind.Paragraph), ("para", ProvisionKind.Paragraph),
    ];

    public static bool IsGroup(ProvisionKind kind) => kind <= ProvisionKind.Section;

    public static string PrefixOf(ProvisionKind kind) => Array.Find([.. Groups, .. Units], known => known.Kind == kind).Prefix;

    public static bool TryKind(ReadOnlySpan<char> prefix, out ProvisionKind kind)
    {
        foreach (var known in Groups.Concat(Units))
        {
            kind = known.Kind;
            if (prefix.SequenceEqual(known.Prefix)) return true;
        }

        kind = default;
        return false;
    }

    /// <summary>Reads the word for a kind that a text or a pinpoint begins with, in any case; the rest is what follows it, trimmed.</summary>
    public static bool TryWord(ReadOnlySpan<char> text, out ProvisionKind kind, out ReadOnlySpan<char> rest)
    {
        foreach (var known in Words)
        {
            kind = known.Kind;
            rest = text.Length >= known.Word.Length ? text[known.Word.Length..] : default;
            if (!text.StartsWith(known.Word, StringComparison.OrdinalIgnoreCase)) continue;
            if (rest.Length > 0 && char.IsLetter(rest[0])) continue;
            rest = rest.TrimStart();
            return true;
        }

        kind = default;
        rest = default;
        return false;
    }
}
