using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests.Access;

public sealed class TokensInLogsTests
{
    [Fact]
    public async Task No_token_is_in_any_log_wherever_it_was_sent()
    {
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddFilter(null, LogLevel.Trace));
        await server.AdmitAsync("river", "ada", Role.Member, "lantern", Mandate.Draft);
        var token = await server.TokenAsync("river", "ada");
        var link = await server.TokenAsync("river", "ada", TokenWanted.SignIn);

        using (await server.NewClient(token).GetAsync("/api/me")) { }
        using (await server.Anonymous.GetAsync("/api/me?token=" + token)) { }
        using (await server.Anonymous.GetAsync("/api/coalitions/river/feed?after=" + token)) { }
        using (await server.NewClient(token).GetAsync("/api/coalitions/river/feed?after=" + token)) { }
        using (await server.Anonymous.GetAsync("/sign-in?token=" + link)) { }
        using (await server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]))) { }
        using (await HubSocket.OpenAsync(server.Address, token)) { }
        using (await HubSocket.OpenAsync(server.Address, null, options =>
        {
            options.AddSubProtocol("annotate");
            options.AddSubProtocol(token);
        })) { }
        foreach (var spelt in Spellings(token))
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/{spelt}/me?access_token={spelt}&after={spelt[1..]}");
            asked.Headers.Add("Referer", $"{server.Address}sign-in?token={spelt}");
            using (await server.Anonymous.SendAsync(asked)) { }
            using (await HubSocket.OpenAsync(server.Address, spelt)) { }
        }

        await server.Host.App.StopAsync();

        Assert.Contains(server.Log.Lines, line => line.Contains("/live?***", StringComparison.Ordinal));
        Assert.Contains(server.Log.Lines, line => line.Contains("/api/ann_***", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => Holds(line, token) || Holds(line, link));
    }

    [Theory]
    [InlineData("Request starting GET http://a/live?access_token=ann_abcdefgh - -", "Request starting GET http://a/live?*** - -")]
    [InlineData("of ann_abcdefgh", "of ann_***")]
    [InlineData("of %61nn_abcdefgh", "of ann_***")]
    [InlineData("of %61%6E%6e%5fabc%64efgh.", "of ann_***.")]
    [InlineData("of a%256En%255Fabc%2525%2564efgh/x", "of ann_***/x")]
    [InlineData("/a?mistyped=an_abcdefgh&b", "/a?***")]
    [InlineData("What? ann_x is 100 % right: a=b, x ? y : z, 50%", "What? ann_x is 100 % right: a=b, x ? y : z, 50%")]
    public void Tokens_and_queries_are_scrubbed_in_every_spelling(string text, string scrubbed) => Assert.Equal(scrubbed, LogScrubbing.Scrub(text));

    [Fact]
    public void Scrubbing_takes_no_longer_for_a_text_that_is_made_to_take_long()
    {
        var begun = TimeProvider.System.GetTimestamp();
        foreach (var part in new[] { "%25", "%2525", "%61", "?", "?=", "?%", "ann_", "%61%6e" }) LogScrubbing.Scrub(string.Concat(Enumerable.Repeat(part, 20_000)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 0, 5);
    }

    static IEnumerable<string> Spellings(string token)
    {
        var encoded = string.Concat(token.Select(letter => $"%{(int)letter:X2}"));
        yield return "%61" + token[1..];
        yield return "%2561" + token[1..];
        yield return "ann%5f" + token[4..];
        yield return encoded;
        yield return encoded.Replace("%", "%25", StringComparison.Ordinal);
    }

    static bool Holds(string line, string token)
    {
        for (var times = 0; times < 3; times++, line = Uri.UnescapeDataString(line))
            if (line.Contains(token[(Secrets.Prefix.Length + 2)..], StringComparison.Ordinal)) return true;
        return false;
    }
}
