using Annotate.Client;
using Annotate.Server.Tests.Http;
using Annotate.Server.Tests.Live;

namespace Annotate.Server.Tests.Access;

/// <summary>Whoever changes organisation keeps what is the coalition's, and nothing that is the old organisation's (G7).</summary>
public sealed class MovedPersonTests : IAsyncLifetime
{
    const string Article = "art_1";
    const string OldThread = "thread/council/organisation.tide/law/" + Article;
    const string OldFeed = "feed/council/organisation.tide";
    const string Shared = "thread/council/coalition/law/" + Article;

    readonly Council _council = new();

    public ValueTask InitializeAsync() => _council.InitializeAsync();

    public ValueTask DisposeAsync() => _council.DisposeAsync();

    [Theory]
    [InlineData("reef", null, "json")]
    [InlineData("reef", null, "messagepack")]
    [InlineData(null, "A university", "json")]
    [InlineData(null, null, "json")]
    public async Task What_an_organisation_keeps_to_itself_is_followed_no_longer(string? organisation, string? affiliation, string protocol)
    {
        await AnnotateAsync(_council.Ada, "Before.", "organisation");
        await using var tom = await BareHub.OpenAsync(_council.Server.Address, await _council.Server.TokenAsync("council", "tom"), protocol);
        foreach (var topic in new[] { OldThread, OldFeed, Shared }) Assert.NotNull((await tom.AskAsync<Followed>("Follow", topic, -1L)).State);

        await _council.Server.Operator.PutReplyAsync($"{Council.Path}/people/tom", new { name = "tom", organisation, affiliation, role = "member" }).DoneAsync();
        foreach (var topic in new[] { OldThread, OldFeed })
        {
            // The feed may have heard of what came before only just now.
            while (await tom.NextAsync(topic) is var next && next is not LiveProblem { Code: "not-found" }) Assert.IsType<LiveChange>(next);
            Assert.Equal("not-found", (await tom.ProblemOfAsync("Follow", topic, -1L)).Code);
        }

        await AnnotateAsync(_council.Ada, "After.", "organisation");
        await AnnotateAsync(_council.Ada, "For all.", null);
        Assert.Equal("annotated", (await tom.NextAsync<LiveChange>(Shared)).Kind);
        Assert.False(tom.HasMore(OldThread) || tom.HasMore(OldFeed), "something came from the old organisation");

        using var client = await _council.Server.PersonAsync("council", "tom");
        var own = await client.GetReplyAsync(Council.Thread(Article) + "?tier=organisation");
        if (organisation is null) Assert.Equal((404, "not-found"), own.Problem());
        else Assert.Equal(0, own["annotations"].GetArrayLength());
        Assert.DoesNotContain((await client.GetReplyAsync(Council.Path + "/index"))["threads"].EnumerateArray(), thread => thread.GetProperty("tier").GetString() == "organisation");
        if (organisation is not null) await tom.AskAsync<Followed>("Follow", $"thread/council/organisation.{organisation}/law/{Article}", -1L);
    }

    static Task AnnotateAsync(HttpClient client, string text, string? tier) =>
        client.PostReplyAsync($"{Council.Thread(Article)}/annotations", Council.Annotation(Article, text, tier)).DoneAsync();
}
