using System.Text.Json;
using Annotate.Client;
using Annotate.Server.Tests.Http;
using Annotate.Server.Tests.Live;

namespace Annotate.Server.Tests.Threads;

public sealed class ThreadRouteTests(Council council) : IClassFixture<Council>
{
    [Fact]
    public async Task An_annotation_goes_its_way_from_the_first_words_to_its_end()
    {
        var article = council.NextArticle();
        var thread = Council.Thread(article);
        var made = await council.Ada.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "First.", null, "scope")).DoneAsync();
        var own = $"{thread}/annotations/{made.Id}";
        Assert.Equal(("\"1\"", 1), (made.ETag, made.Version));
        var reply = await council.Ben.PostReplyAsync($"{own}/replies", new { text = "A reply." }).DoneAsync();

        await council.Ada.PatchReplyAsync(own, new { text = "Second." }).DoneAsync();
        await council.Ada.PatchReplyAsync(own, new { tags = new[] { "scope", "rights" } }).DoneAsync();
        await council.Ben.PatchReplyAsync($"{thread}/annotations/{reply.Id}", new { text = "A better reply." }).DoneAsync();
        await council.Eve.PostReplyAsync($"{own}/resolve", null).DoneAsync();
        var annotation = await OnlyAsync(thread);
        Assert.Equal(("Second.", true, false), (Text(annotation), annotation.GetProperty("resolved").GetBoolean(), annotation.GetProperty("deleted").GetBoolean()));
        Assert.Equal(["scope", "rights"], annotation.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
        Assert.Equal(("ada", "tide"), (annotation.GetProperty("by").GetProperty("person").GetString(), annotation.GetProperty("by").GetProperty("organisation").GetString()));
        var edit = Assert.Single(annotation.GetProperty("edits").EnumerateArray());
        Assert.Equal(("First.", "ada"), (Text(edit), edit.GetProperty("by").GetProperty("person").GetString()));
        var answered = Assert.Single(annotation.GetProperty("replies").EnumerateArray());
        Assert.Equal(("A better reply.", "ben"), (Text(answered), answered.GetProperty("by").GetProperty("person").GetString()));

        await council.Ben.PostReplyAsync($"{own}/reopen", null).DoneAsync();
        Assert.False((await OnlyAsync(thread)).GetProperty("resolved").GetBoolean());

        var deleted = await council.Ada.DeleteReplyAsync(own).DoneAsync();
        Assert.Equal(deleted.Version, (await council.Ada.DeleteReplyAsync(own).DoneAsync()).Version);
        annotation = await OnlyAsync(thread);
        Assert.True(annotation.GetProperty("deleted").GetBoolean());
        Assert.Equal(JsonValueKind.Null, annotation.GetProperty("text").ValueKind);
        Assert.Empty(annotation.GetProperty("edits").EnumerateArray());
        Assert.Empty(annotation.GetProperty("tags").EnumerateArray());
        Assert.Equal("A better reply.", Text(Assert.Single(annotation.GetProperty("replies").EnumerateArray())));
        Assert.Equal((409, "conflict"), (await council.Ben.PostReplyAsync($"{own}/replies", new { text = "Too late." })).Problem());
        Assert.Equal((409, "conflict"), (await council.Ada.PatchReplyAsync(own, new { text = "Back." })).Problem());
    }

    [Fact]
    public async Task Versions_are_compared_before_anything_is_sent_or_changed()
    {
        var article = council.NextArticle();
        var thread = Council.Thread(article);
        Assert.Equal("\"0\"", (await council.Ada.GetReplyAsync(thread)).ETag);
        var made = await council.Ada.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "First."), ifMatch: "\"0\"").DoneAsync();
        Assert.Equal((412, "version-mismatch"), (await council.Ada.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Else."), ifMatch: "\"0\"")).Problem());

        var read = await council.Ada.GetReplyAsync(thread);
        Assert.Equal((200, made.ETag), (read.Status, read.ETag));
        var again = await council.Ada.GetReplyAsync(thread, ifNoneMatch: read.ETag);
        Assert.Equal((304, made.ETag, JsonValueKind.Undefined), (again.Status, again.ETag, again.Body.ValueKind));
        Assert.Equal(304, (await council.Ada.GetReplyAsync(thread, ifNoneMatch: "\"99\", W/" + read.ETag)).Status);

        // If-Match names the annotation's own version: what happens to others does not matter.
        await council.Ben.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Another.")).DoneAsync();
        var own = $"{thread}/annotations/{made.Id}";
        var second = await council.Ada.PatchReplyAsync(own, new { text = "Second." }, ifMatch: made.ETag).DoneAsync();
        Assert.Equal((412, "version-mismatch"), (await council.Ada.PatchReplyAsync(own, new { text = "Third." }, ifMatch: made.ETag)).Problem());
        Assert.Equal((412, "version-mismatch"), (await council.Ada.DeleteReplyAsync(own, ifMatch: made.ETag)).Problem());
        await council.Ada.DeleteReplyAsync(own, ifMatch: second.ETag).DoneAsync();
        Assert.Equal(200, (await council.Ada.GetReplyAsync(thread, ifNoneMatch: read.ETag)).Status);
    }

    [Fact]
    public async Task The_same_command_again_happens_once_and_another_under_its_id_not_at_all()
    {
        var article = council.NextArticle();
        var annotations = $"{Council.Thread(article)}/annotations";
        var id = council.Server.NewId();
        var first = await council.Ada.PostReplyAsync(annotations, Council.Annotation(article, "Once."), id).DoneAsync();
        Assert.Equal(id.ToString("D"), first.Id);
        await council.Ben.PostReplyAsync(annotations, Council.Annotation(article, "Meanwhile.")).DoneAsync();
        var repeat = await council.Ada.PostReplyAsync(annotations, Council.Annotation(article, "Once."), id).DoneAsync();
        Assert.Equal((first.Id, first.Version, first.ETag), (repeat.Id, repeat.Version, repeat.ETag));
        Assert.Equal((422, "command-reused"), (await council.Ada.PostReplyAsync(annotations, Council.Annotation(article, "Twice."), id)).Problem());
        Assert.Equal((422, "command-reused"), (await council.Ada.PostReplyAsync($"{annotations}/{id}/resolve", null, id)).Problem());
        // Ids are scoped to the person; the annotation's is taken all the same.
        Assert.Equal((422, "command-reused"), (await council.Ben.PostReplyAsync(annotations, Council.Annotation(article, "Once."), id)).Problem());
        Assert.Equal(2, (await council.Ada.GetReplyAsync(Council.Thread(article)))["annotations"].GetArrayLength());
    }

    [Theory]
    [InlineData("council/instruments/law/articles/art_999/thread")]
    [InlineData("council/instruments/law/articles/art_999/thread?tier=organisation")]
    [InlineData("council/instruments/unheard-of/articles/art_1/thread")]
    [InlineData("council/instruments/law/provisions/art_999/positions")]
    [InlineData("council/instruments/unheard-of/provisions/art_1/positions")]
    public async Task What_no_draft_has_is_not_there(string path) =>
        Assert.Equal((404, "not-found"), (await council.Ada.GetReplyAsync("/api/coalitions/" + path)).Problem());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Who_follows_later_gets_no_words_that_were_taken_back(long since)
    {
        const string Secret = "taken back";
        var article = council.NextArticle();
        var (annotations, topic) = ($"{Council.Thread(article)}/annotations", $"thread/council/coalition/law/{article}");
        // Its server keeps the latest changes for those who follow already.
        await using var early = await BareHub.OpenAsync(council.Server.Address, await council.Server.TokenAsync("council", "tom"), "json");
        await early.AskAsync<Followed>("Follow", topic, -1L);
        await council.Ben.PostReplyAsync(annotations, Council.Annotation(article, "kept")).DoneAsync();
        var gone = await council.Ada.PostReplyAsync(annotations, Council.Annotation(article, Secret, null, Secret)).DoneAsync();
        await council.Ada.PatchReplyAsync($"{annotations}/{gone.Id}", new { text = Secret + " again" }).DoneAsync();
        await council.Ada.PostReplyAsync($"{annotations}/{gone.Id}/replies", new { text = "an answer that stays" }).DoneAsync();
        await council.Ada.DeleteReplyAsync($"{annotations}/{gone.Id}").DoneAsync();
        for (var version = 1; version <= 5; version++) Assert.Equal(version, (await early.NextAsync<LiveChange>(topic)).Version);

        await using var late = await BareHub.OpenAsync(council.Server.Address, await council.Server.TokenAsync("council", "tom"), "messagepack");
        await late.AskAsync<Followed>("Follow", topic, since);
        for (var version = since + 1; version <= 5; version++)
        {
            var change = await late.NextAsync<LiveChange>(topic);
            Assert.Equal(version, change.Version);
            Assert.DoesNotContain(Secret, change.Data);
            if (version == 4) Assert.Contains("an answer that stays", change.Data);
        }
    }

    [Theory]
    [InlineData("not-a-uuid")]
    [InlineData("6f1b7c0e-3c1d-4b1e-9f0a-0123456789ab")] // version 4 has no date
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff")] // the year 10889
    public async Task Command_ids_are_dated(string id)
    {
        var article = council.NextArticle();
        var refused = await council.Ada.AskAsync(
            HttpMethod.Post, $"{Council.Thread(article)}/annotations", Council.Annotation(article, "Never."), ("Idempotency-Key", id));
        Assert.Equal((400, "command-malformed"), refused.Problem());
    }

    [Fact]
    public async Task What_an_organisation_writes_for_itself_nobody_else_finds()
    {
        var article = council.NextArticle();
        var thread = Council.Thread(article);
        var own = await council.Ada.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Among us.", "organisation")).DoneAsync();
        await council.Ben.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "For all.")).DoneAsync();

        var among = await council.Tom.GetReplyAsync(thread + "?tier=organisation");
        Assert.Equal(("organisation", "Among us."), (among["tier"].GetString(), Text(Assert.Single(among["annotations"].EnumerateArray()))));
        foreach (var other in new[] { council.Ben, council.Olaf })
        {
            var theirs = await other.GetReplyAsync(thread + "?tier=organisation");
            Assert.Equal(("\"0\"", 0), (theirs.ETag, theirs["annotations"].GetArrayLength()));
            Assert.Equal("For all.", Text(await OnlyAsync(thread, other)));
            Assert.Equal("\"1\"", (await other.GetReplyAsync(thread)).ETag);
        }

        Assert.Equal((404, "not-found"), (await council.Eve.GetReplyAsync(thread + "?tier=organisation")).Problem());
        Assert.Equal((404, "not-found"), (await council.Server.Operator.GetReplyAsync(thread + "?tier=organisation")).Problem());
        Assert.Equal((404, "not-found"), (await council.Eve.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Us?", "organisation"))).Problem());
        foreach (var tier in new[] { "", "?tier=coalition", "?tier=organisation" })
            Assert.Equal((404, "not-found"), (await council.Ben.PostReplyAsync($"{thread}/annotations/{own.Id}/replies{tier}", new { text = "Aha." })).Problem());
        // In the organisation's tier a steward is a colleague like any other.
        var toms = await council.Tom.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Mine.", "organisation")).DoneAsync();
        Assert.Equal((403, "not-yours"), (await council.Ada.DeleteReplyAsync($"{thread}/annotations/{toms.Id}?tier=organisation")).Problem());
        await council.Tom.DeleteReplyAsync($"{thread}/annotations/{toms.Id}?tier=organisation").DoneAsync();
    }

    [Fact]
    public async Task Words_belong_to_whoever_wrote_them()
    {
        var article = council.NextArticle();
        var thread = Council.Thread(article);
        var made = await council.Ben.PostReplyAsync($"{thread}/annotations", Council.Annotation(article, "Ben's.")).DoneAsync();
        var own = $"{thread}/annotations/{made.Id}";
        Assert.Equal((403, "not-yours"), (await council.Ada.PatchReplyAsync(own, new { text = "Ada's." })).Problem());
        Assert.Equal((403, "not-yours"), (await council.Tom.DeleteReplyAsync(own)).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Olaf.DeleteReplyAsync(own)).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Olaf.PostReplyAsync($"{own}/replies", new { text = "I only watch." })).Problem());
        Assert.Equal((404, "not-found"), (await council.Ada.PostReplyAsync($"{thread}/annotations/{council.Server.NewId()}/resolve", null)).Problem());
        await council.Ada.DeleteReplyAsync(own).DoneAsync();
    }

    [Theory]
    [InlineData("""{ "target": { "draft": "one", "eId": "HERE" } }""", "empty")]
    [InlineData("""{ "text": "x" }""", "which draft and provision")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "art_39" } }""", "outside the thread's article")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "HERE__para_9" } }""", "no such provision")]
    [InlineData("""{ "text": "x", "target": { "draft": "nine", "eId": "HERE" } }""", "no such provision")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "HERE", "position": { "start": 0, "end": 999 } } }""", "outside the provision's text")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "HERE", "quote": { "exact": "Verbs" }, "position": { "start": 0, "end": 5 } } }""", "Other words stand")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "HERE" }, "motivation": "replying" }""", "no such motivation")]
    [InlineData("""{ "text": "x", "target": { "draft": "one", "eId": "HERE" }, "tags": [null] }""", "A tag is empty")]
    public async Task What_cannot_be_annotated_is_refused_with_the_reason(string body, string reason)
    {
        var article = council.NextArticle();
        var refused = await council.Ada.PostReplyAsync($"{Council.Thread(article)}/annotations", body.Replace("HERE", article, StringComparison.Ordinal));
        Assert.Equal((400, "invalid"), refused.Problem());
        Assert.Contains(reason, refused["detail"].GetString());
    }

    async Task<JsonElement> OnlyAsync(string thread, HttpClient? reader = null) =>
        Assert.Single((await (reader ?? council.Olaf).GetReplyAsync(thread))["annotations"].EnumerateArray());

    static string? Text(JsonElement written) => written.GetProperty("text").GetString();
}
