namespace Annotate.Server.Tests.Http;

/// <summary>What cannot be understood is answered in our words, which name the member and what is expected there.</summary>
public sealed class RequestWordsTests(Council council) : IClassFixture<Council>
{
    const string Positions = Council.Path + "/instruments/law/provisions/art_1/positions/tide";
    const string Annotations = Council.Path + "/instruments/law/articles/art_1/thread/annotations";
    const string Ann = Council.Path + "/people/ann";

    [Theory]
    [InlineData("PUT", Positions, "null", "The body is a JSON object.")]
    [InlineData("PUT", Positions, "[]", "The body is a JSON object.")]
    [InlineData("PUT", Positions, "7", "The body is a JSON object.")]
    [InlineData("PUT", Positions, "", "The body is a JSON object.")]
    [InlineData("PUT", Positions, "{ \"kind\": ", "The body is no JSON: it cannot be read on from line 1, byte 11.")]
    [InlineData("PUT", Positions, "{ \"kind\": \"hate\" }", "kind is one of noPosition, support, amend, delete, oppose.")]
    [InlineData("PUT", Positions, "{ \"kind\": 4 }", "kind is one of noPosition, support, amend, delete, oppose.")]
    [InlineData("PUT", Positions, "{ \"kind\": \"oppose\", \"redLine\": \"yes\" }", "redLine is true or false.")]
    [InlineData("PUT", Positions, "{ \"kind\": \"oppose\", \"reason\": { } }", "reason is a text.")]
    [InlineData("PUT", Positions, "{ \"kind\": \"oppose\", \"redline2\": true }", "There is no member redline2 here.")]
    [InlineData("POST", Annotations, "{ \"target\": { \"position\": { \"start\": \"0\" } } }", "target.position.start is a whole number.")]
    [InlineData("POST", Annotations, "{ \"target\": \"art_1\" }", "target is a JSON object.")]
    [InlineData("POST", Annotations, "{ \"tags\": \"scope\" }", "tags is a list.")]
    [InlineData("POST", Annotations, "{ \"tags\": [ 1 ] }", "tags[0] is a text.")]
    [InlineData("PUT", Ann, "{ \"name\": \"Ann\", \"mandates\": [ { \"mandate\": \"draft\", \"until\": \"soon\" } ] }", "mandates[0].until is a time, such as 2026-03-01T12:00:00Z.")]
    [InlineData("PUT", Ann, "{ \"name\": \"Ann\", \"organisation\": \"tide\", \"mandates\": [ { \"mandate\": \"draft\" }, { } ] }", "mandates[1] does not say which mandate.")]
    [InlineData("PUT", Ann, "{ \"name\": \"Ann\", \"organisation\": \"tide\", \"mandates\": [ null ] }", "mandates[0] does not say which mandate.")]
    [InlineData("POST", Ann + "/tokens", "{ \"kind\": \"bearer\", \"days\": \"ten\" }", "days is a number.")]
    [InlineData("PUT", Ann + "/mandates/draft?until=soon", null, "until is a time, such as 2026-03-01T12:00:00Z.")]
    [InlineData("GET", Council.Path + "/feed?after=soon", null, "after is a whole number.")]
    [InlineData("GET", Council.Path + "/feed?after=-1", null, "after is a version: 0 or more.")]
    [InlineData("GET", Council.Path + "/feed?after=1&after=2", null, "after is a whole number.")]
    [InlineData("GET", Council.Path + "/feed?tier=foo", null, "tier is one of coalition, organisation.")]
    [InlineData("GET", Council.Path + "/feed?tier=", null, "tier is one of coalition, organisation.")]
    [InlineData("GET", Council.Path + "/instruments/law/articles/art_1/thread?tier=Organisation", null, "tier is one of coalition, organisation.")]
    [InlineData("GET", Council.Path + "/index?tier=foo", null, "There is no tier in the query here.")]
    [InlineData("GET", Council.Path + "?who=ada", null, "There is no who in the query here.")]
    [InlineData("GET", "/api/me?verbose=1", null, "There is no verbose in the query here.")]
    [InlineData("GET", "/api/instruments?page=2", null, "There is no page in the query here.")]
    public async Task The_answer_names_the_member(string method, string path, string? body, string detail)
    {
        var reply = await council.Ada.AskAsync(new HttpMethod(method), path, body);
        Assert.True(reply.Status == 400, $"{reply.Status} {reply.Body}");
        Assert.Equal((400, "invalid"), reply.Problem());
        Assert.Equal(detail, reply["detail"].GetString());
    }

    [Theory]
    [InlineData("If-Match", "7", "invalid", "If-Match names one version, as ETag gave it.")]
    [InlineData("If-Match", "\"1\", \"2\"", "invalid", "If-Match names one version, as ETag gave it.")]
    [InlineData("Idempotency-Key", "first", "command-malformed", "Idempotency-Key is not a UUID.")]
    public async Task Headers_are_named_as_well(string name, string value, string code, string detail)
    {
        var reply = await council.Ada.AskAsync(HttpMethod.Put, Positions, "{ \"kind\": \"support\" }", (name, value));
        Assert.Equal((400, code), reply.Problem());
        Assert.Equal(detail, reply["detail"].GetString());
    }
}
