using System.Net;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Access;

public sealed class WrongTokenTests
{
    [Fact]
    public async Task An_address_that_sends_too_many_wrong_tokens_has_to_wait_and_who_works_there_goes_on_working()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var ada = await server.PersonAsync("river", "ada");
        Assert.Equal(200, (await ada.GetReplyAsync("/api/me")).Status);
        var fresh = await server.TokenAsync("river", "ada");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);

        // Without a token nothing is looked up, so nothing is counted.
        for (var i = 0; i <= Limits.WrongTokensPerAddressMax; i++) Assert.Equal(401, (await server.Anonymous.GetReplyAsync("/api/me")).Status);
        for (var i = 0; i < Limits.WrongTokensPerAddressMax; i++)
        {
            using var wrong = server.NewClient(i % 2 == 0 ? Secrets.Make() : "ann_short");
            Assert.Equal((401, "sign-in-needed"), (await wrong.GetReplyAsync("/api/me")).Problem());
        }

        foreach (var token in new[] { Secrets.Make(), "ann_short", fresh })
        {
            using var client = server.NewClient(token);
            using var answer = await client.GetAsync("/api/me");
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, Limits.WrongTokensWindowSeconds);
            Assert.Equal((429, "too-many-wrong-tokens"), (await client.GetReplyAsync("/api/me")).Problem());
        }

        using var hub = await HubSocket.OpenAsync(server.Address, Secrets.Make());
        Assert.Equal(HttpStatusCode.TooManyRequests, hub.Refusal);
        using var signIn = await server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        Assert.Equal(HttpStatusCode.TooManyRequests, signIn.StatusCode);
        Assert.NotNull(signIn.Headers.RetryAfter);
        Assert.Equal(200, (await ada.GetReplyAsync("/api/me")).Status);
    }

    [Fact]
    public async Task Wrong_links_are_counted_as_well()
    {
        await using var server = await TestServerHost.StartAsync();
        for (var i = 0; i <= Limits.WrongTokensPerAddressMax; i++)
        {
            using var answer = await server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", Secrets.Make())]));
            Assert.Equal(i < Limits.WrongTokensPerAddressMax ? HttpStatusCode.Gone : HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Behind_a_proxy_each_visitor_has_an_address_of_their_own()
    {
        // What the environment variable ASPNETCORE_FORWARDEDHEADERS_ENABLED sets.
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Configuration["ForwardedHeaders_Enabled"] = "true");
        async Task<int> AskAsync(string visitor)
        {
            using var client = server.NewClient(Secrets.Make());
            return (await client.AskAsync(HttpMethod.Get, "/api/me", null, ("X-Forwarded-For", visitor))).Status;
        }

        for (var i = 0; i < Limits.WrongTokensPerAddressMax; i++) Assert.Equal(401, await AskAsync($"2001:db8:1:2::{i:x}"));
        Assert.Equal(429, await AskAsync("2001:db8:1:2:ffff::1"));
        Assert.Equal(401, await AskAsync("2001:db8:1:3::1"));
        Assert.Equal(401, await AskAsync("192.0.2.1"));
    }

    [Fact]
    public async Task A_token_that_was_good_and_is_no_more_counts_as_wrong()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var ada = await server.PersonAsync("river", "ada");
        Assert.Equal(200, (await ada.GetReplyAsync("/api/me")).Status);
        using (await ada.DeleteAsync("/api/tokens/current")) { }
        var last = 401;
        for (var i = 0; i <= Limits.WrongTokensPerAddressMax && last == 401; i++) last = (await ada.GetReplyAsync("/api/me")).Status;
        Assert.Equal(429, last);
    }
}
