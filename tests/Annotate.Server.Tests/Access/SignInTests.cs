using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Server.Access;

namespace Annotate.Server.Tests.Access;

public sealed class SignInTests
{
    [Fact]
    public async Task A_link_signs_in_once_and_the_session_survives_a_restart_and_ends_on_sign_out()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern", Mandate.Annotate);
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);

        using var page = await server.Anonymous.GetAsync($"/sign-in?token={link}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(link, await page.Content.ReadAsStringAsync());

        using var entered = await PostAsync(server, link, server.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        Assert.DoesNotContain("secure", cookie);
        Assert.DoesNotContain(link, cookie);

        using var again = await PostAsync(server, link, null);
        Assert.Equal(HttpStatusCode.Gone, again.StatusCode);

        await server.RestartAsync();
        var session = cookie.Split(';')[0];
        Assert.Equal("ada", await NameAsync(server, session));

        using var signOut = new HttpRequestMessage(HttpMethod.Delete, "/api/tokens/current?confirm=true");
        signOut.Headers.Add("Cookie", session);
        signOut.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using var ended = await server.Anonymous.SendAsync(signOut);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Null(await NameAsync(server, session));
    }

    [Fact]
    public async Task A_link_opens_nothing_but_the_sign_in()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);
        using var answer = await server.NewClient(link).GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("null")]
    public async Task Another_site_signs_nobody_in_and_changes_nothing_with_their_cookie(string origin)
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);
        using var refused = await PostAsync(server, link, origin);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var entered = await PostAsync(server, link, null);
        var session = Assert.Single(entered.Headers.GetValues("Set-Cookie")).Split(';')[0];
        using var signOut = new HttpRequestMessage(HttpMethod.Delete, "/api/tokens/current");
        signOut.Headers.Add("Cookie", session);
        signOut.Headers.Add("Origin", origin);
        using var foreign = await server.Anonymous.SendAsync(signOut);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal("ada", await NameAsync(server, session));
    }

    [Fact]
    public async Task The_page_of_a_link_says_how_it_stands_and_what_to_do()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);
        await AssertPageAsync(await server.Anonymous.GetAsync("/sign-in"), HttpStatusCode.OK, "Sign in to Annotate", "Paste the link");
        await AssertPageAsync(await server.Anonymous.GetAsync("/sign-in?token=" + link[..^1]), HttpStatusCode.BadRequest, "not a whole sign-in link", "Copy all of the link");
        await AssertPageAsync(await server.Anonymous.GetAsync("/sign-in?token=" + link), HttpStatusCode.OK, "Sign in to Annotate", link);
        await AssertPageAsync(await PostAsync(server, link, "https://elsewhere.example", Html), HttpStatusCode.Forbidden, "You were not signed in", "still works");
        await AssertPageAsync(await PostAsync(server, link[..^1], null, Html), HttpStatusCode.BadRequest, "not a whole sign-in link", "Copy all of the link");

        using var entered = await PostAsync(server, $"{server.Address}sign-in?token={link} ", null, Html);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        await AssertPageAsync(await PostAsync(server, link, null, Html), HttpStatusCode.Gone, "no longer works", "ask whoever gave you the link");
        await AssertPageAsync(await server.Anonymous.GetAsync("/sign-in?token=" + link), HttpStatusCode.Gone, "no longer works", "ask whoever gave you the link");
        var bearer = await server.TokenAsync("river", "ada");
        await AssertPageAsync(await server.Anonymous.GetAsync("/sign-in?token=" + bearer), HttpStatusCode.Gone, "no longer works", "ask whoever gave you the link");
    }

    [Fact]
    public async Task A_program_that_sends_the_form_gets_problems()
    {
        await using var server = await TestServerHost.StartAsync();
        foreach (var (sent, status, code) in new[] { ("ann_x", HttpStatusCode.BadRequest, "invalid"), (Secrets.Make(), HttpStatusCode.Gone, "link-spent") })
        {
            using var refused = await PostAsync(server, sent, null);
            Assert.Equal(status, refused.StatusCode);
            Assert.Equal(code, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task The_page_shares_the_style_sheet_of_the_built_pages()
    {
        var web = Directory.CreateTempSubdirectory("annotate-test-");
        await File.WriteAllTextAsync(Path.Combine(web.FullName, ".manifest.json"), """{"index.html":{"file":"assets/a.js","css":["assets/look-1.css"]}}""");
        await File.WriteAllTextAsync(Path.Combine(web.CreateSubdirectory("assets").FullName, "look-1.css"), "main { color: green }");
        await using var server = await TestServerHost.StartAsync(settings => settings with { WebFolder = web.FullName });
        Assert.Contains("""<link rel="stylesheet" href="/assets/look-1.css">""", await server.Anonymous.GetStringAsync("/sign-in"));
        Assert.Equal("main { color: green }", await server.Anonymous.GetStringAsync("/assets/look-1.css"));
        using var manifest = await server.Anonymous.GetAsync("/.manifest.json");
        Assert.Equal(HttpStatusCode.NotFound, manifest.StatusCode);
        web.Delete(recursive: true);
    }

    const string Html = "text/html,application/xhtml+xml,*/*;q=0.8";

    static async Task AssertPageAsync(HttpResponseMessage answer, HttpStatusCode status, string title, string words)
    {
        using (answer)
        {
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            Assert.Matches($"<title>[^<]*{title}[^<]*</title>", page);
            Assert.Matches($"<h1>[^<]*{title}[^<]*</h1>", page);
            Assert.Contains(words, page);
        }
    }

    static async Task<HttpResponseMessage> PostAsync(TestServerHost server, string link, string? origin, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([new("token", link)]) };
        if (accept is not null) request.Headers.Add("Accept", accept);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await server.Anonymous.SendAsync(request);
    }

    static async Task<string?> NameAsync(TestServerHost server, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Add("Cookie", session);
        using var answer = await server.Anonymous.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.Unauthorized) return null;
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("person").GetString();
    }
}
