using System.Net;
using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>Asks every endpoint of the real server as everybody who has no right to it.</summary>
public sealed class EveryDoorTests : IAsyncLifetime
{
    // What each endpoint must ask for. One that is new fails the tests until it stands here; so does one that went.
    static readonly Dictionary<string, Right> Expected = new()
    {
        ["GET /openapi/v1.json"] = Right.Anyone,
        ["GET /sign-in"] = Right.Anyone,
        ["POST /sign-in"] = Right.Anyone,
        ["POST /sign-out"] = Right.SignedIn,
        ["GET /api/me"] = Right.SignedIn,
        ["DELETE /api/tokens/current"] = Right.SignedIn,
        ["GET /api/me/tokens"] = Right.SignedIn,
        ["DELETE /api/me/tokens"] = Right.SignedIn,
        ["DELETE /api/me/tokens/{token}"] = Right.SignedIn,
        ["POST /api/me/notices/seen"] = Right.SignedIn,
        // What the browser's own cookie holds, good or not: looked at behind the door.
        ["GET /api/browser/sessions"] = Right.Anyone,
        ["POST /api/browser/sessions/{session}/select"] = Right.Anyone,
        ["POST /api/operator/key"] = Right.Operator,
        ["DELETE /api/operator/tokens"] = Right.Operator,
        // Oneself, or who administers the organisation: looked at behind the door.
        ["POST /api/coalitions/{coalition}/people/{person}/tokens"] = Right.Read,
        ["DELETE /api/coalitions/{coalition}/people/{person}/tokens"] = Right.Read,
        ["GET /api/coalitions"] = Right.SignedIn,
        ["PUT /api/coalitions/{coalition}"] = Right.Operator,
        ["GET /api/coalitions/{coalition}"] = Right.Read,
        ["PATCH /api/coalitions/{coalition}"] = Right.Steward,
        ["PUT /api/coalitions/{coalition}/organisations/{organisation}"] = Right.Administer,
        ["GET /api/coalitions/{coalition}/people"] = Right.Read,
        ["PUT /api/coalitions/{coalition}/people/{person}"] = Right.Administer,
        ["DELETE /api/coalitions/{coalition}/people/{person}"] = Right.Administer,
        ["PUT /api/coalitions/{coalition}/people/{person}/mandates/{mandate}"] = Right.Administer,
        ["DELETE /api/coalitions/{coalition}/people/{person}/mandates/{mandate}"] = Right.Administer,
        ["GET /api/coalitions/{coalition}/feed"] = Right.Read,
        ["GET /api/coalitions/{coalition}/index"] = Right.Read,
        ["GET /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread"] = Right.Read,
        ["POST /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations"] = Right.Annotate,
        ["POST /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations/{annotation:guid}/replies"] = Right.Annotate,
        ["PATCH /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations/{annotation:guid}"] = Right.Annotate,
        ["POST /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations/{annotation:guid}/resolve"] = Right.Annotate,
        ["POST /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations/{annotation:guid}/reopen"] = Right.Annotate,
        // The author, who needs the mandate, or a steward, who does not: looked at behind the door.
        ["DELETE /api/coalitions/{coalition}/instruments/{instrument}/articles/{eId}/thread/annotations/{annotation:guid}"] = Right.Read,
        ["GET /api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}/positions"] = Right.Read,
        ["PUT /api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}/positions/{organisation}"] = Right.Position,
        ["PUT /api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}/coalition-position"] = Right.Position,
        ["PUT /api/coalitions/{coalition}/instruments/{instrument}/provisions/{eId}/consents/{organisation}"] = Right.Position,
        ["PUT /api/coalitions/{coalition}/statements/{statement}"] = Right.Draft,
        ["GET /api/coalitions/{coalition}/statements/{statement}"] = Right.Read,
        ["PUT /api/coalitions/{coalition}/statements/{statement}/sections/{section}"] = Right.Draft,
        ["POST /api/coalitions/{coalition}/statements/{statement}/sections/{section}/move"] = Right.Draft,
        ["GET /api/texts/{text}"] = Right.Read,
        ["GET /api/texts/{text}/plain"] = Right.Read,
        ["GET /api/texts/{text}/delta"] = Right.Read,
        ["GET /api/texts/{text}/prosemirror"] = Right.Read,
        ["GET /api/texts/{text}/xml"] = Right.Read,
        ["POST /api/texts/{text}/updates"] = Right.Draft,
        ["GET /api/instruments"] = Right.SignedIn,
        ["GET /api/instruments/{instrument}"] = Right.SignedIn,
        ["GET /api/instruments/{instrument}/drafts/{draft}"] = Right.SignedIn,
        ["PUT /api/instruments/{instrument}/drafts/{draft}"] = Right.Operator,
        ["GET /yjs/{text}"] = Right.Read,
        ["GET /live"] = Right.SignedIn,
        ["POST /live/negotiate"] = Right.SignedIn,
    };

