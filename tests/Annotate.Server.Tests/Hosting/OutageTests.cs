using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Annotate.Server.Configuring;
using Annotate.Server.Tests.Live;
using Annotate.Server.Tests.Storage;
using Npgsql;

namespace Annotate.Server.Tests.Hosting;

/// <summary>A storage elsewhere that goes and comes back: 503 meanwhile, and nothing acknowledged is lost.</summary>
public sealed class OutageTests(PostgresFixture postgres, AzuriteFixture azurite)
{
    static readonly string[] Reads = [Harbour.ThreadPath, $"/api/texts/{Harbour.Text}/plain", $"/api/coalitions/{Harbour.Coalition}/feed"];

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task While_the_database_is_away_every_answer_says_so_and_afterwards_it_goes_on()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.NewDatabase());
        var socket = $".s.PGSQL.{database.Port}";
        var folder = Directory.CreateTempSubdirectory("annotate-cable-");
        await using (var cable = new Cable(new UnixDomainSocketEndPoint(Path.Combine(database.Host!, socket)), new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, socket))))
        {
            database.Host = folder.FullName;
            await GoesAndComesBackAsync(settings => settings with { Profile = Profile.Postgres, Postgres = database.ConnectionString }, cable);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task While_the_account_is_away_every_answer_says_so_and_afterwards_it_goes_on()
    {
        var account = await azurite.NewAccountAsync();
        var direct = account.Connect();
        await using Cable blobs = NewCable(direct.Blobs.Uri), tables = NewCable(direct.Tables.Uri);
        var words = account.ConnectionString!.Replace($":{direct.Blobs.Uri.Port}/", $":{blobs.Port}/", StringComparison.Ordinal)
            .Replace($":{direct.Tables.Uri.Port}/", $":{tables.Port}/", StringComparison.Ordinal);
        await GoesAndComesBackAsync(AzuriteFixture.On(account with { ConnectionString = words }), blobs, tables);
    }

    static Cable NewCable(Uri far) => new(new IPEndPoint(IPAddress.Loopback, far.Port), new IPEndPoint(IPAddress.Loopback, ServerProcess.FreePort()));

    static async Task GoesAndComesBackAsync(Func<Settings, Settings> with, params Cable[] cables)
    {
        await using var server = await TestServerHost.StartAsync(with);
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "ada");
        using var ada = server.NewClient(token);
        await using var hub = await BareHub.OpenAsync(server.Address, token, "json");
        await hub.AskAsync<Client.OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("Before."));

        foreach (var cable in cables) await cable.CutAsync();
        var id = server.NewId();
        // At once: an account is asked again for seconds before it is given up.
        await Task.WhenAll([AnnotatesInVainAsync(ada, id), TypesInVainAsync(hub), .. Reads.Select(path => ReadsOrHearsAsync(ada, path))]);

        foreach (var cable in cables) cable.Mend();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var again = await AnnotateAsync(ada, id, patience.Token);
            if (again.IsSuccessStatusCode) break;
            Assert.True(again.StatusCode == HttpStatusCode.ServiceUnavailable, await again.Content.ReadAsStringAsync(patience.Token));
        }

        // The same command as the one that was in doubt: it happened once.
        Assert.Equal(2, (await Harbour.GetAsync(ada, Harbour.ThreadPath)).GetProperty("annotations").GetArrayLength());
    }

    static async Task AnnotatesInVainAsync(HttpClient client, Guid id)
    {
        using var away = await AnnotateAsync(client, id);
        var text = await away.Content.ReadAsStringAsync();
        Assert.True(away.StatusCode == HttpStatusCode.ServiceUnavailable, text);
        Assert.NotNull(away.Headers.RetryAfter?.Delta);
        Assert.Equal("unavailable", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
    }

    static async Task TypesInVainAsync(BareHub hub) =>
        Assert.Equal("unavailable", (await hub.ProblemOfAsync("Edit", Harbour.Text, new YjsTypist(5).Type("word"))).Code);

    static async Task ReadsOrHearsAsync(HttpClient client, string path)
    {
        using var read = await client.GetAsync(path);
        Assert.True(read.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path}: {(int)read.StatusCode} {await read.Content.ReadAsStringAsync()}");
    }

    static async Task<HttpResponseMessage> AnnotateAsync(HttpClient client, Guid id, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Harbour.ThreadPath + "/annotations")
        {
            Content = JsonContent.Create(Harbour.Annotation("Twice sent."), options: Json.Options),
        };
        request.Headers.Add("Idempotency-Key", id.ToString("D"));
        return await client.SendAsync(request, cancellation);
    }
}
