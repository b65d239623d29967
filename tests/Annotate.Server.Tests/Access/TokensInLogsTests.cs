using Annotate.Coalitions;
using Annotate.Server.Access;
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
        await server.Host.App.StopAsync();

        Assert.Contains(server.Log.Lines, line => line.Contains("/live", StringComparison.Ordinal) && line.Contains("ann_***", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => Holds(line, token) || Holds(line, link));
    }

    static bool Holds(string line, string token) => line.Contains(token[Secrets.Prefix.Length..], StringComparison.Ordinal);
}
