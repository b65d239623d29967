using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Verbs;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>The address that this server has for others, the cookie that is bound to it, and that browsers shall come over HTTPS.</summary>
public sealed class OwnOriginTests
{
    const string Invented = "evil.example", Public = "https://annotate.example";

    [Fact]
    public async Task An_invented_host_is_in_no_answer_of_any_endpoint()
    {
        var web = Directory.CreateTempSubdirectory("annotate-test-");
        await File.WriteAllTextAsync(Path.Combine(web.CreateSubdirectory("folder").FullName, "index.html"), "A page");
        await using var server = await TestServerHost.StartAsync(settings => settings with { WebFolder = web.FullName });
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var client = server.NewClient(server.Operator.DefaultRequestHeaders.Authorization!.Parameter);
        client.DefaultRequestHeaders.Host = Invented + ":81";
        foreach (var endpoint in EveryEndpoint.Of(server).Where(endpoint => !endpoint.EndsTheToken))
        {
            using var answer = await endpoint.AskAsync(client, "river");
            await AssertNotNamedAsync(answer, endpoint.Name);
        }

        using (var link = await MakeLinkAsync(client)) Assert.StartsWith($"{server.Address}sign-in?token=", await LinkOfAsync(link));
        Assert.Contains(server.Log.Lines, line => line.Contains(Invented, StringComparison.Ordinal) && line.Contains("PublicUrl", StringComparison.Ordinal));
        using (var folder = await client.GetAsync("/folder")) await AssertNotNamedAsync(folder, "a folder");
        using (var signIn = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", await server.TokenAsync("river", "ada", TokenWanted.SignIn))])))
            await AssertNotNamedAsync(signIn, "signing in");
        web.Delete(recursive: true);
    }

    [Fact]
    public async Task A_link_begins_with_an_address_that_leads_here()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var client = server.NewClient(server.Operator.DefaultRequestHeaders.Authorization!.Parameter);
        var own = server.Address.ToString();
        foreach (var (host, begins) in new[]
        {
            (server.Address.Authority, own), ("localhost:99", "http://localhost:99/"), ("[::1]:99", "http://[::1]:99/"),
            (Invented, own), ("127.0.0.1.evil.example", own), ("localhost.evil.example", own), ("192.0.2.1", own),
        })
        {
            client.DefaultRequestHeaders.Host = host;
            using var made = await MakeLinkAsync(client);
            Assert.StartsWith(begins + "sign-in?token=", await LinkOfAsync(made));
        }

        foreach (var (url, publicUrl, proxies, isMissing) in new[]
        {
            ("http://127.0.0.1:0", null, "", false), ("http://localhost:1;http://[::1]:1", null, "", false), ("http://127.0.0.1:0", null, "127.0.0.1", true),
            ("http://0.0.0.0:0", null, "", true), ("http://localhost:1;http://*:2", null, "", true), ("http://*:0", Public, "127.0.0.1", false),
        })
        {
            var settings = server.Host.Settings with { Url = url, PublicUrl = publicUrl is null ? null : new Uri(publicUrl), Proxies = proxies };
            Assert.Equal(isMissing, ActivatorUtilities.CreateInstance<OwnOrigin>(server.Services, settings).IsPublicUrlMissing);
        }
    }

