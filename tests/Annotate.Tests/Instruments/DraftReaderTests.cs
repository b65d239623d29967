using System.Text;
using Annotate.Instruments;

namespace Annotate.Tests.Instruments;

public sealed class DraftReaderTests
{
    [Fact]
    public void Markdown_becomes_a_tree_of_addressed_provisions()
    {
        var draft = Read("""
            # A treaty
            > A note about the text,
            > in two lines.

            ## Chapter I. Beginnings
            ### Section 1 — Scope
            #### Article 1. Purpose
            Words before the paragraphs,
            wrapped.

            Another paragraph of words.
            #### Article 2
            1. The first:
               (a) one;
               (b) two:
                   (i) below;
                   (ii) below too;
               (c) three.
            2. The second.
            ## Chapter II
            ### Article 3: Last things
            - (h) A point of the article itself.
            """);

        Assert.Equal("A note about the text, in two lines.", draft.Note);
        Assert.Equal(["chp_I", "chp_I__sec_1", "chp_II"], draft.Groups.Select(group => group.EId));
        Assert.Equal(["Beginnings", "Scope", null], draft.Groups.Select(group => group.Heading));
        Assert.Equal(["art_1", "art_2", "art_3"], draft.Articles.Select(article => article.EId));
        Assert.Equal(["chp_I__sec_1", "chp_I__sec_1", "chp_II"], draft.Articles.Select(article => article.Within));
        Assert.Equal("Words before the paragraphs, wrapped.\nAnother paragraph of words.", draft.Articles[0].Text);
        Assert.Equal("Last things", draft.Articles[2].Heading);
        Assert.Equal(
            ["art_2__para_1", "art_2__para_1__point_a", "art_2__para_1__point_b", "art_2__para_1__point_b__point_i",
                "art_2__para_1__point_b__point_ii", "art_2__para_1__point_c", "art_2__para_2"],
            Below(draft.Articles[1]));
        Assert.Equal("below too;", draft.Find("art_2__para_1__point_b__point_ii")?.Text);
        Assert.Equal("A point of the article itself.", draft.Find("art_3__point_h")?.Text);
        Assert.Null(draft.Find("art_3__point_a"));
        Assert.Equal(ProvisionKind.Section, draft.Find("chp_I__sec_1")?.Kind);
    }

    [Fact]
    public void Plain_text_as_printed_becomes_the_same()
    {
        var draft = Read("""
            Some words before it begins. Article 9 is mentioned here.

            CHAPTER IV
            Procedural measures

            Article 28
            Search and seizure

            1. Each party shall act as
            Article 27 says, and so on, as well as
            Article 27. That is all.

            (4) This paragraph is numbered in brackets.

            Article 29. Collection
            Its words.
            """, DraftFormat.PlainText);

        Assert.Equal("Procedural measures", Assert.Single(draft.Groups).Heading);
        Assert.Equal(["Search and seizure", "Collection"], draft.Articles.Select(article => article.Heading));
        Assert.Equal("Each party shall act as Article 27 says, and so on, as well as Article 27. That is all.", draft.Find("art_28__para_1")?.Text);
        Assert.Equal("This paragraph is numbered in brackets.", draft.Find("art_28__para_4")?.Text);
        Assert.Equal("Its words.", draft.Find("art_29")?.Text);
    }

