using Annotate.Server.Access;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Hosting;

public sealed class OperatorTokenTests
{
    [Fact]
    public async Task A_token_in_the_file_is_made_known_and_one_that_can_open_nothing_here_is_replaced_and_that_is_said()
    {
        await using var server = await TestServerHost.StartAsync();
        var own = await ReadAsync(server);
        Assert.Equal((own, 0), await RestartWithAsync(server, own));
        var older = Secrets.Make();
        Assert.Equal((older, 0), await RestartWithAsync(server, older));

        // Its check is of another database's key.
        var foreign = Secrets.Make() + own[^TokenKey.CheckCharacters..];
        var (made, said) = await RestartWithAsync(server, foreign);
        Assert.NotEqual(foreign, made);
        Assert.Equal(1, said);
    }

    static async Task<(string Kept, int Said)> RestartWithAsync(TestServerHost server, string token)
    {
        await File.WriteAllTextAsync(OperatorToken.PathIn(server.DataFolder), token + "\n", TestContext.Current.CancellationToken);
        await server.RestartAsync();
        var kept = await ReadAsync(server);
        using var client = server.NewClient(kept);
        Assert.Equal(200, (await client.GetReplyAsync("/api/coalitions")).Status);
        return (kept, server.Log.Lines.Count(line => line.Contains(OperatorToken.FileName, StringComparison.Ordinal)));
    }

    static async Task<string> ReadAsync(TestServerHost server) =>
        (await File.ReadAllTextAsync(OperatorToken.PathIn(server.DataFolder), TestContext.Current.CancellationToken)).Trim();
}
