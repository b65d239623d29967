using System.Text.Json;
using Annotate.Client;
using Annotate.Server.Tests.Http;
using Annotate.Server.Tests.Live;

namespace Annotate.Server.Tests.Feeds;

public sealed class FeedRouteTests : IAsyncLifetime
{
    const string Feed = Council.Path + "/feed";

    readonly Council _council = new();

    public ValueTask InitializeAsync() => _council.InitializeAsync();

    public ValueTask DisposeAsync() => _council.DisposeAsync();

    [Fact]
    public async Task The_feed_tells_what_happened_and_the_index_what_there_is_each_to_whom_it_concerns()
    {
        await using var hub = await BareHub.OpenAsync(_council.Server.Address, await _council.Server.TokenAsync("council", "ada"), "json");
        var before = await FoundedAsync(hub);
        await hub.AskAsync<Followed>("Follow", "feed/council/organisation.tide", -1L);
        var made = await _council.Ada.PostReplyAsync($"{Council.Thread("art_1")}/annotations", Council.Annotation("art_1", "For all.")).DoneAsync();
        await _council.Ben.PostReplyAsync($"{Council.Thread("art_1")}/annotations", Council.Annotation("art_1", "As well.")).DoneAsync();
        await _council.Ben.PostReplyAsync($"{Council.Thread("art_1")}/annotations/{made.Id}/resolve", null).DoneAsync();
        await _council.Tom.PutReplyAsync($"{Council.Provision("art_2")}/positions/tide", new { kind = "oppose", redLine = true }).DoneAsync();
        await _council.Tom.PutReplyAsync($"{Council.Path}/statements/letter", new { title = "Letter", destination = "All", instrument = "law", draft = "one" }).DoneAsync();
        await _council.Tom.PostReplyAsync($"{Council.Thread("art_1")}/annotations", Council.Annotation("art_1", "Among us.", "organisation")).DoneAsync();
        for (var i = 0; i < 5; i++) await hub.NextAsync<LiveChange>("feed/council/coalition");
        await hub.NextAsync<LiveChange>("feed/council/organisation.tide");

        var read = await _council.Olaf.GetReplyAsync($"{Feed}?after={before}");
        // Each source is in order; of several sources, whichever is heard first.
        Assert.Equal(["annotated", "annotated", "annotation-resolved"], Activities(read, "thread/council/coalition/law/art_1"));
        Assert.Equal(["position-taken"], Activities(read, "positions/council/law/art_2"));
        Assert.Equal(["statement-described"], Activities(read, "statement/council/letter"));
        Assert.Equal(Enumerable.Range((int)before + 1, 5), read["activities"].EnumerateArray().Select(each => each.GetProperty("version").GetInt32()));
        Assert.Equal(304, (await _council.Olaf.GetReplyAsync(Feed, ifNoneMatch: read.ETag)).Status);
        Assert.Equal(0, (await _council.Olaf.GetReplyAsync($"{Feed}?after={read.Version}"))["activities"].GetArrayLength());
        Assert.Equal(0, (await _council.Olaf.GetReplyAsync($"{Feed}?tier=organisation"))["activities"].GetArrayLength());
        Assert.Equal(["annotated"], Activities(await _council.Tom.GetReplyAsync($"{Feed}?tier=organisation"), "thread/council/organisation.tide/law/art_1"));

        Assert.Equal(["art_1 coalition 1 2", "art_1 organisation 1 1"], Threads(await _council.Tom.GetReplyAsync($"{Council.Path}/index")));
        var index = await _council.Olaf.GetReplyAsync($"{Council.Path}/index");
        Assert.Equal(["art_1 coalition 1 2"], Threads(index));
        Assert.Equal("art_2", Assert.Single(index["positions"].EnumerateArray()).GetProperty("eId").GetString());
        Assert.Equal("letter", Assert.Single(index["statements"].EnumerateArray()).GetProperty("id").GetString());
    }

    /// <summary>Follows the coalition's feed, and waits until it has heard of all that went into the founding.</summary>
    async Task<long> FoundedAsync(BareHub hub)
    {
        var founded = (await _council.Ada.GetReplyAsync(Council.Path)).Version;
        var heard = (await hub.AskAsync<Followed>("Follow", "feed/council/coalition", -1L)).Version;
        while (heard < founded) heard = (await hub.NextAsync<LiveChange>("feed/council/coalition")).Version;
        return founded;
    }

    static IEnumerable<string> Activities(Reply feed, string topic) =>
        from activity in feed["activities"].EnumerateArray()
        where activity.GetProperty("topic").GetString() == topic
        select activity.GetProperty("kind").GetString();

    static IEnumerable<string> Threads(Reply index) => index["threads"].EnumerateArray().Select(thread =>
        $"{Word(thread, "eId")} {Word(thread, "tier")} {thread.GetProperty("open").GetInt32()} {thread.GetProperty("total").GetInt32()}");

    static string? Word(JsonElement of, string member) => of.GetProperty(member).GetString();
}
