using Annotate.Instruments;

namespace Annotate.Tests.Instruments;

public sealed class PinpointTests
{
    [Theory]
    [InlineData("Art. 36(1)(b)", "art_36__para_1__point_b", "Art. 36(1)(b)")]
    [InlineData("Article 40(21)", "art_40__para_21", "Art. 40(21)")]
    [InlineData("art. 28(4)", "art_28__para_4", "Art. 28(4)")]
    [InlineData("Art. 53(h)", "art_53__point_h", "Art. 53(h)")]
    [InlineData("  ARTICLE 22 (1) (A) ", "art_22__para_1__point_a", "Art. 22(1)(a)")]
    [InlineData("Art 3(1)(a)(ii)", "art_3__para_1__point_a__point_ii", "Art. 3(1)(a)(ii)")]
    [InlineData("Article 38(1), point (b)", "art_38__para_1__point_b", "Art. 38(1)(b)")]
    [InlineData("Article 40, paragraph 4", "art_40__para_4", "Art. 40(4)")]
    [InlineData("Art. 40 para. 4 (b)", "art_40__para_4__point_b", "Art. 40(4)(b)")]
    [InlineData("Article 22bis(2)", "art_22bis__para_2", "Art. 22bis(2)")]
    [InlineData("Chapter IV", "chp_IV", "Chapter IV")]
    [InlineData("chapter iii, section 1", "chp_III__sec_1", "Chapter III, Section 1")]
    [InlineData("Paragraph 48", "para_48", "para. 48")]
    [InlineData("Rec. 14", "rec_14", "Recital 14")]
    [InlineData("preamble", "preamble", "Preamble")]
    [InlineData("Art. 4", "art_4", "Art. 4")]
    public void A_pinpoint_and_its_address_lead_to_each_other(string written, string eId, string formatted)
    {
        Assert.True(Pinpoint.TryParse(written, out var found));
        Assert.Equal(eId, found);
        Assert.Equal(formatted, Pinpoint.Format(eId));
        Assert.True(Pinpoint.TryParse(formatted, out var again));
        Assert.Equal(eId, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("36(1)(b)")]
    [InlineData("Art.")]
    [InlineData("Art. x")]
    [InlineData("Art. 040")]
    [InlineData("Art. 4(")]
    [InlineData("Art. 4()")]
    [InlineData("Art. 4(1)(2)")]
    [InlineData("Art. 4(a)(1)")]
    [InlineData("Art. 4(a)(i)(b)")]
    [InlineData("Art. 4 and 5")]
    [InlineData("Article 4, point b")]
    [InlineData("Section 1, Chapter II")]
    [InlineData("Chapter")]
    [InlineData("Preamble(1)")]
    [InlineData("Articulate 4")]
    public void What_is_no_pinpoint_is_told_so(string? written) => Assert.False(Pinpoint.TryParse(written, out _));

    [Fact]
    public void Every_address_of_a_draft_survives_being_written_as_a_pinpoint()
    {
        var random = new Random(20260301);
        for (var i = 0; i < 10_000; i++)
        {
            var eId = SomeEId(random);
            Assert.True(EId.IsValid(eId), eId);
            Assert.True(Pinpoint.TryParse(Pinpoint.Format(eId), out var again), eId);
            Assert.Equal(eId, again);
        }
    }

    [Theory]
    [InlineData("art_40__para_4__point_b", "art_40")]
    [InlineData("art_40", "art_40")]
    [InlineData("para_48", "para_48")]
    [InlineData("chp_III__sec_1", "chp_III__sec_1")]
    [InlineData("preamble", "preamble")]
    public void A_provision_belongs_to_a_root(string eId, string root) => Assert.Equal(root, EId.RootOf(eId));

    [Theory]
    [InlineData("point_a")]
    [InlineData("art_40_")]
    [InlineData("art_40__")]
    [InlineData("art_40__art_41")]
    [InlineData("art_40__sec_1")]
    [InlineData("sec_1__chp_I")]
    [InlineData("art_4/5")]
    [InlineData("ART_4")]
    [InlineData("art_40__para_1__para_2")]
    public void An_address_keeps_to_the_grammar(string eId) => Assert.False(EId.IsValid(eId));

    static string SomeEId(Random random)
    {
        string Number() => random.Next(1, 400) + (random.Next(8) == 0 ? "bis" : "");
        string Letters() => ((char)('a' + random.Next(26))).ToString();
        var eId = random.Next(6) switch
        {
            0 => "chp_" + (random.Next(2) == 0 ? "XIV" : "3") + (random.Next(2) == 0 ? "__sec_2" : ""),
            1 => "rec_" + Number(),
            2 => "preamble",
            3 => "para_" + Number(),
            _ => "art_" + Number(),
        };
        if (eId.StartsWith("art_", StringComparison.Ordinal) && random.Next(2) == 0) eId += "__para_" + Number();
        if (eId.StartsWith("art_", StringComparison.Ordinal) && random.Next(2) == 0) eId += "__point_" + Letters() + (random.Next(2) == 0 ? "__point_iv" : "");
        return eId;
    }
}
