using System.Net;
using System.Text;
using System.Text.Json;
using Annotate.Coalitions;

namespace Annotate.Server.Tests.Hosting;

/// <summary>Whatever is wrong with a request, the answer is a problem of RFC 9457 with a code.</summary>
public sealed class ProblemTests
{
    [Fact]
    public async Task Everything_wrong_is_answered_with_a_problem()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "stella", Role.Steward, "lantern");
        using var stella = await server.PersonAsync("river", "stella");

        (HttpMethod Method, string Path, HttpContent? Body, HttpStatusCode Status, string Code)[] wrong =
        [
            (HttpMethod.Get, "/api/nothing-here", null, HttpStatusCode.NotFound, "not-found"),
            (HttpMethod.Get, "/nothing/here", null, HttpStatusCode.NotFound, "not-found"),
            (HttpMethod.Get, "/openapi/v2.json", null, HttpStatusCode.NotFound, "not-found"),
            (HttpMethod.Get, "/api/tokens/current", null, HttpStatusCode.MethodNotAllowed, "method-not-allowed"),
            (HttpMethod.Patch, "/api/coalitions/river", Json("{\"policy\":"), HttpStatusCode.BadRequest, "invalid"),
            (HttpMethod.Patch, "/api/coalitions/river", Json("{\"policy\":7}"), HttpStatusCode.BadRequest, "invalid"),
            (HttpMethod.Patch, "/api/coalitions/river", Json("[]"), HttpStatusCode.BadRequest, "invalid"),
            (HttpMethod.Patch, "/api/coalitions/river", Text("{}"), HttpStatusCode.UnsupportedMediaType, "media-type"),
            (HttpMethod.Patch, "/api/coalitions/river", Json(new string(' ', Limits.RequestBodyBytesMax + 1)), HttpStatusCode.RequestEntityTooLarge, "too-large"),
            (HttpMethod.Get, "/api/coalitions/river/feed?after=soon", null, HttpStatusCode.BadRequest, "invalid"),
            (HttpMethod.Post, "/sign-in", Json("{}"), HttpStatusCode.UnsupportedMediaType, "form-wanted"),
        ];
        foreach (var (method, path, body, status, code) in wrong)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body };
            // Refused before it is sent, or the connection would be closed on what is still being written.
            request.Headers.ExpectContinue = status == HttpStatusCode.RequestEntityTooLarge;
            using var answer = await stella.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode} {text}");
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = JsonDocument.Parse(text).RootElement;
            Assert.Equal(code, problem.GetProperty("code").GetString());
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            if (status == HttpStatusCode.MethodNotAllowed) Assert.NotEmpty(answer.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task Pages_may_be_framed_by_nobody_and_load_nothing_foreign()
    {
        await using var server = await TestServerHost.StartAsync();
        using var page = await server.Anonymous.GetAsync("/sign-in");
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("script-src 'self' ", policy);
        // Forms need an Origin, which no-referrer would take away; everything else is told nothing.
        Assert.Equal("strict-origin", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        using var me = await server.Operator.GetAsync("/api/me");
        Assert.Equal("no-referrer", Assert.Single(me.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("private, no-cache", me.Headers.CacheControl?.ToString().Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        await using var server = await TestServerHost.StartAsync();
        using var answer = await server.Anonymous.GetAsync("/openapi/v1.json");
        var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        var me = document.GetProperty("paths").GetProperty("/api/me").GetProperty("get");
        Assert.True(me.GetProperty("responses").TryGetProperty("401", out _));
        Assert.Equal("bearer", me.GetProperty("security")[0].EnumerateObject().Single().Name);
        Assert.Equal("http", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("type").GetString());
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    static StringContent Text(string text) => new(text, Encoding.UTF8, "text/plain");
}
