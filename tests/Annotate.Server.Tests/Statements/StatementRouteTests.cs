using System.Text.Json;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Statements;

public sealed class StatementRouteTests(Council council) : IClassFixture<Council>
{
    [Fact]
    public async Task A_statement_is_begun_described_anew_and_read()
    {
        const string letter = $"{Council.Path}/statements/letter";
        Assert.Equal((404, "not-found"), (await council.Olaf.GetReplyAsync(letter)).Problem());
        Assert.Equal((404, "not-found"), (await council.Ada.PutReplyAsync($"{letter}/sections/a", new { title = "A" })).Problem());
        var begun = await council.Ada.PutReplyAsync(letter, Letter("Letter")).DoneAsync();
        Assert.Equal(("letter", "\"1\""), (begun.Id, begun.ETag));
        Assert.Equal(1, (await council.Ben.PutReplyAsync(letter, Letter("Letter")).DoneAsync()).Version);
        var read = await council.Olaf.GetReplyAsync(letter);
        Assert.Equal(("Letter", "The committee", "law", "one"), (Word(read.Body, "title"), Word(read.Body, "destination"), Word(read.Body, "instrument"), Word(read.Body, "draft")));
        Assert.Equal(304, (await council.Olaf.GetReplyAsync(letter, ifNoneMatch: read.ETag)).Status);

        var id = council.Server.NewId();
        var renamed = await council.Ben.PutReplyAsync(letter, Letter("Joint letter"), id, ifMatch: read.ETag).DoneAsync();
        Assert.Equal(renamed.Version, (await council.Ben.PutReplyAsync(letter, Letter("Joint letter"), id).DoneAsync()).Version);
        Assert.Equal((422, "command-reused"), (await council.Ben.PutReplyAsync(letter, Letter("Another letter"), id)).Problem());
        Assert.Equal((412, "version-mismatch"), (await council.Ada.PutReplyAsync(letter, Letter("Late letter"), ifMatch: read.ETag)).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync(letter, Letter("Letter", "nine"))).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync(letter, Letter(""))).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Olaf.PutReplyAsync(letter, Letter("Mine"))).Problem());
    }

    [Fact]
    public async Task Sections_are_added_described_and_moved()
    {
        const string reply = $"{Council.Path}/statements/reply";
        await council.Ada.PutReplyAsync(reply, Letter("Reply")).DoneAsync();
        await council.Ada.PutReplyAsync($"{reply}/sections/opening", new { title = "Opening" }).DoneAsync();
        await council.Eve.PutReplyAsync($"{reply}/sections/close", new { title = "Close" }).DoneAsync();
        await council.Ada.PutReplyAsync($"{reply}/sections/scope", new { title = "Scope", citations = new[] { "art_1", "art_2__para_1__point_a" }, after = "opening" }).DoneAsync();
        Assert.Equal(["opening", "scope", "close"], await OrderAsync(reply));

        var described = await council.Ben.PutReplyAsync($"{reply}/sections/scope", new { title = "Its scope", citations = new[] { "art_2" } }).DoneAsync();
        Assert.Equal("scope", described.Id);
        Assert.Equal((409, "conflict"), (await council.Ben.PutReplyAsync($"{reply}/sections/scope", new { title = "Its scope", after = "close" })).Problem());
        await council.Ben.PostReplyAsync($"{reply}/sections/scope/move", new { after = "close" }, ifMatch: described.ETag).DoneAsync();
        Assert.Equal(["opening", "close", "scope"], await OrderAsync(reply));
        Assert.Equal((412, "version-mismatch"), (await council.Ben.PostReplyAsync($"{reply}/sections/scope/move", new { }, ifMatch: described.ETag)).Problem());
        await council.Ben.PostReplyAsync($"{reply}/sections/close/move", new { after = (string?)null }).DoneAsync();
        Assert.Equal(["close", "opening", "scope"], await OrderAsync(reply));
        Assert.Equal((404, "not-found"), (await council.Ben.PostReplyAsync($"{reply}/sections/nowhere/move", new { })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ben.PostReplyAsync($"{reply}/sections/scope/move", new { after = "nowhere" })).Problem());

        var section = (await council.Olaf.GetReplyAsync(reply))["sections"][2];
        Assert.Equal(("Its scope", "council.reply.scope"), (Word(section, "title"), Word(section, "text")));
        Assert.Equal("art_2", Assert.Single(section.GetProperty("citations").EnumerateArray()).GetString());
        Assert.Equal(200, (await council.Olaf.GetReplyAsync("/api/texts/council.reply.scope")).Status);
        Assert.Equal((400, "invalid"), (await council.Olaf.GetReplyAsync("/api/texts/council.reply.scope?statevector=AA&unheardOf=1")).Problem());
        Assert.Equal((415, "media-type"), (await council.Ada.PostReplyAsync("/api/texts/council.reply.scope/updates", new { })).Problem());
    }

    [Theory]
    [InlineData("""{ "title": "A", "citations": ["art_99"] }""", "no provision art_99")]
    [InlineData("""{ "title": "A", "citations": ["Art. 1"] }""", "eId")]
    [InlineData("""{ "title": "A", "citations": [null] }""", "eId")]
    [InlineData("""{ "title": "A", "citations": ["art_1", "art_1"] }""", "cited once")]
    [InlineData("""{ "title": "A", "after": "nowhere" }""", "no such section")]
    [InlineData("""{ "citations": [] }""", "title is empty")]
    public async Task Sections_that_make_no_sense_are_refused_with_the_reason(string body, string reason)
    {
        const string petition = $"{Council.Path}/statements/petition";
        await council.Ada.PutReplyAsync(petition, Letter("Petition")).DoneAsync();
        var refused = await council.Ada.PutReplyAsync($"{petition}/sections/a", body);
        Assert.Equal((400, "invalid"), refused.Problem());
        Assert.Contains(reason, refused["detail"].GetString());
    }

    [Fact]
    public async Task Another_draft_is_chosen_only_when_it_has_what_the_sections_cite()
    {
        const string brief = $"{Council.Path}/statements/brief";
        var last = $"art_{Council.Articles}";
        await council.Ada.PutReplyAsync(brief, Letter("Brief")).DoneAsync();
        await council.Ada.PutReplyAsync($"{brief}/sections/a", new { title = "A", citations = new[] { "art_1", last } }).DoneAsync();
        var id = council.Server.NewId();
        var refused = await council.Ada.PutReplyAsync(brief, Letter("Brief", "two"), id);
        Assert.Equal((409, "conflict"), refused.Problem());
        Assert.Contains(last, refused["detail"].GetString());
        Assert.Equal("one", Word((await council.Olaf.GetReplyAsync(brief)).Body, "draft"));

        var early = council.Server.NewId();
        await council.Ada.PutReplyAsync($"{brief}/sections/b", new { title = "B", citations = new[] { last } }, early).DoneAsync();
        await council.Ada.PutReplyAsync($"{brief}/sections/b", new { title = "B" }).DoneAsync();
        await council.Ada.PutReplyAsync($"{brief}/sections/a", new { title = "A", citations = new[] { "art_1" } }).DoneAsync();
        var chosen = await council.Ada.PutReplyAsync(brief, Letter("Brief", "two"), id).DoneAsync();
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{brief}/sections/a", new { title = "A", citations = new[] { last } })).Problem());
        // Repeats find another draft, or other citations, and get their first answers all the same.
        await council.Ada.PutReplyAsync($"{brief}/sections/b", new { title = "B", citations = new[] { last } }, early).DoneAsync();
        await council.Ada.PutReplyAsync($"{brief}/sections/a", new { title = "A" }).DoneAsync();
        Assert.Equal(chosen.Version, (await council.Ada.PutReplyAsync(brief, Letter("Brief", "two"), id).DoneAsync()).Version);
    }

    static object Letter(string title, string draft = "one") => new { title, destination = "The committee", instrument = "law", draft };

    async Task<string[]> OrderAsync(string statement) =>
        [.. (await council.Olaf.GetReplyAsync(statement))["sections"].EnumerateArray().Select(section => Word(section, "id")!)];

    static string? Word(JsonElement of, string member) => of.GetProperty(member).GetString();
}
