using System.Net;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Access;

/// <summary>What becomes of a person's tokens when they leave, come back, or have too many.</summary>
public sealed class PersonTokenTests : IAsyncLifetime
{
    const string Ada = "/api/coalitions/river/people/ada";

    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await _server.AdmitAsync("river", "ada", Role.Member, "lantern");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Who_comes_back_needs_new_tokens()
    {
        var bearer = await _server.TokenAsync("river", "ada");
        var link = await _server.TokenAsync("river", "ada", TokenWanted.SignIn);
        using var before = _server.NewClient(bearer);
        using var open = await HubSocket.OpenAsync(_server.Address, bearer);
        Assert.Equal(200, (await before.GetReplyAsync("/api/me")).Status);

        await _server.Operator.DeleteReplyAsync(Ada).DoneAsync();
        var other = new { name = "Another Ada", organisation = "lantern", role = "member" };
        Assert.Equal((409, "conflict"), (await _server.Operator.PutReplyAsync(Ada, other)).Problem());
        await _server.Operator.PutReplyAsync(Ada, new { name = "ada", organisation = "lantern", role = "member" }).DoneAsync();

        await open.EndedAsync();
        Assert.Equal((401, "sign-in-needed"), (await before.GetReplyAsync("/api/me")).Problem());
        Assert.Equal(HttpStatusCode.Gone, await RedeemAsync(link));
        await _server.RestartAsync();
        Assert.Equal((401, "sign-in-needed"), (await before.GetReplyAsync("/api/me")).Problem());
        using var after = await _server.PersonAsync("river", "ada");
        Assert.Equal("ada", (await after.GetReplyAsync("/api/me"))["person"].GetString());
    }

    [Fact]
    public async Task Revoking_all_tokens_of_a_person_ends_their_links_too()
    {
        var link = await _server.TokenAsync("river", "ada", TokenWanted.SignIn);
        using (await _server.Operator.DeleteAsync($"{Ada}/tokens")) { }
        Assert.Equal(HttpStatusCode.Gone, await RedeemAsync(link));
        Assert.Equal(HttpStatusCode.SeeOther, await RedeemAsync(await _server.TokenAsync("river", "ada", TokenWanted.SignIn)));
    }

    [Fact]
    public async Task A_person_has_so_many_tokens_at_a_time()
    {
        var link = await _server.TokenAsync("river", "ada", TokenWanted.SignIn);
        var one = await _server.TokenAsync("river", "ada");
        for (var i = 2; i < Annotate.Limits.TokensPerPersonMax; i++) await _server.TokenAsync("river", "ada");
        Assert.Equal((413, "too-large"), await OneMoreAsync());

        // A session takes the place of its link, and signing out gives a place back.
        Assert.Equal(HttpStatusCode.SeeOther, await RedeemAsync(link));
        Assert.Equal((413, "too-large"), await OneMoreAsync());
        using (await _server.NewClient(one).DeleteAsync("/api/tokens/current")) { }
        await _server.TokenAsync("river", "ada");
        Assert.Equal((413, "too-large"), await OneMoreAsync());
        using (await _server.Operator.DeleteAsync($"{Ada}/tokens")) { }
        await _server.TokenAsync("river", "ada");
    }

    async Task<(int, string?)> OneMoreAsync() => (await _server.Operator.PostReplyAsync($"{Ada}/tokens", new { kind = "bearer" })).Problem();

    async Task<HttpStatusCode> RedeemAsync(string link)
    {
        using var answer = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        return answer.StatusCode;
    }
}