    [Theory]
    [InlineData("(g)|(h)|(i)", "g h i")]
    [InlineData("(h)|  (i)|  (ii)|(i)", "h h.i h.ii i")]
    [InlineData("(a)|(i)|(ii)|(b)", "a a.i a.ii b")]
    [InlineData("(i)|(ii)|(iii)|(iv)|(v)", "i ii iii iv v")]
    [InlineData("(i)|(a)|(b)|(ii)", "i i.a i.b ii")]
    [InlineData("(u)|(v)", "u v")]
    [InlineData("(a)|(iv)|(v)|(vi)|(b)", "a a.iv a.v a.vi b")]
    [InlineData("(y)|(z)|(aa)|(bb)", "y z aa bb")]
    [InlineData("(a)|(d)|(h)", "a d h")]
    [InlineData("a)|b)", "a b")]
    [InlineData("(a)|(iii)|(b)", "a a.iii b")]
    public void Letters_and_Roman_numbers_find_their_place(string lines, string expected)
    {
        var source = "## Article 1\n" + string.Join('\n', lines.Split('|').Select(line => line + " words"));
        var found = Below(Read(source).Articles[0]).Select(eId => eId["art_1__point_".Length..].Replace("__point_", "."));
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Theory]
    [InlineData("words only", 1, "no article was found")]
    [InlineData("## Article 1\n## Annex\n", 2, "a heading names an article")]
    [InlineData("## Article 1\nx\n\n## Article 1", 4, "Art. 1 is already there, at line 1")]
    [InlineData("## Article 1\n2. two\n1. one", 3, "(1) does not follow Art. 1(2)")]
    [InlineData("## Article 1\n2. two\n2. two", 3, "Art. 1(2) is already there, at line 2")]
    [InlineData("## Article 1\n(b) two\n(a) one", 3, "(a) does not follow Art. 1(b)")]
    [InlineData("## Article 1\nbad \u0001 control", 2, "control character")]
    public void What_cannot_be_placed_is_named_by_line_and_reason(string source, int line, string reason)
    {
        Assert.False(DraftReader.TryRead(Encoding.UTF8.GetBytes(source), DraftFormat.Markdown, out _, out var problems));
        Assert.Equal(line, problems[0].Line);
        Assert.Contains(reason, problems[0].Reason);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_named_by_line()
    {
        Assert.False(DraftReader.TryRead("## Article 1\r\nx\r\n\xff"u8[..^2].ToArray().Append((byte)0xff).ToArray(), DraftFormat.Markdown, out _, out var problems));
        Assert.Equal(new ImportProblem(3, "the line is not UTF-8"), Assert.Single(problems));
    }

    [Fact]
    public void Every_line_with_a_problem_is_listed_up_to_the_limit()
    {
        var source = "## Article 1\n" + string.Concat(Enumerable.Repeat("## Nonsense\n", Limits.ImportProblemsMax + 10));
        Assert.False(DraftReader.TryRead(Encoding.UTF8.GetBytes(source), DraftFormat.Markdown, out _, out var problems));
        Assert.Equal(Limits.ImportProblemsMax, problems.Count);
        Assert.Equal([.. Enumerable.Range(2, Limits.ImportProblemsMax)], problems.Select(problem => problem.Line));
    }

    [Fact]
    public void A_backslash_makes_a_line_running_text() =>
        Assert.Equal("In the year 2024. That was it.", Read("## Article 1\nIn the year\n\\2024. That was it.").Articles[0].Text);

    [Fact]
    public void Text_is_composed_and_its_positions_count_code_points()
    {
        var text = Read("## Article 1\nCafe\u0301 \U0001D11E clef").Articles[0].Text;
        Assert.Equal("Caf\u00e9 \U0001D11E clef", text);
        Assert.Equal(11, CodePoints.Count(text));
        Assert.True(CodePoints.TrySlice(text, 5, 11, out var slice));
        Assert.Equal("\U0001D11E clef", slice);
        Assert.True(CodePoints.TrySlice(text, 11, 11, out slice));
        Assert.Equal("", slice);
        Assert.False(CodePoints.TrySlice(text, 5, 12, out _));
        Assert.False(CodePoints.TrySlice(text, 12, 12, out _));
        Assert.False(CodePoints.TrySlice(text, 3, 2, out _));
    }

    [Theory]
    [InlineData(Limits.ProvisionsPerDraftMax, null)]
    [InlineData(Limits.ProvisionsPerDraftMax + 1, "provisions")]
    public void Provisions_are_bounded(int count, string? reason) =>
        AssertReason(string.Concat(Enumerable.Range(1, count).Select(number => $"## Article {number}\n")), reason);

    [Theory]
    [InlineData(Limits.HeadingCodePointsMax, null)]
    [InlineData(Limits.HeadingCodePointsMax + 1, "heading is longer")]
    public void Headings_are_bounded(int length, string? reason) => AssertReason($"## Article 1. {new string('x', length)}", reason);

    [Theory]
    [InlineData(Limits.DraftLineBytesMax + 1, 1, "line is longer")]
    [InlineData(1_000, Limits.ProvisionCharactersMax / 1_001, null)]
    [InlineData(1_000, Limits.ProvisionCharactersMax / 1_001 + 1, "characters of its own")]
    [InlineData(1_000, Limits.DraftSourceBytesMax / 1_000, "source is longer")]
    public void Text_is_bounded(int length, int lines, string? reason) =>
        AssertReason("## Article 1\n" + string.Concat(Enumerable.Repeat(new string('x', length) + "\n", lines)), reason);

    [Fact]
    public void A_hundred_thousand_damaged_sources_are_read_or_refused_and_never_throw()
    {
        const int seed = 20260302;
        var random = new Random(seed);
        byte[][] sources = [.. Sources.Select(Encoding.UTF8.GetBytes)];
        var read = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var damaged = Damage(sources[random.Next(sources.Length)], sources, random);
            var format = (DraftFormat)random.Next(2);
            try
            {
                if (DraftReader.TryRead(damaged, format, out var draft, out var problems)) read++;
                Assert.Equal(draft is null, problems.Count > 0);
                if (draft is not null) AssertSound(draft);
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}, round {round}, {format}, {Convert.ToHexString(damaged)}: {exception}");
            }
        }

