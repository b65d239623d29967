using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotate.Server.Tests.Http;
using Annotate.Server.Tests.Live;
using Annotate.Tests.Statements;
using Annotate.Text;
using Annotate.Text.Tests;

namespace Annotate.Server.Tests.Statements;

/// <summary>Texts as what they say, over HTTP.</summary>
public sealed class TextFormTests(Oracle yjs, ITestOutputHelper output) : IAsyncLifetime
{
    const string Nodes = """
        [{"type":"heading","attrs":{"level":2},"content":[{"text":"Article "},{"text":"4","marks":{"bold":{},"link":{"href":"https://example.org/"}}}]},
         {"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"text":"漢字 👍"},{"type":"hardBreak"},{"text":"two"}]}]}]},
         {"type":"horizontalRule"},{"type":"paragraph"}]
        """;

    const string Path = "/api/texts/" + Harbour.Text;

    TestServerHost _server = null!;
    HttpClient _ada = null!;
    HttpClient _cat = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(_server.Operator);
        _ada = _server.NewClient(await Harbour.TokenAsync(_server.Operator, "ada"));
        _cat = _server.NewClient(await Harbour.TokenAsync(_server.Operator, "cat"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_form_says_what_yjs_says_of_the_same_update()
    {
        await EditAsync(_ada, Tree.Document(Nodes).EncodeState());
        var read = yjs.Ask(new { ask = "read", state = await _cat.GetByteArrayAsync(Path, Cancelled) });
        Assert.Equal((string)read["x"]!, await TextAsync("xml", "text/plain; charset=utf-8"));
        Assert.True(JsonNode.DeepEquals(read["p"], JsonNode.Parse(await TextAsync("prosemirror", "application/json"))));
        const string plain = "Article 4\n漢字 👍\ntwo\n￼\n\n";
        Assert.Equal(plain, await TextAsync("plain", "text/plain; charset=utf-8"));
        foreach (var query in new[] { "delta", "delta?authors=true" })
        {
            var delta = JsonDocument.Parse(await TextAsync(query, "application/json")).RootElement.EnumerateArray().ToArray();
            Assert.Equal(plain, string.Concat(delta.Select(op => op.GetProperty("insert").GetString())));
            var by = delta.Where(op => op.TryGetProperty("by", out _)).Select(op => op.GetProperty("by").GetString()).ToArray();
            Assert.Equal(query == "delta" ? [] : ["ada", "ada", "ada", "ada", "ada", "ada"], by);
        }
    }

    [Fact]
    public async Task Authors_are_those_who_wrote_it()
    {
        var begun = Tree.Document("""[{"type":"paragraph","content":[{"text":"one two"}]}]""");
        await EditAsync(_ada, begun.EncodeState());
        using var ben = _server.NewClient(await Harbour.TokenAsync(_server.Operator, "ben"));
        Assert.True(Document.TryLoad(begun.EncodeState(), out var his, out _, new DocumentOptions { ClientId = 2 }));
        await EditAsync(ben, his.Change(edit => edit.Insert(his.TypesIn(his.TypesIn(Tree.Root)[0])[0], 3, " and")));
        Assert.Equal(
            """[{"insert":"one","by":"ada"},{"insert":" and","by":"ben"},{"insert":" two","by":"ada"},{"insert":"\n","attributes":{"block":"paragraph"}}]""",
            await TextAsync("delta?authors=true", "application/json"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("delta?authors=true")]
    [InlineData("prosemirror")]
    [InlineData("xml")]
    public async Task A_form_has_its_version_and_is_not_sent_to_whoever_has_it(string form)
    {
        var empty = await _cat.GetReplyAsync($"{Path}/{form}");
        Assert.Equal((200, "\"0\""), (empty.Status, empty.ETag));
        await EditAsync(_ada, Tree.Document(Nodes).EncodeState());
        var read = await _cat.GetReplyAsync($"{Path}/{form}", ifNoneMatch: empty.ETag);
        Assert.Equal((200, "\"1\""), (read.Status, read.ETag));
        foreach (var known in new[] { "\"1\"", "W/\"1\"", "\"0\", \"1\"", "*" })
        {
            var again = await _cat.GetReplyAsync($"{Path}/{form}", ifNoneMatch: known);
            Assert.Equal((304, "\"1\"", null), (again.Status, again.ETag, again.ContentType));
        }

        foreach (var text in new[] { "harbour.reply.nothing", "harbour.nothing.opening", "nowhere.reply.opening", "harbour" })
            Assert.Equal((404, "not-found"), (await _cat.GetReplyAsync($"/api/texts/{text}/{form}", ifNoneMatch: "\"0\"")).Problem());
        Assert.Equal((400, "invalid"), (await _cat.GetReplyAsync($"{Path}/{form}{(form.Contains('?') ? "&" : "?")}unheard=1")).Problem());
        Assert.Equal((400, "invalid"), (await _cat.GetReplyAsync($"{Path}/delta?authors=perhaps")).Problem());
    }

    [Fact]
    public async Task An_export_has_the_plain_text_beside_the_update()
    {
        await EditAsync(_ada, Tree.Document(Nodes).EncodeState());
        var exported = await Executable.RunAsync(
            ["export", "--coalition", Harbour.Coalition, "--url", _server.Address.ToString(), "--token", _cat.DefaultRequestHeaders.Authorization!.Parameter!]);
        Assert.True(exported.Code == 0, exported.Error);
        var section = JsonNode.Parse(exported.Output)!["statements"]![0]!["sections"]![0]!;
        Assert.Equal(await TextAsync("plain", "text/plain; charset=utf-8"), (string)section["plain"]!);
        Assert.Equal(await _cat.GetByteArrayAsync(Path, Cancelled), Convert.FromBase64String((string)section["update"]!));
    }

    [Fact]
    public async Task A_long_text_is_read_in_every_form()
    {
        const int paragraphs = 250, units = 200, times = 20;
        var document = new Document(new DocumentOptions { ClientId = 1 });
        for (var i = 0; i < paragraphs; i++)
        {
            await EditAsync(_ada, document.Change(edit =>
                edit.Insert(edit.InsertType(edit.InsertType(Tree.Root, i, SharedKind.XmlElement, "paragraph"), 0, SharedKind.XmlText), 0, new string('x', units))));
        }

        foreach (var form in new[] { "plain", "delta?authors=true", "prosemirror", "xml" })
        {
            var length = (await _cat.GetByteArrayAsync($"{Path}/{form}", Cancelled)).Length;
            Assert.True(length > paragraphs * units);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < times; i++) await _cat.GetByteArrayAsync($"{Path}/{form}", Cancelled);
            output.WriteLine($"{form}: {length} bytes in {Stopwatch.GetElapsedTime(began).TotalMilliseconds / times:0.0} ms");
        }
    }

    async Task<string> TextAsync(string form, string type)
    {
        using var answer = await _cat.GetAsync($"{Path}/{form}", Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(MediaTypeHeaderValue.Parse(type), answer.Content.Headers.ContentType);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    static async Task EditAsync(HttpClient client, byte[] update)
    {
        using var answer = await Harbour.EditAsync(client, Harbour.Text, update);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }
}
