using Annotate.Server.Seeding;

namespace Annotate.Server.Tests.Seeding;

public sealed class TextSeedTests
{
    const string Markdown = "## Heading\nWords with \U0001D11E, e\u0301 and <angles>\nwrapped.\n\n- one\n  goes on\n- two\n";

    /// <summary>
    /// yjs 13.6 reads these bytes, with nothing pending, as
    /// <c>&lt;heading level="2">Heading&lt;/heading>&lt;paragraph>Words with 𝄞, é and &lt;angles> wrapped.&lt;/paragraph>&lt;bulletlist>&lt;listitem>
    /// &lt;paragraph>one goes on&lt;/paragraph>&lt;/listitem>&lt;listitem>&lt;paragraph>two&lt;/paragraph>&lt;/listitem>&lt;/bulletlist></c> (without the line
    /// break), the level a number, and writes the same bytes again.
    /// </summary>
    const string Update =
        "0110959AEF3A0007010764656661756C74030768656164696E672800959AEF3A00056C6576656C017D020700959AEF3A00060400959AEF3A02074865"
        + "6164696E6787959AEF3A0003097061726167726170680700959AEF3A0A060400959AEF3A0B29576F726473207769746820F09D849E2C20C3A920616E"
        + "64203C616E676C65733E20777261707065642E87959AEF3A0A030A62756C6C65744C6973740700959AEF3A3203086C6973744974656D0700959AEF3A"
        + "3303097061726167726170680700959AEF3A34060400959AEF3A350B6F6E6520676F6573206F6E87959AEF3A3303086C6973744974656D0700959AEF"
        + "3A4103097061726167726170680700959AEF3A42060400959AEF3A430374776F00";

    [Fact]
    public void A_text_becomes_the_update_that_yjs_was_seen_to_read() =>
        Assert.Equal(Update, Convert.ToHexString(TextSeed.FromMarkdown(Markdown, 123456789)));

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void No_text_is_an_empty_update(string markdown) => Assert.Equal([0, 0], TextSeed.FromMarkdown(markdown, 7));

    [Fact]
    public void Two_hundred_texts_are_updates_that_build_on_nothing_missing()
    {
        const int seed = 20260303;
        var random = new Random(seed);
        string[] lines = ["# One", "###### Six", "####### seven", "- bullet", "* bullet", "-", "words", "", "", "\U0001D11E", "  indented", "#"];
        for (var round = 0; round < 200; round++)
        {
            var markdown = string.Join('\n', Enumerable.Range(0, random.Next(40)).Select(_ => lines[random.Next(lines.Length)]));
            var bytes = TextSeed.FromMarkdown(markdown, (uint)random.Next(1, int.MaxValue));
            Assert.True(Annotate.Text.Update.TryRead(bytes, out var update, out var fault), $"Seed {seed}, round {round}, {fault}: {markdown}");
            Assert.InRange(update.Ranges.Length, 0, 1);
        }
    }
}
