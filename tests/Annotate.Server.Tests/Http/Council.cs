using System.Text;
using Annotate.Coalitions;

namespace Annotate.Server.Tests.Http;

/// <summary>
/// A server with a coalition, shared by the tests of a class: each takes an article of its own. Ada (steward) and Tom are of Tide, Ben is of
/// Reef, Eve is an expert; all hold the mandates they can. Olaf, of Reef, observes.
/// </summary>
public sealed class Council : IAsyncLifetime
{
    public const string Path = "/api/coalitions/council";

    /// <summary>Articles of draft <c>one</c>; draft <c>two</c> has one less.</summary>
    public const int Articles = 40;

    static readonly Mandate[] All = [Mandate.Annotate, Mandate.Position, Mandate.Draft, Mandate.SignOff, Mandate.Endorse];

    int _articles;

    public TestServerHost Server { get; private set; } = null!;

    public HttpClient Ada { get; private set; } = null!;

    public HttpClient Tom { get; private set; } = null!;

    public HttpClient Ben { get; private set; } = null!;

    public HttpClient Eve { get; private set; } = null!;

    public HttpClient Olaf { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServerHost.StartAsync();
        await Server.AdmitAsync("council", "ada", Role.Steward, "tide", All);
        await Server.AdmitAsync("council", "tom", Role.Member, "tide", All);
        await Server.AdmitAsync("council", "ben", Role.Member, "reef", All);
        await Server.AdmitAsync("council", "eve", Role.Member, null, Mandate.Annotate, Mandate.Draft);
        await Server.AdmitAsync("council", "olaf", Role.Observer, "reef");
        Ada = await Server.PersonAsync("council", "ada");
        Tom = await Server.PersonAsync("council", "tom");
        Ben = await Server.PersonAsync("council", "ben");
        Eve = await Server.PersonAsync("council", "eve");
        Olaf = await Server.PersonAsync("council", "olaf");
        await ImportAsync("one", Articles);
        await ImportAsync("two", Articles - 1);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>An article that no other test uses: <c>art_1</c>.</summary>
    public string NextArticle()
    {
        var article = Interlocked.Increment(ref _articles);
        Assert.True(article < Articles, "There are too few articles for so many tests.");
        return $"art_{article}";
    }

    /// <summary>Path of an article's thread.</summary>
    public static string Thread(string article) => $"{Path}/instruments/law/articles/{article}/thread";

    /// <summary>Path of a provision.</summary>
    public static string Provision(string eId) => $"{Path}/instruments/law/provisions/{eId}";

    /// <summary>A body that annotates an article of draft one.</summary>
    public static object Annotation(string article, string text, string? tier = null, params string[] tags) =>
        new { tier, target = new { draft = "one", eId = article }, text, tags };

    async Task ImportAsync(string draft, int articles)
    {
        var source = new StringBuilder();
        for (var i = 1; i <= articles; i++) source.Append($"### Article {i}. Heading\nWords of article {i}.\n1. First:\n(a) point.\n");
        using var content = new StringContent(source.ToString(), Encoding.UTF8, "text/markdown");
        using var answer = await Server.Operator.PutAsync($"/api/instruments/law/drafts/{draft}?title=Law", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