    readonly ShiftedClock _clock = new();
    TestServerHost _server = null!;
    HttpClient _stranger = null!;
    HttpClient _observer = null!;
    HttpClient _member = null!;
    HttpClient _mandated = null!;
    HttpClient _steward = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<TimeProvider>(_clock));
        Mandate[] all = [Mandate.Annotate, Mandate.Position, Mandate.Draft, Mandate.SignOff, Mandate.Endorse];
        await _server.AdmitAsync("hill", "hugo", Role.Steward, "lantern", all);
        await _server.AdmitAsync("river", "olaf", Role.Observer, "lantern");
        await _server.AdmitAsync("river", "mira", Role.Member, "lantern");
        await _server.AdmitAsync("river", "mona", Role.Member, "lantern", [.. all, Mandate.Administer]);
        await _server.AdmitAsync("river", "stella", Role.Steward, "lantern", Mandate.Administer);
        _stranger = await _server.PersonAsync("hill", "hugo");
        _observer = await _server.PersonAsync("river", "olaf");
        _member = await _server.PersonAsync("river", "mira");
        _mandated = await _server.PersonAsync("river", "mona");
        _steward = await _server.PersonAsync("river", "stella");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Every_endpoint_is_listed_here_with_the_right_it_asks_for() =>
        Assert.Equal(
            Expected.Select(expected => $"{expected.Key}: {expected.Value}").Order(StringComparer.Ordinal),
            EveryEndpoint.Of(_server).Select(endpoint => $"{endpoint.Name}: {endpoint.Right}").Order(StringComparer.Ordinal));

    [Fact]
    public async Task Without_a_valid_token_every_door_is_closed()
    {
        using var made = _server.NewClient(Secrets.Make());
        using var bad = _server.NewClient("ann_short");
        using var expired = _server.NewClient(await _server.TokenAsync("river", "stella", minutes: 1));
        using var revoked = await _server.PersonAsync("river", "stella");
        using var link = _server.NewClient(await _server.TokenAsync("river", "stella", TokenWanted.SignIn));
        using var parent = await _server.PersonAsync("river", "stella");
        using var orphan = _server.NewClient(await OwnTokenAsync(parent));
        using (await parent.DeleteAsync("/api/tokens/current")) { }
        using var ended = await revoked.DeleteAsync("/api/tokens/current");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        _clock.Advance(TimeSpan.FromMinutes(2));

        (string Who, HttpClient Client)[] callers =
            [("nobody", _server.Anonymous), ("made up", made), ("malformed", bad), ("expired", expired), ("revoked", revoked), ("link", link), ("made with one revoked", orphan)];
        await EachAsync(callers, Guarded(), (_, _) => HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task People_of_another_coalition_find_nothing() =>
        await EachAsync([("stranger", _stranger)], Guarded(), (endpoint, _) =>
            endpoint.NamesCoalition ? HttpStatusCode.NotFound : endpoint.Right == Right.Operator ? HttpStatusCode.Forbidden : null);

    [Fact]
    public async Task What_one_may_not_see_looks_exactly_like_what_is_not_there()
    {
        foreach (var endpoint in Guarded().Where(endpoint => endpoint.NamesCoalition))
        {
            using var hidden = await endpoint.AskAsync(_stranger, "river");
            using var missing = await endpoint.AskAsync(_stranger, "nowhere");
            using var nonsense = await endpoint.AskAsync(_stranger, "..bad");
            var looks = await LooksAsync(hidden);
            Assert.Equal(await LooksAsync(missing), looks);
            Assert.Equal(await LooksAsync(nonsense), looks);
        }
    }

    [Fact]
    public async Task Who_lacks_the_mandate_or_the_role_is_refused() =>
        await EachAsync([("observer", _observer), ("member", _member)], Guarded(), (endpoint, _) =>
            endpoint.Right > Right.Read || endpoint.Name.StartsWith("DELETE /api/coalitions", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : null);

    [Fact]
    public async Task Stewards_and_the_mandated_get_what_is_theirs_and_no_more() =>
        await EachAsync([("steward", _steward), ("mandated", _mandated)], Guarded(), (endpoint, who) => endpoint.Right switch
        {
            Right.Operator => HttpStatusCode.Forbidden,
            Right.Steward when who == "mandated" => HttpStatusCode.Forbidden,
            // The body names no organisation: an expert is the coalition's.
            Right.Administer when who == "mandated" && endpoint.Name == "PUT /api/coalitions/{coalition}/people/{person}" => HttpStatusCode.Forbidden,
            > Right.Read and < Right.Administer when who == "steward" => HttpStatusCode.Forbidden,
            _ => null,
        });

    [Fact]
    public async Task Who_is_named_as_somebody_else_is_answered_nowhere()
    {
        using var changed = _server.NewClient(await _server.TokenAsync("river", "stella"));
        changed.DefaultRequestHeaders.Add(ActingAs.Header, "river/mona");
        await EachAsync([("another by now", changed)], Guarded(), (_, _) => HttpStatusCode.Conflict);
    }

    static async Task<string> OwnTokenAsync(HttpClient client)
    {
        var made = await client.PostReplyAsync("/api/coalitions/river/people/stella/tokens", new { kind = "bearer" });
        return made["token"].GetString()!;
    }

    [Fact]
    public async Task The_operator_speaks_for_nobody() =>
        await EachAsync([("operator", _server.Operator)], Guarded(), (endpoint, _) =>
            endpoint.Right is > Right.Read and < Right.Administer ? HttpStatusCode.Forbidden : null);

    IEnumerable<EveryEndpoint> Guarded() => EveryEndpoint.Of(_server).Where(endpoint => endpoint.Right != Right.Anyone);

    /// <param name="expected">Null where the caller is let in: then the answer is anything but a closed door.</param>
    static async Task EachAsync(
        (string Who, HttpClient Client)[] callers, IEnumerable<EveryEndpoint> endpoints, Func<EveryEndpoint, string, HttpStatusCode?> expected)
    {
        foreach (var endpoint in endpoints)
            foreach (var (who, client) in callers)
            {
                var status = expected(endpoint, who);
                if (status is null && endpoint.EndsTheToken) continue;
                using var answer = await endpoint.AskAsync(client, "river");
                var words = $"{who} at {endpoint.Name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                if (status is { } wanted) Assert.True(answer.StatusCode == wanted, words);
                else Assert.False(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError, words);
                if (!answer.IsSuccessStatusCode && status is not null) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
    }

    static async Task<string> LooksAsync(HttpResponseMessage answer)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date")
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{await answer.Content.ReadAsStringAsync()}";
    }
}
