using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Seeding;

namespace Annotate.Server.Verbs;

/// <summary>
/// What a server says when it starts: where it listens; and, when it holds nothing yet, what it loads and what to open then. The loading
/// goes on while the server already answers, and a server that is stopped meanwhile leaves it to be finished by <c>annotate seed</c>.
/// </summary>
sealed class FirstStart : IAsyncDisposable
{
    readonly CancellationTokenSource _stop;
    readonly Task _running;

    FirstStart(AnnotateHost host, TextWriter to)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(host.App.Lifetime.ApplicationStopping);
        _running = RunAsync(host, to, _stop.Token);
    }

    /// <summary>When there is no more to load and to say.</summary>
    internal Task Finished => _running;

    public static FirstStart Begin(AnnotateHost host, TextWriter to)
    {
        foreach (var address in host.Addresses) to.WriteLine($"Annotate listens on {address}");
        var origin = host.App.Services.GetRequiredService<OwnOrigin>();
        if (origin.IsPublicUrlMissing)
            to.WriteLine($"Links begin with {origin.Listening}: set Annotate:PublicUrl to the address that people use, such as https://annotate.example.");
        return new FirstStart(host, to);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    static async Task RunAsync(AnnotateHost host, TextWriter to, CancellationToken stop)
    {
        try
        {
            if (!host.Settings.LoadSeeds) return;
            await using var connection = await ServerConnection.OpenAsync(host.Settings, stop);
            if (await HoldsAnythingAsync(connection, stop)) return;
            if (Folders.FindSeeds(host.Settings) is not { } folder)
            {
                await to.WriteLineAsync("There is no folder 'seeds' to load a sample coalition from; the server is empty.");
                return;
            }

            await to.WriteLineAsync($"The data folder is empty: loading the sample coalition from {folder} ...");
            await new Seeder(connection.Http, connection.Token, to).SeedAsync(folder, stop);
            await new Invitation(connection, host, to).WriteAsync(stop);
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is OperationCanceledException or HttpRequestException)
        {
            // A request that was not cut short finds the private socket gone.
            await to.WriteLineAsync("The sample coalition is not loaded whole: 'annotate seed' goes on with it.");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await to.WriteLineAsync($"The sample coalition could not be loaded: {LogScrubbing.Scrub(exception.Message)}");
            await to.WriteLineAsync("The server runs on; 'annotate seed' tries again.");
        }
    }

    static async Task<bool> HoldsAnythingAsync(ServerConnection connection, CancellationToken stop) =>
        HasMembers(await connection.GetAsync("/api/coalitions", stop)) || HasMembers(await connection.GetAsync("/api/instruments", stop));

    // Either a list, or an object whose only list it is.
    static bool HasMembers(JsonElement answer) => answer.ValueKind == JsonValueKind.Array
        ? answer.GetArrayLength() > 0
        : answer.EnumerateObject().Any(member => member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0);
}

/// <summary>What to open, for whoever starts a server with the sample coalition for the first time.</summary>
sealed class Invitation(ServerConnection connection, AnnotateHost host, TextWriter to)
{
    /// <summary>The coalition that is there to be tried out.</summary>
    public const string Coalition = "practice";

    public async Task WriteAsync(CancellationToken stop)
    {
        var origin = host.App.Services.GetRequiredService<OwnOrigin>().Listening;
        var coalition = await connection.GetAsync($"/api/coalitions/{Coalition}", stop);
        var people = coalition.GetProperty("people").EnumerateArray().ToList();
        await to.WriteLineAsync($"\nThe sample coalition is loaded. Sign in as one of its (invented) people; each link works once, for a week:\n");
        foreach (var person in people)
            await to.WriteLineAsync($"  {person.GetProperty("name").GetString(),-18} {SignIn.LinkOf(origin, await LinkAsync(IdOf(person), stop))}");
        await to.WriteLineAsync($"""

              Another link:   {Executable} token --coalition {Coalition} --person {IdOf(people[0])} --sign-in --data {host.Settings.DataFolder}
              The pages:      {origin}/
              With a token:   curl -H 'Authorization: Bearer {await BearerAsync(IdOf(people[0]), stop)}' {origin}/api/me
              The API:        {origin}/openapi/v1.json
            """);
    }

    // As it was started, so that the line can be pasted.
    static string Executable => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
        ? path
        : "dotnet " + Path.Combine(AppContext.BaseDirectory, typeof(Invitation).Assembly.GetName().Name + ".dll");

    static string IdOf(JsonElement person) => person.GetProperty("id").GetString()!;

    Task<string> LinkAsync(string person, CancellationToken stop) =>
        MakeAsync(person, new TokenRequest(TokenWanted.SignIn, null, Limits.SignInMinutesMax), stop);

    Task<string> BearerAsync(string person, CancellationToken stop) => MakeAsync(person, new TokenRequest(TokenWanted.Bearer, 30, null), stop);

    async Task<string> MakeAsync(string person, TokenRequest wanted, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/coalitions/{Coalition}/people/{person}/tokens")
        {
            Content = JsonContent.Create(wanted, options: Json.Options),
        };
        return (await connection.SendAsync(request, stop)).GetProperty("token").GetString()!;
    }
}
