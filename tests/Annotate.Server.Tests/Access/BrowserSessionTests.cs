using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Access;

/// <summary>A browser that holds several sessions, and a person who looks after what they can come in with.</summary>
public sealed class BrowserSessionTests : IAsyncLifetime
{
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        foreach (var (person, role) in new[] { ("ada", Role.Member), ("ben", Role.Member), ("stella", Role.Steward) }) await _server.AdmitAsync("river", person, role, "lantern");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_second_link_adds_a_session_and_a_page_of_the_first_stops()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        using var adasTab = await browser.OpenHubAsync("river/ada");
        Assert.Null(adasTab.Refusal);
        Assert.Equal(200, (await browser.AskAsync("GET", "/api/me", "river/ada")).Status);

        await browser.SignInAsync("ben");
        Assert.Equal("ben", (await browser.AskAsync("GET", "/api/me"))["person"].GetString());
        foreach (var method in new[] { "GET", "DELETE" })
            Assert.Equal((409, "identity-changed"), (await browser.AskAsync(method, method == "GET" ? "/api/me" : "/api/tokens/current", "river/ada")).Problem());
        await adasTab.EndedAsync();
        using (var again = await browser.OpenHubAsync("river/ada")) Assert.Equal(HttpStatusCode.Conflict, again.Refusal);