        Assert.InRange(read, 1_000, 99_000);
    }

    static readonly string[] Sources =
    [
        "## Chapter I\n### Article 1. One\nText\n1. a\n(a) b\n(i) c\n(ii) d\n(b) e\n2. f\n",
        "Article 1\nOne\n\n1. a\n   (a) b\n   (i) c\n\nArticle 2. Two\nwords\n\nCHAPTER V\nHere\n\nPreamble\n\nRecital 3\n",
        "> note\n## Paragraph 48. Tools\nwörds \U0001D11E e\u0301\n## Recital 2\n- (h) x\n\\(i) y\n## Preamble\n(a) z\n",
    ];

    static readonly byte[][] Pieces =
        [.. new[] { "\n", "\r\n", "(i) ", "(ii) ", "(v) ", "(z) ", "(aa) ", "1. ", "99999. ", "(0) ", "## ", "Article 7", "\\", "> ", "- ", "(", ")", "\ufeff", "\u0301" }.Select(Encoding.UTF8.GetBytes)];

    static byte[] Damage(byte[] source, byte[][] sources, Random random)
    {
        var bytes = source.ToList();
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0: bytes.Insert(at, (byte)random.Next(256)); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(10), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]); break;
                case 3: bytes.InsertRange(at, sources[random.Next(sources.Length)][..random.Next(20)]); break;
                default: if (at < bytes.Count) bytes[at] ^= (byte)(1 << random.Next(8)); break;
            }
        }

        return [.. bytes];
    }

    // Whatever was read must be addressable: every address well-formed, unique, findable, and written as a pinpoint that leads back.
    static void AssertSound(DraftContent draft)
    {
        var eIds = draft.Groups.Concat(draft.Articles).SelectMany(provision => Below(provision).Prepend(provision.EId)).ToList();
        Assert.Equal(eIds.Count, eIds.Distinct().Count());
        foreach (var eId in eIds)
        {
            Assert.True(EId.IsValid(eId), eId);
            Assert.Equal(eId, draft.Find(eId)?.EId);
            Assert.True(Pinpoint.TryParse(Pinpoint.Format(eId), out var again) && again == eId, eId);
        }
    }

    static void AssertReason(string source, string? reason)
    {
        DraftReader.TryRead(Encoding.UTF8.GetBytes(source), DraftFormat.Markdown, out _, out var problems);
        if (reason is null) Assert.Empty(problems);
        else Assert.Contains(reason, problems[^1].Reason);
    }

    static DraftContent Read(string source, DraftFormat format = DraftFormat.Markdown)
    {
        DraftReader.TryRead(Encoding.UTF8.GetBytes(source), format, out var content, out var problems);
        Assert.Empty(problems);
        return content!;
    }

    static List<string> Below(Provision provision) =>
        [.. provision.Provisions.SelectMany(below => Below(below).Prepend(below.EId))];
}
