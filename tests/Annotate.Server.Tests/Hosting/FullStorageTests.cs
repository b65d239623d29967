using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;
using Annotate.Server.Tests.Live;
using Annotate.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Annotate.Server.Tests.Hosting;

/// <summary>A storage without room: every door says so, what was there is still read, and it goes on by itself when there is room.</summary>
public sealed class FullStorageTests
{
    [Fact]
    public async Task A_full_storage_says_so_keeps_what_it_has_and_goes_on_when_there_is_room()
    {
        await using var server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "ada");
        using var ada = server.NewClient(token);
        await using var hub = await BareHub.OpenAsync(server.Address, token, "json");
        await hub.AskAsync<Client.OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await using var yjs = await YjsSocket.SyncedAsync(server.Address, Harbour.Text, token);

        await LimitPagesAsync(server, 1);
        var acknowledged = 0;
        var id = Guid.Empty;
        while (true)
        {
            id = server.NewId();
            using var answer = await AnnotateAsync(ada, id);
            if (answer.IsSuccessStatusCode)
            {
                acknowledged++;
                continue;
            }

            Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter?.Delta);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal("storage-full", problem.GetProperty("code").GetString());
            Assert.Contains("make room", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            break;
        }

        var typist = new YjsTypist(9);
        var words = typist.Type(new string('w', 20_000));
        Assert.Equal("storage-full", (await hub.ProblemOfAsync("Edit", Harbour.Text, words)).Code);
        await yjs.SendAsync(MessageKind.Update, words);
        await yjs.WaitAsync(it => it.IsClosed);
        // Not among the final codes: a stock client comes back with its words.
        Assert.Equal((4507, "storage-full"), ((int)yjs.CloseStatus!, yjs.CloseReason));
        Assert.Equal(acknowledged, await CountAsync(ada));

        await LimitPagesAsync(server, 1_000_000);
        using (var again = await AnnotateAsync(ada, id)) Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("durable", (await hub.AskAsync<Client.EditAnswer>("Edit", Harbour.Text, words)).Status);
        await server.RestartAsync();
        Assert.Equal(acknowledged + 1, await CountAsync(ada));
    }

    static async Task<int> CountAsync(HttpClient client) =>
        (await Harbour.GetAsync(client, Harbour.ThreadPath)).GetProperty("annotations").GetArrayLength();

    static async Task<HttpResponseMessage> AnnotateAsync(HttpClient client, Guid id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Harbour.ThreadPath + "/annotations")
        {
            Content = JsonContent.Create(Harbour.Annotation(new string('r', 15_000)), options: Json.Options),
        };
        request.Headers.Add("Idempotency-Key", id.ToString("D"));
        return await client.SendAsync(request);
    }

    /// <summary>So many pages are all that the storage file may have (or those that it has, if they are more): SQLite then says what it says of a full disk.</summary>
    static Task LimitPagesAsync(TestServerHost server, long pages) =>
        ((SqliteGrainStorage)server.Services.GetRequiredKeyedService<IGrainStorage>(Profiles.ProviderName)).Store.Write(new PageLimit(pages));

    sealed class PageLimit(long pages) : QueuedWrite(0)
    {
        public override void Apply(SqliteTables tables) => _ = tables.Handle.Number($"PRAGMA max_page_count={pages}");

        public override void Complete() => TrySetResult();
    }
}
