using System.Net;
using Annotate.Coalitions;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Annotate.Server.Verbs;

namespace Annotate.Server.Tests.Access;

/// <summary>The operator's own key, and an end to everybody's tokens.</summary>
public sealed class OperatorKeyTests : IAsyncLifetime
{
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync();
        await _server.AdmitAsync("river", "ada", Role.Member, "lantern");
        await _server.AdmitAsync("hill", "hugo", Role.Steward, "beacon");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_new_key_ends_the_old_ones_and_nothing_else()
    {
        var ada = await _server.TokenAsync("river", "ada");
        using var open = await HubSocket.OpenAsync(_server.Address, _server.Operator.DefaultRequestHeaders.Authorization!.Parameter);
        var made = (await _server.Operator.PostReplyAsync("/api/operator/key", null))["token"].GetString()!;
        await open.EndedAsync();
        Assert.Equal(401, (await _server.Operator.GetReplyAsync("/api/me")).Status);
        Assert.Equal((200, 200), (await StatusAsync(made), await StatusAsync(ada)));
        Assert.Equal(made, (await File.ReadAllTextAsync(OperatorToken.PathIn(_server.DataFolder))).Trim());
        await _server.RestartAsync();
        Assert.Equal((200, 200), (await StatusAsync(made), await StatusAsync(ada)));
        Assert.Equal(401, (await _server.Operator.GetReplyAsync("/api/me")).Status);
    }

    [Fact]
    public async Task A_server_that_starts_with_a_key_which_another_has_ended_gets_one_of_its_own()
    {
        var path = OperatorToken.PathIn(_server.DataFolder);
        var before = await File.ReadAllTextAsync(path);
        var made = (await _server.Operator.PostReplyAsync("/api/operator/key", null))["token"].GetString()!;
        // As in the folder of a server of the same cluster that was not there.
        await File.WriteAllTextAsync(path, before);
        await _server.RestartAsync();
        var after = (await File.ReadAllTextAsync(path)).Trim();
        Assert.NotEqual(before.Trim(), after);
        Assert.Equal((200, 200, 401), (await StatusAsync(after), await StatusAsync(made), await StatusAsync(before.Trim())));
    }

    [Fact]
    public async Task Everybodys_tokens_end_at_once_and_what_is_made_afterwards_is_good()
    {
        var (ada, hugo, link) = (await _server.TokenAsync("river", "ada"), await _server.TokenAsync("hill", "hugo"), await _server.TokenAsync("hill", "hugo", TokenWanted.SignIn));
        using var open = await HubSocket.OpenAsync(_server.Address, hugo);
        for (var i = 1; i < Annotate.Limits.TokensPerPersonMax; i += 85) await _server.TokenAsync("river", "ada");
        var before = await File.ReadAllTextAsync(OperatorToken.PathIn(_server.DataFolder));
        Assert.Equal(0, await CommandLine.RunAsync(["token", "--end-all", "--data", _server.DataFolder]));
        await open.EndedAsync();
        Assert.Equal((401, 401, 401), (await StatusAsync(ada), await StatusAsync(hugo), (await _server.Operator.GetReplyAsync("/api/me")).Status));
        var after = (await File.ReadAllTextAsync(OperatorToken.PathIn(_server.DataFolder))).Trim();
        Assert.NotEqual(before.Trim(), after);
        using (var used = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]))) Assert.Equal(HttpStatusCode.Gone, used.StatusCode);

        await _server.RestartAsync();
        Assert.Equal((401, 200), (await StatusAsync(ada), await StatusAsync(after)));
        using var again = _server.NewClient(after);
        var made = await again.PostReplyAsync("/api/coalitions/river/people/ada/tokens", new { kind = "bearer" });
        using var adas = _server.NewClient(made["token"].GetString());
        Assert.Single((await adas.GetReplyAsync("/api/me/tokens"))["tokens"].EnumerateArray());
    }

    [Theory]
    [InlineData("token", "--end-all", "--coalition", "river", "--person", "ada")]
    [InlineData("token", "--coalition", "river")]
    public async Task The_verb_is_for_one_person_or_for_all(params string[] args) =>
        Assert.Equal(CommandLine.Misused, await CommandLine.RunAsync([.. args, "--data", _server.DataFolder]));

    async Task<int> StatusAsync(string token) => (await _server.NewClient(token).GetReplyAsync("/api/me")).Status;
}