    [Theory]
    [InlineData(Public, "", "", true)]
    [InlineData(null, "127.0.0.1", "https", true)]
    [InlineData(null, "192.0.2.9", "https", false)]
    public async Task Over_HTTPS_the_cookie_is_this_host_s_alone_and_browsers_are_told_to_stay_with_it(string? publicUrl, string proxies, string proto, bool isHttps)
    {
        await using var server = await TestServerHost.StartAsync(
            settings => settings with { PublicUrl = publicUrl is null ? null : new Uri(publicUrl), Proxies = proxies });
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var client = server.NewClient(null);
        client.DefaultRequestHeaders.Host = "annotate.example";
        if (proto.Length > 0) client.DefaultRequestHeaders.Add("X-Forwarded-Proto", proto);
        using var entered = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", await server.TokenAsync("river", "ada", TokenWanted.SignIn))]));
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        var cookies = entered.Headers.GetValues("Set-Cookie").Select(cookie => cookie.ToLowerInvariant()).ToArray();
        var cookie = cookies[0];
        Assert.Equal(isHttps, cookie.StartsWith("__host-annotate_session=ann_", StringComparison.Ordinal));
        Assert.Equal(isHttps, cookie.Contains("; secure", StringComparison.Ordinal));
        Assert.Contains("; path=/;", cookie);
        Assert.DoesNotContain("domain", cookie);
        Assert.Equal(isHttps ? "max-age=31536000" : null, HttpsOnly(entered));

        // On one's own machine another program may have the next port, without HTTPS.
        client.DefaultRequestHeaders.Host = "localhost:5080";
        using var local = await client.GetAsync("/sign-in");
        Assert.Null(HttpsOnly(local));
        using var problem = await client.GetAsync("/api/me");
        Assert.Null(HttpsOnly(problem));
        client.DefaultRequestHeaders.Host = "annotate.example";
        await using var to = new StringWriter();
        await using (FirstStart.Begin(server.Host, to)) { }
        Assert.Equal(publicUrl is null, to.ToString().Contains("PublicUrl", StringComparison.Ordinal));
        using var made = await MakeLinkAsync(server.Operator);
        Assert.StartsWith((publicUrl is null ? server.Address.ToString() : Public + "/") + "sign-in?token=", await LinkOfAsync(made));
        using var refused = await client.GetAsync("/api/me");
        Assert.Equal(isHttps ? "max-age=31536000" : null, HttpsOnly(refused));
    }

    [Fact]
    public async Task Whoever_was_signed_in_before_stays_so_and_nothing_else_is_read_under_the_plain_name()
    {
        await using var server = await TestServerHost.StartAsync(settings => settings with { PublicUrl = new Uri(Public) });
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        var old = await WrongTokenTests.UncheckedAsync(server, TokenKind.Session);
        using var kept = await AskAsync(server, HttpMethod.Get, "/api/me", "annotate_session=" + old);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        var moved = kept.Headers.GetValues("Set-Cookie").ToArray();
        Assert.Contains(moved, cookie => cookie.StartsWith("__Host-annotate_session=" + old, StringComparison.Ordinal) && cookie.Contains("secure", StringComparison.Ordinal));
        Assert.Contains(moved, cookie => cookie.StartsWith("annotate_session=;", StringComparison.Ordinal));
        using var next = await AskAsync(server, HttpMethod.Get, "/api/me", "__Host-annotate_session=" + old);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.False(next.Headers.Contains("Set-Cookie"));

        var planted = await server.TokenAsync("river", "ada");
        foreach (var token in new[] { planted, await WrongTokenTests.UncheckedAsync(server, TokenKind.Bearer) })
        {
            using var refused = await AskAsync(server, HttpMethod.Get, "/api/me", "annotate_session=" + token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.False(refused.Headers.Contains("Set-Cookie"));
        }

        using var ended = await AskAsync(server, HttpMethod.Delete, "/api/tokens/current", "__Host-annotate_session=" + planted);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Contains(ended.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("__Host-annotate_session=;", StringComparison.Ordinal) && cookie.Contains("secure", StringComparison.Ordinal));
        // A page of another site has neither cookie.
        using var foreign = await AskAsync(server, HttpMethod.Delete, "/api/tokens/current", "annotate_session=" + old, "https://elsewhere.example");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    static Task<HttpResponseMessage> AskAsync(TestServerHost server, HttpMethod method, string path, string cookie, string origin = Public)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("Origin", origin);
        return server.Anonymous.SendAsync(request);
    }

    static string? HttpsOnly(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null;

    static Task<HttpResponseMessage> MakeLinkAsync(HttpClient client) =>
        client.PostAsJsonAsync("/api/coalitions/river/people/ada/tokens", new TokenRequest(TokenWanted.SignIn, null, 5), Json.Options);

    static async Task<string> LinkOfAsync(HttpResponseMessage made) => (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("link").GetString()!;

    static async Task AssertNotNamedAsync(HttpResponseMessage answer, string what)
    {
        var said = $"{answer.Headers} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync()}";
        Assert.False(said.Contains(Invented, StringComparison.OrdinalIgnoreCase), $"{what}: {said}");
    }
}