        var held = (await browser.AskAsync("GET", "/api/browser/sessions"))["sessions"].EnumerateArray().ToList();
        Assert.Equal(["ben True", "ada False"], held.Select(each => $"{each.GetProperty("person")} {each.GetProperty("selected")}"));
        Assert.Equal(("lantern", "river"), (held[0].GetProperty("organisationName").GetString(), held[0].GetProperty("coalitionName").GetString()));
        var adas = held[1].GetProperty("id").GetString();
        Assert.Equal((403, "foreign-origin"), (await browser.AskAsync("POST", $"/api/browser/sessions/{adas}/select", origin: "https://elsewhere.example")).Problem());
        Assert.Equal((404, "not-found"), (await browser.AskAsync("POST", "/api/browser/sessions/unknown/select")).Problem());
        Assert.Equal(204, (await browser.AskAsync("POST", $"/api/browser/sessions/{adas}/select")).Status);
        Assert.Equal(200, (await browser.AskAsync("GET", "/api/me", "river/ada")).Status);
        Assert.Equal((409, "identity-changed"), (await browser.AskAsync("GET", "/api/me", "river/ben")).Problem());
    }

    [Fact]
    public async Task Signing_out_of_one_selects_no_other_and_the_page_offers_it()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        await browser.SignInAsync("ben");
        await _server.TokenAsync("river", "ben");
        Assert.Equal(204, (await browser.AskAsync("DELETE", "/api/tokens/current")).Status);
        Assert.Equal((401, "sign-in-needed"), (await browser.AskAsync("GET", "/api/me")).Problem());
        var page = await browser.PageAsync("/sign-in");
        Assert.Contains("Change to: ada", page);
        Assert.DoesNotContain("ben", page);
        var ada = (await browser.AskAsync("GET", "/api/browser/sessions"))["sessions"][0].GetProperty("id").GetString()!;
        Assert.Equal(303, await browser.PostAsync("/sign-in", ("session", ada)));
        Assert.Equal("ada", (await browser.AskAsync("GET", "/api/me"))["person"].GetString());
    }

    [Fact]
    public async Task The_same_person_again_is_one_session_and_a_browser_holds_so_many()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        var first = browser.Cookie;
        await browser.SignInAsync("ada");
        Assert.Single((await browser.AskAsync("GET", "/api/browser/sessions"))["sessions"].EnumerateArray());
        using (var before = new Browser(_server) { Cookie = first }) Assert.Equal(401, (await before.AskAsync("GET", "/api/me")).Status);

        for (var i = 1; i < Limits.SessionsPerBrowserMax; i++)
        {
            await _server.AdmitAsync("river", $"person{i}", Role.Member, "lantern");
            await browser.SignInAsync($"person{i}");
        }

        var link = await _server.TokenAsync("river", "ben", TokenWanted.SignIn);
        Assert.Equal(409, await browser.PostAsync("/sign-in", ("token", link)));
        using var other = new Browser(_server);
        Assert.Equal(303, await other.PostAsync("/sign-in", ("token", link)));
    }

    [Fact]
    public async Task A_token_of_a_program_in_the_cookie_is_no_session()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        var planted = await _server.TokenAsync("river", "ben");
        browser.Cookie += "~" + planted;
        Assert.Single((await browser.AskAsync("GET", "/api/browser/sessions"))["sessions"].EnumerateArray());
        Assert.Equal((404, "not-found"), (await browser.AskAsync("POST", $"/api/browser/sessions/{Secrets.HashOf(planted)}/select")).Problem());
    }

    [Fact]
    public async Task The_page_of_a_link_says_whom_it_signs_in_and_names_cannot_write_on_it()
    {
        await _server.Operator.PutReplyAsync("/api/coalitions/river/people/cleo", new { name = "<b>Cleo</b>", affiliation = "A university", role = "member" }).DoneAsync();
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        var page = await browser.PageAsync("/sign-in?token=" + await _server.TokenAsync("river", "ben", TokenWanted.SignIn));
        Assert.Contains("<strong>ben</strong>, of <strong>lantern</strong>, in the coalition <strong>river</strong>", page);
        Assert.Contains("Go on: ada", page);
        page = await browser.PageAsync("/sign-in?token=" + await _server.TokenAsync("river", "cleo", TokenWanted.SignIn));
        Assert.Contains("&lt;b&gt;Cleo&lt;/b&gt;</strong>, of no organisation", page);
        Assert.Equal("ada", (await browser.AskAsync("GET", "/api/me"))["person"].GetString());
    }

    [Fact]
    public async Task Signing_out_asks_once_when_it_would_lock_out()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        Assert.Equal((409, "last-session"), (await browser.AskAsync("DELETE", "/api/tokens/current")).Problem());
        Assert.Contains("Sign out all the same", await browser.PageAsync("/sign-out", HttpMethod.Post));
        // With a link for another device in hand it asks nothing.
        Assert.Equal(201, (await browser.AskAsync("POST", "/api/coalitions/river/people/ada/tokens", body: new { kind = "signIn" })).Status);
        Assert.Equal(204, (await browser.AskAsync("DELETE", "/api/tokens/current")).Status);

        using var again = new Browser(_server);
        await again.SignInAsync("ben");
        Assert.Equal(303, await again.PostAsync("/sign-out", ("confirm", "true")));
        Assert.Equal(401, (await again.AskAsync("GET", "/api/me")).Status);
    }

    [Fact]
    public async Task A_person_lists_and_ends_what_they_can_come_in_with()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        using var phone = new Browser(_server);
        await phone.SignInAsync("ada");
        var made = await browser.AskAsync("POST", "/api/coalitions/river/people/ada/tokens", body: new { kind = "bearer", name = "A script" });
        using var script = _server.NewClient(made["token"].GetString());

        var mine = (await browser.AskAsync("GET", "/api/me/tokens"))["tokens"].EnumerateArray().ToList();
        Assert.Equal(
            ["bearer A script ada False", "session Test browser ada False", "session Test browser ada True"],
            mine.Select(each => $"{each.GetProperty("kind")} {each.GetProperty("name")} {each.GetProperty("by")} {each.GetProperty("current")}").Order(StringComparer.Ordinal));
        var phones = mine.Single(each => each.GetProperty("kind").GetString() == "session" && !each.GetProperty("current").GetBoolean()).GetProperty("id").GetString();
        Assert.Equal(204, (await browser.AskAsync("DELETE", $"/api/me/tokens/{phones}")).Status);
        Assert.Equal((404, "not-found"), (await browser.AskAsync("DELETE", $"/api/me/tokens/{phones}")).Problem());
        Assert.Equal((401, 200), ((await phone.AskAsync("GET", "/api/me")).Status, (await script.GetReplyAsync("/api/me")).Status));

        // Nobody ends another's by its id.
        using var ben = await _server.PersonAsync("river", "ben");
        Assert.Equal((404, "not-found"), (await ben.DeleteReplyAsync($"/api/me/tokens/{mine[0].GetProperty("id")}")).Problem());

        Assert.Equal(204, (await browser.AskAsync("DELETE", "/api/me/tokens?others=true")).Status);
        Assert.Equal((200, 401), ((await browser.AskAsync("GET", "/api/me")).Status, (await script.GetReplyAsync("/api/me")).Status));
        Assert.Single((await browser.AskAsync("GET", "/api/me/tokens"))["tokens"].EnumerateArray());
        Assert.Equal(204, (await browser.AskAsync("DELETE", "/api/me/tokens")).Status);
        Assert.Equal(401, (await browser.AskAsync("GET", "/api/me")).Status);
    }

    [Fact]
    public async Task Who_was_let_in_again_by_another_is_told_at_their_next_visit()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync("ada");
        Assert.Equal(204, (await browser.AskAsync("DELETE", "/api/me/tokens")).Status);
        using var stella = await _server.PersonAsync("river", "stella");
        var link = (await stella.PostReplyAsync("/api/coalitions/river/people/ada/tokens", new { kind = "signIn" }))["token"].GetString()!;
        Assert.Equal(303, await browser.PostAsync("/sign-in", ("token", link)));
        var notice = Assert.Single((await browser.AskAsync("GET", "/api/me"))["notices"].EnumerateArray());
        Assert.Equal(("link-made", "stella"), (notice.GetProperty("kind").GetString(), notice.GetProperty("by").GetProperty("person").GetString()));
        Assert.Single((await browser.AskAsync("GET", "/api/me"))["notices"].EnumerateArray());
        Assert.Equal(204, (await browser.AskAsync("POST", "/api/me/notices/seen")).Status);
        Assert.Empty((await browser.AskAsync("GET", "/api/me"))["notices"].EnumerateArray());
    }

    /// <summary>Keeps the cookie that it is given, as browsers do.</summary>
    sealed class Browser(TestServerHost server) : IDisposable
    {
        readonly HttpClient _client = server.NewClient(null);

        public string Cookie { get; set; } = "";

        string Origin => server.Address.GetLeftPart(UriPartial.Authority);

        public async Task SignInAsync(string person) =>
            Assert.Equal(303, await PostAsync("/sign-in", ("token", await server.TokenAsync("river", person, TokenWanted.SignIn))));

        public async Task<int> PostAsync(string path, (string Name, string Value) field)
        {
            using var answer = await SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent([new(field.Name, field.Value)]));
            return (int)answer.StatusCode;
        }

        public async Task<string> PageAsync(string path, HttpMethod? method = null)
        {
            using var answer = await SendAsync(method ?? HttpMethod.Get, path, null);
            return await answer.Content.ReadAsStringAsync();
        }

        public async Task<Reply> AskAsync(string method, string path, string? @as = null, string? origin = null, object? body = null)
        {
            using var answer = await SendAsync(
                new HttpMethod(method), path, body is null ? null : JsonContent.Create(body, options: Json.Options), "application/json", origin, @as);
            var text = await answer.Content.ReadAsStringAsync();
            var type = answer.Content.Headers.ContentType?.MediaType;
            return new Reply(
                (int)answer.StatusCode, type?.EndsWith("json", StringComparison.Ordinal) == true ? JsonSerializer.Deserialize<JsonElement>(text) : default, null, type);
        }

        public Task<HubSocket> OpenHubAsync(string @as) => HubSocket.OpenAsync(server.Address, null, options =>
        {
            options.SetRequestHeader("Cookie", Cookie);
            options.SetRequestHeader("Origin", Origin);
        }, "/live?as=" + @as);

        public void Dispose() => _client.Dispose();

        async Task<HttpResponseMessage> SendAsync(
            HttpMethod method, string path, HttpContent? content, string accept = "text/html", string? origin = null, string? @as = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.Add("Origin", origin ?? Origin);
            request.Headers.Add("Accept", accept);
            request.Headers.Add("User-Agent", "Test browser");
            if (@as is not null) request.Headers.Add(ActingAs.Header, @as);
            if (Cookie.Length > 0) request.Headers.Add("Cookie", Cookie);
            var answer = await _client.SendAsync(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var cookies)) Cookie = cookies.First().Split(';')[0] is var cookie && cookie.EndsWith('=') ? "" : cookie;
            return answer;
        }
    }
}
