using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotate.Statements;
using Annotate.Text;

namespace Annotate.Tests.Statements;

/// <summary>What a section says, by the rules in src/Annotate/Statements/README.md.</summary>
public sealed class SectionReadingTests
{
    const int Trees = 300;

    static readonly Dictionary<long, string> Nobody = [];
    static readonly string[] Textblocks = ["paragraph", "heading", "codeBlock"];
    static readonly string[] Containers = ["bulletList", "orderedList", "listItem", "blockquote", "callout"];
    static readonly string[] Words = ["a", "Artikel 1", "é", "e\u0301", "漢字", "👍", "two\nlines", " ", "￼"];

    public static TheoryData<string, string, string> Examples => new()
    {
        { "nothing", "[]", "" },
        { "an empty paragraph", """[{"type":"paragraph"}]""", "\n" },
        { "paragraphs", """[{"type":"paragraph","content":[{"text":"one"}]},{"type":"paragraph","content":[{"text":"two"}]}]""", "one\ntwo\n" },
        { "an empty list, and one whose item is empty", """[{"type":"bulletList"},{"type":"bulletList","content":[{"type":"listItem"}]},{"type":"blockquote"}]""", "" },
        { "a break", """[{"type":"paragraph","content":[{"text":"one"},{"type":"hardBreak"},{"text":"two"}]}]""", "one\ntwo\n" },
        { "only a break, in an element that nobody knows", """[{"type":"verse","content":[{"type":"hardBreak"}]}]""", "\n\n" },
        { "a leaf in a line, whose element comes before the text", """[{"type":"verse","content":[{"type":"image"},{"text":"a"}]}]""", "￼a\n" },
        { "leaves between blocks", """[{"type":"horizontalRule"},{"type":"blockquote","content":[{"type":"chart"}]}]""", "￼\n￼\n" },
        { "an embed in the text", """[{"type":"paragraph","content":[{"text":"a"},{"object":{"x":1}},{"text":"b"}]}]""", "a￼b\n" },
        { "code", """[{"type":"codeBlock","content":[{"text":"if\n  then"}]}]""", "if\n  then\n" },
        { "an element that nobody knows around blocks", """[{"type":"callout","content":[{"type":"paragraph","content":[{"text":"a"}]},{"type":"paragraph"}]}]""", "a\n\n" },
        { "text in no element", """[{"text":"a"},{"type":"paragraph","content":[{"text":"b"}]},{"text":"c"}]""", "a\nb\nc\n" },
        { "a list in a line", """[{"type":"listItem","content":[{"text":"a"},{"type":"bulletList","content":[{"type":"listItem","content":[{"text":"b"}]}]},{"text":"c"}]}]""", "a\nb\nc\n" },
        { "a paragraph in a paragraph", """[{"type":"paragraph","content":[{"type":"paragraph"}]}]""", "\n" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_section_reads_as_lines(string what, string nodes, string plain)
    {
        var document = Tree.Document(nodes);
        Assert.True(plain == SectionReading.Plain(document), what);
        Assert.Equal(plain, Joined(Delta(document)));
    }

    [Fact]
    public void A_delta_has_marks_blocks_and_what_is_around_them()
    {
        var document = Tree.Document("""
            [{"type":"heading","attrs":{"level":2},"content":[{"text":"Title "},{"text":"bold","marks":{"bold":{},"link":{"href":"x"}}}]},
             {"type":"orderedList","attrs":{"start":3},"content":[{"type":"listItem","content":[{"type":"paragraph","content":[
               {"text":"a"},{"type":"mention","attrs":{"id":"ada"}},{"type":"hardBreak"},{"object":{}}]}]}]},
             {"type":"blockquote","content":[{"type":"horizontalRule"}]},{"text":"bare"}]
            """);
        Assert.Equal(
            """
            [{"insert":"Title "},{"insert":"bold","attributes":{"bold":{},"link":{"href":"x"}}},{"insert":"\n","attributes":{"block":"heading","attrs":{"level":2}}},
            {"insert":"a"},{"insert":"￼","attributes":{"leaf":"mention","attrs":{"id":"ada"}}},{"insert":"\n","attributes":{"leaf":"hardBreak"}},{"insert":"￼"},
            {"insert":"\n","attributes":{"block":"paragraph","in":["orderedList","listItem"]}},
            {"insert":"￼","attributes":{"leaf":"horizontalRule"}},{"insert":"\n","attributes":{"block":"horizontalRule","in":["blockquote"]}},
            {"insert":"bare"},{"insert":"\n","attributes":{"block":null}}]
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(SectionReading.Read(document, TextForm.Delta, Nobody)!));
    }

    [Fact]
    public void With_authors_text_is_divided_where_its_author_changes()
    {
        var document = Tree.Document(7, JsonNode.Parse("""[{"type":"paragraph","content":[{"text":"one two","marks":{"bold":{}}}]}]""")!.AsArray());
        var ben = new Document(new DocumentOptions { ClientId = 8 });
        Assert.True(ben.TryApply(document.EncodeState(), out _));
        var text = ben.TypesIn(ben.TypesIn(Tree.Root)[0])[0];
        var update = ben.Change(edit =>
        {
            edit.Insert(text, 3, " and");
            edit.InsertType(ben.TypesIn(Tree.Root)[0], 1, SharedKind.XmlElement, "hardBreak");
        });
        Assert.True(document.TryApply(update, out _));
        var read = SectionReading.Read(document, TextForm.DeltaWithAuthors, new Dictionary<long, string> { [7] = "ada", [8] = "ben" });
        Assert.Equal(
            """
            [{"insert":"one","by":"ada","attributes":{"bold":{}}},{"insert":" and","by":"ben","attributes":{"bold":{}}},
            {"insert":" two","by":"ada","attributes":{"bold":{}}},{"insert":"\n","by":"ben","attributes":{"leaf":"hardBreak"}},
            {"insert":"\n","attributes":{"block":"paragraph"}}]
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(read!));
    }

    /// <summary>What is read of random trees is what is said of them while they are made, in another way.</summary>
    [Fact]
    public void Random_trees_read_as_their_lines()
    {
        for (var seed = 1; seed <= Trees; seed++)
        {
            var (random, plain) = (new Random(seed), new StringBuilder());
            var nodes = Blocks(random, plain, 3);
            var document = Tree.Document(seed, nodes);
            Assert.True(plain.ToString() == SectionReading.Plain(document), $"seed {seed}: {nodes.ToJsonString()}");
            Assert.True(plain.ToString() == Joined(Delta(document)), $"seed {seed}: {nodes.ToJsonString()}");
            Assert.True(Encoding.UTF8.GetString(SectionReading.Read(document, TextForm.ProseMirror, Nobody)!) == document.ReadProseMirror(Tree.Root), $"seed {seed}");
        }
    }

    [Fact]
    public void A_form_that_becomes_too_long_is_refused_and_the_others_are_read()
    {
        var document = Tree.Document("""[{"type":"paragraph","content":[{"text":""}]}]""");
        var text = document.TypesIn(document.TypesIn(Tree.Root)[0])[0];
        const int words = 400, link = 200_000;
        document.Change(edit =>
        {
            edit.Insert(text, 0, new string('w', words), new JsonObject { ["link"] = new JsonObject { ["href"] = new string('l', link) } });
            for (var i = 0; i < words; i += 2) edit.Format(text, i, 1, new JsonObject { ["bold"] = true });
        });
        foreach (var form in new[] { TextForm.Delta, TextForm.DeltaWithAuthors, TextForm.ProseMirror, TextForm.Xml })
            Assert.Null(SectionReading.Read(document, form, Nobody));
        Assert.Equal(words + 1, SectionReading.Read(document, TextForm.Plain, Nobody)!.Length);
    }

    /// <summary>A text in an attribute whose format says much, of which nothing is to be seen.</summary>
    [Fact]
    public void Work_that_leaves_nothing_to_be_seen_is_allowed_once_for_all_attributes()
    {
        const int words = 100, length = 500_000;
        // Yjs writes an object in an attribute as "[object Object]".
        var hidden = new JsonObject { ["x"] = new JsonObject { ["y"] = new string('l', length) } };
        Document Of(int elements)
        {
            var document = new Document(new DocumentOptions { ClientId = 1 });
            document.Change(edit =>
            {
                for (var i = 0; i < elements; i++)
                {
                    var paragraph = edit.InsertType(Tree.Root, i, SharedKind.XmlElement, "paragraph");
                    var text = edit.SetType(paragraph, "note", SharedKind.XmlText);
                    edit.Insert(text, 0, new string('w', words), new JsonObject { ["mark"] = hidden.DeepClone() });
                    for (var word = 0; word < words; word += 2) edit.Format(text, word, 1, new JsonObject { ["bold"] = true });
                }
            });
            return document;
        }

        Assert.InRange(Delta(Of(1)).GetRawText().Length, 0, words * 200);
        Assert.Null(SectionReading.Read(Of(2), TextForm.Delta, Nobody));
    }

    static JsonElement Delta(Document document) => JsonDocument.Parse(SectionReading.Read(document, TextForm.Delta, Nobody)!).RootElement;

    static string Joined(JsonElement delta) => string.Concat(delta.EnumerateArray().Select(op => op.GetProperty("insert").GetString()));

    static JsonArray Blocks(Random random, StringBuilder plain, int depth)
    {
        var blocks = new JsonArray();
        for (var i = random.Next(4); i > 0; i--)
        {
            var kind = random.Next(depth > 0 ? 6 : 3);
            if (kind < 3)
            {
                blocks.Add((JsonNode)new JsonObject { ["type"] = Textblocks[kind], ["attrs"] = new JsonObject { ["level"] = kind }, ["content"] = Line(random, plain) });
                plain.Append('\n');
            }
            else if (kind == 3)
            {
                blocks.Add((JsonNode)new JsonObject { ["type"] = random.Next(2) == 0 ? "horizontalRule" : "chart" });
                plain.Append("￼\n");
            }
            else
            {
                var name = Containers[random.Next(Containers.Length)];
                var content = Blocks(random, plain, depth - 1);
                // Nobody knows what an empty callout is.
                if (name == "callout" && content.Count == 0) plain.Append("￼\n");
                blocks.Add((JsonNode)new JsonObject { ["type"] = name, ["content"] = content });
            }
        }

        return blocks;
    }

    static JsonArray Line(Random random, StringBuilder plain)
    {
        var line = new JsonArray();
        for (var i = random.Next(5); i > 0; i--)
        {
            var word = Words[random.Next(Words.Length)];
            var (says, node) = random.Next(6) switch
            {
                0 => ("\n", new JsonObject { ["type"] = "hardBreak" }),
                1 => ("￼", new JsonObject { ["type"] = "image", ["attrs"] = new JsonObject { ["src"] = "x" } }),
                2 => ("￼", new JsonObject { ["object"] = new JsonObject() }),
                3 => (word, new JsonObject { ["text"] = word, ["marks"] = new JsonObject { ["bold"] = new JsonObject() } }),
                _ => (word, new JsonObject { ["text"] = word }),
            };
            line.Add((JsonNode)node);
            plain.Append(says);
        }

        return line;
    }
}
