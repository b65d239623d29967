using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>Annotate's own server, from the build output that this bench references, set up through its public routes.</summary>
sealed class AnnotateTarget(string name, WireKind wire) : ITarget
{
    const string Coalition = "bench", Organisation = "load";
    const int SectionsPerStatement = 20;

    ServerProcess? _server;
    string _dataFolder = "";
    int _statements;

    public string Name => name;

    public WireKind Wire => wire;

    public int Port { get; } = ServerProcess.FreePort();

    public string Root => "t";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("Not started.");

    Uri Address => new($"http://127.0.0.1:{Port}/");

    public async Task StartAsync(string dataFolder)
    {
        _dataFolder = dataFolder;
        _server = await ServerProcess.StartAsync(
            Path.Combine(AppContext.BaseDirectory, "Annotate.Server"), [], dataFolder,
            new()
            {
                ["Annotate__Url"] = Address.GetLeftPart(UriPartial.Authority),
                ["Annotate__DataFolder"] = dataFolder,
                ["Annotate__LoadSeeds"] = "false",
                // A few people make all of the load.
                ["Annotate__ConnectionsPerPerson"] = "10000",
                ["Annotate__EditsPerPersonPerSecond"] = "1000000",
                ["Logging__LogLevel__Default"] = "Warning",
            },
            new Uri(Address, "sign-in")); // Needs no token, and no description of all routes as /openapi does.
    }

    /// <summary>A coalition, people with a mandate to draft and their tokens, and statements with that many sections in all.</summary>
    public async Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText)
    {
        using var operatorClient = Client((await File.ReadAllTextAsync(Path.Combine(_dataFolder, "operator.token"))).Trim());
        await ImportAsync(operatorClient);
        var coalition = $"/api/coalitions/{Coalition}";
        await PutAsync(operatorClient, coalition, new { name = "Bench", policy = "noBlock" });
        await PutAsync(operatorClient, $"{coalition}/organisations/{Organisation}", new { name = "Load" });
        var tokens = new string[writersPerText];
        for (var i = 0; i < writersPerText; i++) tokens[i] = await AdmitAsync(operatorClient, $"{coalition}/people/writer-{i}");

        using var drafter = Client(tokens[0]);
        var texts = new TextAccess[count];
        for (var i = 0; i < count; i++)
        {
            if (i % SectionsPerStatement == 0)
                await PutAsync(drafter, $"{coalition}/statements/s{++_statements}", new { title = "Load", destination = "Nobody", instrument = "load", draft = "one" });
            await PutAsync(drafter, $"{coalition}/statements/s{_statements}/sections/part-{i}", new { title = $"Part {i}", citations = Array.Empty<string>() });
            texts[i] = new TextAccess($"{Coalition}.s{_statements}.part-{i}", tokens);
        }

        return texts;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    HttpClient Client(string token) => new()
    {
        BaseAddress = Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    static async Task ImportAsync(HttpClient client)
    {
        using var text = new StringContent("# Load\n\n## Article 1. Load\n\n1. Nothing is meant by this.\n", System.Text.Encoding.UTF8, "text/markdown");
        using var answer = await client.PutAsync("/api/instruments/load/drafts/one?title=Load&draftTitle=One&language=en", text);
        await CheckAsync(answer);
    }

    // Each has a name of their own: one that looks like another in the coalition is refused.
    static async Task<string> AdmitAsync(HttpClient client, string person)
    {
        await PutAsync(client, person, new { name = "Writer " + person[(person.LastIndexOf('-') + 1)..], organisation = Organisation, role = "member", mandates = new[] { new { mandate = "draft" } } });
        using var answer = await client.PostAsJsonAsync($"{person}/tokens", new { kind = "bearer", days = 1 });
        await CheckAsync(answer);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    static async Task PutAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PutAsJsonAsync(path, body);
        await CheckAsync(answer);
    }

    static async Task CheckAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            throw new IOException($"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
