using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Annotate.Server.Access;
using Annotate.Server.Hosting;

namespace Annotate.Server.Tests.Verbs;

/// <summary>The executable as people use it: each verb against a server that runs, and without one.</summary>
public sealed partial class VerbTests
{
    const string Seeds =
        """
        {
          "instruments": [{ "id": "example", "title": "Example", "draft": "first", "draftTitle": "First", "language": "en", "source": "example.md" }],
          "coalitions": ["river.json"]
        }
        """;

    const string Coalition =
        """
        {
          "id": "river", "name": "River", "policy": "noBlock", "instrument": "example", "draft": "first", "organisations": [],
          "people": [{ "id": "ada", "name": "Ada", "affiliation": "Example", "role": "steward", "mandates": [] }]
        }
        """;

    const string Draft = "## Article 1. Purpose\n\n1. The purpose of this example is to be read.\n";

    [Fact]
    public async Task What_verbs_did_survives_a_kill()
    {
        await using var server = await ServerProcess.StartAsync();
        var draft = Path.Combine(server.DataFolder, "draft.md");
        await File.WriteAllTextAsync(draft, Draft);
        Assert.Equal(0, (await server.RunAsync("import", draft, "--instrument", "example", "--draft", "first", "--title", "Example")).Code);
        Assert.True(File.Exists(PrivateSocket.PathIn(server.DataFolder)));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(Owner, File.GetUnixFileMode(PrivateSocket.PathIn(server.DataFolder)));
            Assert.Equal(Owner, File.GetUnixFileMode(OperatorToken.PathIn(server.DataFolder)));
        }

        using var client = server.NewOperator();
        await FoundAsync(client);
        var token = await server.RunAsync("token", "--coalition", "river", "--person", "ada");
        Assert.Equal(0, token.Code);

        await server.KillAsync();
        // The dead server's socket file is still there.
        // What the server in this process logs does not get into the export.
        var exported = await Executable.RunAsync(["export", "--coalition", "river", "--data", server.DataFolder], ("Logging__LogLevel__Default", "Information"));
        Assert.True(exported.Code == 0, exported.Error);
        Assert.Contains("info: ", exported.Error);
        Assert.Equal("ada", JsonDocument.Parse(exported.Output).RootElement.GetProperty("coalition").GetProperty("people")[0].GetProperty("id").GetString());

