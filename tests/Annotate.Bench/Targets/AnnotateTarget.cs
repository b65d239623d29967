using System.Net.Http.Headers;
using System.Net.Http.Json;
using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>Annotate's own server, from the build output that this bench references, with its default profile.</summary>
sealed class AnnotateTarget(string name, WireKind wire) : ITarget
{
    const string Coalition = "bench";
    const string Organisation = "typists";
    const int SectionsPerStatement = 100;
    const int RequestsAtOnce = 8;

    readonly List<string> _tokens = [];
    string _dataFolder = "";
    int _sections;
    ServerProcess? _server;

    public string Name => name;

    public WireKind Wire => wire;

    public int Port { get; } = ServerProcess.FreePort();

    public string Root => "t";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("Not started.");

    public async Task StartAsync(string dataFolder)
    {
        _dataFolder = dataFolder;
        var settings = new Dictionary<string, string>
        {
            ["Annotate__Url"] = $"http://127.0.0.1:{Port}",
            ["Annotate__DataFolder"] = dataFolder,
            ["Annotate__LoadSeeds"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        _server = await ServerProcess.StartAsync(
            Path.Combine(AppContext.BaseDirectory, "Annotate.Server"), ["serve"], dataFolder, settings, new Uri($"http://127.0.0.1:{Port}/sign-in"));
    }

    /// <summary>
    /// Founds the coalition and admits as many drafters as are needed, as the operator; one of them makes the sections, whose texts they are.
    /// </summary>
    /// <exception cref="IOException">The server refused; says what.</exception>
    public async Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText)
    {
        await AdmitAsync(writersPerText);
        using var drafter = Client(_tokens[0]);
        var texts = Enumerable.Range(_sections, count).Select(i => (Statement: $"statement-{i / SectionsPerStatement}", Section: $"section-{i}")).ToArray();
        _sections += count;
        foreach (var statement in texts.Select(t => t.Statement).Distinct())
            await PutAsync(drafter, $"statements/{statement}", new { title = statement, destination = "The bench", instrument = "none", draft = "none" });
        await Parallel.ForEachAsync(texts, new ParallelOptions { MaxDegreeOfParallelism = RequestsAtOnce }, async (text, _) =>
            await PutAsync(drafter, $"statements/{text.Statement}/sections/{text.Section}", new { title = text.Section }));
        return [.. texts.Select(t => new TextAccess($"{Coalition}.{t.Statement}.{t.Section}", [.. _tokens.Take(writersPerText)]))];
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task AdmitAsync(int people)
    {
        if (_tokens.Count >= people) return;
        using var client = Client((await File.ReadAllTextAsync(Path.Combine(_dataFolder, "operator.token"))).Trim());
        if (_tokens.Count == 0)
        {
            await PutAsync(client, "", new { name = "Bench", policy = "noBlock" });
            await PutAsync(client, $"organisations/{Organisation}", new { name = "Typists" });
        }
        while (_tokens.Count < people)
        {
            var person = $"typist-{_tokens.Count}";
            await PutAsync(client, $"people/{person}", new { name = person, organisation = Organisation, role = "member", mandates = new[] { new { mandate = "draft" } } });
            using var answer = await CheckedAsync(await client.PostAsJsonAsync($"people/{person}/tokens", new { kind = "bearer" }));
            var made = await answer.Content.ReadFromJsonAsync<MadeToken>();
            _tokens.Add(made?.Token ?? throw new IOException("the server made no token"));
        }
    }

    HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}/api/coalitions/{Coalition}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    static async Task PutAsync<TBody>(HttpClient client, string path, TBody body)
    {
        // The coalition itself is addressed without a slash at the end.
        Uri address = path.Length > 0 ? new(path, UriKind.Relative) : new(client.BaseAddress!.AbsoluteUri.TrimEnd('/'));
        using var answer = await CheckedAsync(await client.PutAsJsonAsync(address, body));
    }

    static async Task<HttpResponseMessage> CheckedAsync(HttpResponseMessage answer) => answer.IsSuccessStatusCode
        ? answer
        : throw new IOException($"{answer.RequestMessage?.RequestUri?.AbsolutePath} was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");

    sealed record MadeToken(string Token);
}
