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

        using var signOut = new HttpRequestMessage(HttpMethod.Delete, "/api/tokens/current");
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

    static async Task<HttpResponseMessage> PostAsync(TestServerHost server, string link, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([new("token", link)]) };
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