        await server.RestartAsync();
        using var ada = new HttpClient { BaseAddress = server.Address };
        ada.DefaultRequestHeaders.Authorization = new("Bearer", token.Output.Trim());
        using var me = await ada.GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        Assert.Equal(0, (await server.RunAsync("token", "--coalition", "river", "--person", "ada", "--revoke")).Code);
        using var revoked = await ada.GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.Unauthorized, revoked.StatusCode);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task Every_verb_does_the_same_with_a_running_server_and_without_one()
    {
        await using var server = await ServerProcess.StartAsync();
        var alone = Directory.CreateTempSubdirectory("annotate-test-");
        var seeds = Directory.CreateTempSubdirectory("annotate-test-");
        await File.WriteAllTextAsync(Path.Combine(seeds.FullName, "example.md"), Draft);
        await File.WriteAllTextAsync(Path.Combine(seeds.FullName, "seeds.json"), Seeds);
        await File.WriteAllTextAsync(Path.Combine(seeds.FullName, "river.json"), Coalition);
        var said = await Task.WhenAll(
            RunEachAsync(seeds, arguments => server.RunAsync(arguments)),
            RunEachAsync(seeds, arguments => Executable.RunAsync([.. arguments, "--data", alone.FullName])));
        Assert.Equal(said[0], said[1]);
        // Whatever ran for a verb went with it.
        Assert.False(File.Exists(PrivateSocket.PathIn(alone.FullName)));
        alone.Delete(recursive: true);
        seeds.Delete(recursive: true);
    }

    /// <summary>What each verb says, without what differs each time.</summary>
    static async Task<string[]> RunEachAsync(DirectoryInfo seeds, Func<string[], Task<Ran>> run)
    {
        string[][] verbs =
        [
            ["seed", seeds.FullName],
            ["import", Path.Combine(seeds.FullName, "example.md"), "--instrument", "example", "--draft", "second"],
            ["token", "--coalition", "river", "--person", "ada"],
            ["export", "--coalition", "river"],
        ];
        var said = new List<string>();
        foreach (var verb in verbs)
        {
            var ran = await run(verb);
            Assert.True(ran.Code == 0, $"{string.Join(' ', verb)}: {ran.Code} {ran.Error}");
            said.Add(Token().Replace(Time().Replace(ran.Output, "TIME"), "TOKEN"));
        }

        Assert.Contains("coalition river: ", said[0]);
        Assert.Equal("example, draft second: imported.", said[1].Trim());
        Assert.Equal("TOKEN", said[2].Trim());
        Assert.Equal("Ada", JsonDocument.Parse(said[3]).RootElement.GetProperty("coalition").GetProperty("people")[0].GetProperty("name").GetString());
        return [.. said];
    }

    [Theory]
    [InlineData("", "serve", "seed", "import", "export", "token", "verify", "backup", "text", "--data", "--url", "--no-seeds")]
    [InlineData("serve", "--data", "--url", "--no-seeds", "--accept-storage")]
    [InlineData("verify", "FILE", "--data")]
    [InlineData("backup", "PATH", "--data")]
    [InlineData("seed", "FOLDER", "--data", "--url", "--token")]
    [InlineData("import", "FILE", "--instrument", "--draft", "--title", "--draft-title", "--language", "--data", "--url", "--token")]
    [InlineData("export", "--coalition", "--out", "--data", "--url", "--token")]
    [InlineData("token", "--coalition", "--person", "--days", "--sign-in", "--revoke", "--rotate-operator", "--end-all", "--data", "--url", "--token")]
    [InlineData("text", "inspect")]
    [InlineData("text inspect", "FILE", "--json")]
    public async Task Help_names_everything_there_is(string verb, params string[] names)
    {
        var ran = await Executable.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Contains("Usage:", ran.Output);
        // Each stands at the start of a line of its own, with what it is for behind it.
        foreach (var name in names) Assert.Matches($@"(?m)^  <?{name}>?( [<(][\w-]+[)>])*  +\S", ran.Output);
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_words_with_an_exit_code()
    {
        await using var server = await ServerProcess.StartAsync();
        var draft = Path.Combine(server.DataFolder, "draft.md");
        await File.WriteAllTextAsync(draft, "# Only a title\n");
        (string[] Arguments, int Code, string Words)[] wrong =
        [
            (["import", draft, "--instrument", "example", "--draft", "first", "--title", "T"], 1, "draft.md: "),
            (["import", draft, "--instrument", "example", "--draft", "first", "--title", "T"], 1, "line 1"),
            (["import", draft + ".missing", "--instrument", "example", "--draft", "first"], 1, "draft.md.missing"),
            (["import", draft, "--draft", "first"], 2, "--instrument"),
            (["token", "--coalition", "nowhere", "--person", "ada"], 1, "nothing you may see"),
            (["export", "--coalition", "nowhere"], 1, "nothing you may see"),
            (["export", "--coalition", "nowhere", "--url", "nonsense"], 2, "--url is an http or https address"),
            (["export", "--coalition", "nowhere", "--url", "ftp://example.org"], 2, "--url is an http or https address"),
            (["seed", server.DataFolder], 1, "seeds.json"),
            (["serve", "--url", "http://127.0.0.1:0"], 1, "is in use"),
            (["serve", "--url", "nonsense"], 2, "not an address"),
            (["dance"], 2, "dance"),
        ];
        foreach (var (arguments, code, words) in wrong)
        {
            var ran = await server.RunAsync(arguments);
            Assert.True(ran.Code == code, $"{string.Join(' ', arguments)}: {ran.Code} {ran.Output} {ran.Error}");
            Assert.Contains(words, ran.Error);
            Assert.DoesNotContain("   at ", ran.Error);
        }
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_said_in_one_line()
    {
        var folder = Directory.CreateTempSubdirectory("annotate-test-");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        foreach (var host in new[] { "localhost", "127.0.0.1", "*" })
        {
            var ran = await Executable.RunAsync(["serve", "--data", folder.FullName, "--url", $"http://{host}:{port}"]);
            Assert.Equal(1, ran.Code);
            Assert.Equal("", ran.Output);
            Assert.Equal(
                $"annotate: Cannot listen on http://{host}:{port}: another program listens on port {port} already. Another address is chosen with --url or the setting Url.",
                ran.Error.TrimEnd());
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_storage_file_that_is_none_is_said_in_one_line_and_left_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("annotate-test-");
        var file = Path.Combine(folder.FullName, "annotate.db");
        await File.WriteAllTextAsync(file, new string('x', 5000));
        var ran = await Executable.RunAsync(["serve", "--data", folder.FullName, "--url", "http://127.0.0.1:0"]);
        Assert.Equal(1, ran.Code);
        Assert.Equal("", ran.Output);
        Assert.Matches(@"^annotate: \S*annotate\.db: [^\n]*not a storage file[^\n]*\n$", ran.Error);
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_wrong_setting_ends_the_start_with_code_2()
    {
        var ran = await Executable.RunAsync([], ("Annotate__Profile", "Oracle"));
        Assert.Equal(2, ran.Code);
        Assert.Contains("Sqlite, Postgres, Azure", ran.Error);
    }

    static async Task FoundAsync(HttpClient client)
    {
        using var coalition = await client.PutAsync("/api/coalitions/river", Json("""{"name":"River","policy":"noBlock"}"""));
        Assert.True(coalition.IsSuccessStatusCode, await coalition.Content.ReadAsStringAsync());
        using var person = await client.PutAsync(
            "/api/coalitions/river/people/ada", Json("""{"name":"Ada","affiliation":"Example","role":"member","mandates":[]}"""));
        Assert.True(person.IsSuccessStatusCode, await person.Content.ReadAsStringAsync());
    }

    static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    [GeneratedRegex(@"ann_[\w-]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Time();
}
