using System.Text;
using Annotate.Deciding;
using Annotate.Statements;

namespace Annotate.Tests.Statements;

/// <summary>What yjs' UndoManager makes is taken, and says what everybody reads who loads it, at once and after every reload.</summary>
public sealed class SectionUndoTests
{
    /// <summary>Updates that one person's editor sent in order (base64), and what yjs says that has loaded them.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        {
            "a word deleted, its paragraph deleted, undone, typed in, undone twice",
            """
            AQMBAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcAAQAGBAABAQVoZWxsbwA= AAEBAQIC AQEBB0QBAgJoZQA= AQEBCcQBBwEIAVgA AAEBAQkB AAEBAgACBAU=
            AQUBCkcBAAMJcGFyYWdyYXBoBwABCgYEAAELA2xsb0QBDAFoxAEPAQ8BZQA= AQEBEUQBDwVsYXRlcgA=
            """,
            "<paragraph>laterhello</paragraph>"
        },
        {
            "the same in the second of two paragraphs, by y-prosemirror",
            """
            AQMBAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcAAQAGBAABAQFmAA== AQEBA4QBAgFpAA== AQEBBIQBAwFyAA== AQEBBYQBBAFzAA== AQEBBoQBBQF0AA== AQEBB4cBAAMJcGFyYWdyYXBoAA==
            AQIBCAcAAQcGBAABCAFhAA== AQEBCoQBCQFiAA== AQEBC4QBCgFjAA== AQEBDIQBCwEgAA== AQEBDYQBDAFkAA== AQEBDoQBDQFlAA== AQEBD4QBDgFmAA== AQEBEIQBDwEgAA==
            AQEBEYQBEAFnAA== AQEBEoQBEQFoAA== AQEBE4QBEgFpAA== AAEBAQ0E AAEBAgcGEQM= AQMBFMcBAAEHAwlwYXJhZ3JhcGgHAAEUBgQAARUHYWJjIGdoaQA= AQEBHcQBFwEYAVgA
            AAEBAR0B AQEBHsQBFwEaBGRlZiAA AQEBIsQBAgEDAWwA AQEBI8QBIgEDAWEA AQEBJMQBIwEDAXQA AQEBJcQBJAEDAWUA AQEBJsQBJQEDAXIA
            """,
            "<paragraph>flaterirst</paragraph><paragraph>abdef c ghi</paragraph>"
        },
        {
            "one whose own document says hello",
            """
            AQIBAAcBB2RlZmF1bHQGBAABAAVoZWxsbwA= AAEBAQQC AQEBBsQBAwEEAmxvAA== AQEBCMQBBgEHAUcA AAEBAQgB AAEBAgAEBgI= AQMBCUcBAAYEAAEJBGhlbGzEAQ0BDQFvAA==
            """,
            "helol"
        },
        {
            "one that says something else until it is loaded again, by y-prosemirror",
            """
            AQPpyoqWDAAHAQdkZWZhdWx0AwlwYXJhZ3JhcGgHAOnKipYMAAYEAOnKipYMAQN4eXoA AQHpyoqWDAVE6cqKlgwCA3h5egHpyoqWDAEACA==
            AQPpyoqWDAhH6cqKlgwAAwlwYXJhZ3JhcGgHAOnKipYMCAYEAOnKipYMCQFhAA==
            AQTpyoqWDAtH6cqKlgwIAwlwYXJhZ3JhcGgHAOnKipYMCwYEAOnKipYMDAFhhOnKipYMDQTwn5GNAenKipYMAgALDQE= AQHpyoqWDBCE6cqKlgwPA++/vQHpyoqWDAEOAg==
            AQHpyoqWDBHE6cqKlgwP6cqKlgwQAsOpAA== AQLpyoqWDBLE6cqKlgwN6cqKlgwOBPCfkY2E6cqKlgwQBWhlbGxvAenKipYMAgALDQw= AQHpyoqWDBlE6cqKlgwNAWEA
            AQHpyoqWDBrE6cqKlgwQ6cqKlgwUBWhlbGxvAenKipYMARkB
            AQTpyoqWDB9H6cqKlgwLAwdoZWFkaW5nBwDpyoqWDB8GBADpyoqWDCAEaGxsbygA6cqKlgwfBWxldmVsAX0BAenKipYMAwsCGgEcAw==
            AQHpyoqWDCaE6cqKlgwkCUFydGlrZWwgMQA= AQPpyoqWDC9H6cqKlgwfAwlwYXJhZ3JhcGgHAOnKipYMLwYEAOnKipYMMATwn5GNAA==
            AQLpyoqWDDPG6cqKlgwx6cqKlgwyBGJvbGQCe32G6cqKlgwyBGJvbGQEbnVsbAA=
            AQPpyoqWDDXH6cqKlgwf6cqKlgwLAwlwYXJhZ3JhcGgHAOnKipYMNQYEAOnKipYMNglBcnRpa2VsIDEA AQHpyoqWDEDE6cqKlgwj6cqKlgwkAsOpAA==
            AQHpyoqWDEHE6cqKlgwr6cqKlgwsA2wgMQHpyoqWDAMAHywDNQw= AQHpyoqWDETE6cqKlgwr6cqKlgxBA2wgMQHpyoqWDAMAHywDNQ8=
            AQHpyoqWDEfE6cqKlgxF6cqKlgxGAsOpAA== AQHpyoqWDEjE6cqKlgwo6cqKlgwpA3h5egA=
            AQLpyoqWDEvE6cqKlgwy6cqKlgw0BWhlbGxvxunKipYMMunKipYMSwRib2xkBG51bGwB6cqKlgwBNAE=
            ASPpyoqWDFHG6cqKlgxP6cqKlgw0BGJvbGQEbnVsbITpyoqWDC4Cw6lH6cqKlgwvAwdoZWFkaW5nBwDpyoqWDFMGBADpyoqWDFQD77+9hunKipYMVQRib2xkAnt9hOnKipYMVgPvv72G6cqKlgxXBGJvbGQEbnVsbCgA6cqKlgxTBWxldmVsAX0Bx+nKipYMU+nKipYMLwMJcGFyYWdyYXBoBwDpyoqWDFoGBADpyoqWDFsD77+9hOnKipYMXAPvv73G6cqKlgxc6cqKlgxdBGJvbGQCe32G6cqKlgxdBGJvbGQEbnVsbMfpyoqWDC/pyoqWDB8DB2hlYWRpbmcHAOnKipYMYAYoAOnKipYMYAVsZXZlbAF9AQQA6cqKlgxhAsOpxOnKipYMXenKipYMXwFhxunKipYMXenKipYMZARib2xkBG51bGxE6cqKlgxcBWhlbGxvxunKipYMZOnKipYMXwRib2xkBG51bGxE6cqKlgxjB2hsbG9BcnTE6cqKlgxy6cqKlgxjBWlrZWwgxOnKipYMd+nKipYMdgExxOnKipYMd+nKipYMeALDqcTpyoqWDHLpyoqWDHMDeHl6xOnKipYMXOnKipYMXgN4eXpH6cqKlgxTAwRsaXN0BwDpyoqWDIABAwRpdGVtBwDpyoqWDIEBAwlwYXJhZ3JhcGgHAOnKipYMggEGBADpyoqWDIMBBGl0ZW3E6cqKlgxs6cqKlgxtA3h5egHpyoqWDAcfAiUBLwVLD18BYwh6Bg==
            AQjpyoqWDIsBxOnKipYMdenKipYMdgJsIMTpyoqWDHfpyoqWDHkCw6lH6cqKlgyAAQMEbGlzdAcA6cqKlgyOAQMEaXRlbQcA6cqKlgyPAQMJcGFyYWdyYXBoBwDpyoqWDJABBgQA6cqKlgyRAQRpdGVtxOnKipYMbOnKipYMiAEDeHl6AenKipYMAYABDg==
            AQLpyoqWDJkBxOnKipYMdenKipYMiwECbCDE6cqKlgx36cqKlgyNAQLDqQHpyoqWDAUAWl8BYwh2Ankg
            """,
            "<paragraph>�<bold>�</bold></paragraph><heading level=\"1\">hlloArtikel é1</heading>"
        },
    };

    [Theory, MemberData(nameof(Cases))]
    public void What_is_undone_is_taken_and_says_the_same_after_every_reload(string what, string updates, string says)
    {
        var (text, readMeanwhile, entries) = (new SectionState(), new SectionState(), new List<Entry>());
        foreach (var bytes in updates.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Convert.FromBase64String))
        {
            Assert.True(text.Decide(new Edit(bytes, Commands.Ana, 0), entries.Count, out var edited) is null, $"{what}, edit {entries.Count}");
            entries.Add(new Entry(Commands.Now, Commands.Ana, default, 0, edited!));
            text.Apply(entries.Count, entries[^1]);
            readMeanwhile.Apply(entries.Count, entries[^1] with { Event = new Edited(bytes) });
            Xml(readMeanwhile);
        }

        Assert.Equal(says, Xml(text));
        Assert.Equal(says, Xml(readMeanwhile));
        var replayed = new SectionState();
        for (var i = 0; i < entries.Count; i++) replayed.Apply(i + 1, entries[i]);
        Assert.False(replayed.IsDamaged);
        Assert.Equal(text.Owners, replayed.Owners);
        Assert.Equal(says, Xml(replayed));
        var (converter, loaded) = (new SectionStateConverter(), replayed);
        for (var i = 0; i < 3; i++)
        {
            loaded = converter.ConvertFromSurrogate(converter.ConvertToSurrogate(loaded));
            Assert.Equal(says, Xml(loaded));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Whoever_asks_the_grain_hears_the_same(string what, string updates, string says)
    {
        await using var silo = await Silo.StartAsync(new Journals.MemoryRecords(leavesTombstones: false));
        var grain = silo.Grains.GetGrain<ISectionGrain>("c/s/undone");
        foreach (var bytes in updates.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Convert.FromBase64String))
        {
            var outcome = Assert.Single(await grain.EditAsync(new([new Edit(bytes, Commands.Ana, 0)])));
            Assert.True(outcome.Status == EditStatus.Durable, $"{what}: {outcome.Status}");
        }

        Assert.Equal(says, Encoding.UTF8.GetString((await grain.ReadTextAsync(TextForm.Xml, -1)).Content!));
    }

    /// <summary>Reading loads the text anew, beside the grain, while edits come; whatever version somebody is told, it says what that says.</summary>
    [Fact]
    public async Task Those_who_read_while_somebody_writes_hear_what_each_version_says()
    {
        const int more = 200;
        await using var silo = await Silo.StartAsync(new Journals.MemoryRecords(leavesTombstones: false));
        var grain = silo.Grains.GetGrain<ISectionGrain>("c/s/undone");
        var edits = Cases.First().Data.Item2.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Convert.FromBase64String).ToList();
        var writer = new Annotate.Text.Document(new() { ClientId = 9 });
        foreach (var edit in edits) Assert.True(writer.TryApply(edit, out _));
        for (var i = 0; i < more; i++) edits.Add(writer.Change(edit => edit.Insert(edit.InsertType(Tree.Root, i % 3, Annotate.Text.SharedKind.XmlText), 0, $"{i}")));

        var reads = new List<Task<SectionText>>();
        var writes = new List<Task<EditOutcome[]>>();
        for (var i = 0; i < edits.Count; i++)
        {
            reads.Add(grain.ReadTextAsync(TextForm.Xml, -1));
            writes.Add(grain.EditAsync(new([new Edit(edits[i], Commands.Ana, 0)])));
            // Mostly they meet; now and then nobody writes while it is loaded.
            if (i % 5 == 0) await Task.WhenAll(reads);
        }

        Assert.All(await Task.WhenAll(writes), outcomes => Assert.Equal(EditStatus.Durable, outcomes[0].Status));
        var last = await grain.ReadTextAsync(TextForm.Xml, -1);
        Assert.Equal(edits.Count, last.Version);
        var text = new SectionState();
        var says = new List<string> { Xml(text) };
        foreach (var entry in await silo.HistoryAsync(grain))
        {
            text.Apply(says.Count, entry);
            says.Add(Xml(text));
        }

        Assert.All([.. await Task.WhenAll(reads), last], read => Assert.Equal(says[(int)read.Version], Encoding.UTF8.GetString(read.Content!)));
    }

    static string Xml(SectionState text) => Encoding.UTF8.GetString(text.Read(TextForm.Xml)!);
}
