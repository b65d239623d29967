using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Annotate.Server.Tests.Live;
using Annotate.Text;

namespace Annotate.Server.Tests.Storage;

/// <summary>Servers on a storage account: one that is killed, and two that serve one coalition.</summary>
public sealed class AzureServerTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    const int Texts = 4, EditsOfEach = 60;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_and_every_text_opens()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        // With a port of its own the next start is taken for the same server, and need not wait for the dead one to be given up.
        await using var server = await ServerProcess.StartAsync(
            [.. AzuriteFixture.SettingsOf(await azurite.NewAccountAsync()), ("Annotate__SiloPort", $"{ServerProcess.FreePort()}")]);
        using var operator_ = server.NewOperator();
        await Harbour.FoundAsync(operator_);
        using var ada = ClientOf(server.Address, await Harbour.TokenAsync(operator_, "ada"));
        var writers = Enumerable.Range(0, Texts).Select(number => new Writer(ada, $"s{number}", 1000u + (uint)number)).ToArray();
        foreach (var writer in writers)
            await Harbour.PutAsync(ada, $"/api/coalitions/{Harbour.Coalition}/statements/reply/sections/{writer.Section}", new { title = "T", citations = Array.Empty<string>() });

        var left = random.Next(Texts * EditsOfEach * 3 / 4, Texts * EditsOfEach - Texts);
        await Task.WhenAll(writers.Select(writer => writer.WriteAsync(EditsOfEach, () =>
        {
            // Right after one was answered: those of the others are under way.
            if (Interlocked.Decrement(ref left) == 0) server.Kill();
        })));
        await server.KillAsync();
        await server.RestartAsync();
        foreach (var writer in writers) await writer.CheckAsync();
        // And it goes on from there; what was in doubt is sent once more.
        foreach (var writer in writers) await writer.WriteAsync(1);
        foreach (var writer in writers) await writer.CheckAsync();
    }

    [Fact]
    public async Task Two_servers_serve_one_coalition_and_one_goes_on_alone()
    {
        var on = AzuriteFixture.On(await azurite.NewAccountAsync());
        await using var one = await TestServerHost.StartAsync(on);
        await Harbour.FoundAsync(one.Operator);
        var token = await Harbour.TokenAsync(one.Operator, "ada");
        Writer here, there;
        await using (var other = await TestServerHost.StartAsync(on))
        {
            using var adaThere = other.NewClient(token);
            (here, there) = (new Writer(one.NewClient(token), "opening", 1), new Writer(adaThere, "opening", 2));
            await Task.WhenAll(here.WriteAsync(20), there.WriteAsync(20));
            await here.CheckAsync(there);
            await there.CheckAsync(here);
        }

        await here.WriteAsync(5);
        await here.CheckAsync(there);
    }

    [Fact]
    public async Task A_container_that_went_is_neither_taken_for_an_empty_one_nor_made_anew()
    {
        var account = await azurite.NewAccountAsync();
        await using var server = await TestServerHost.StartAsync(AzuriteFixture.On(account));
        await Harbour.FoundAsync(server.Operator);
        using var ada = server.NewClient(await Harbour.TokenAsync(server.Operator, "ada"));
        await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("A remark."));
        var container = account.Connect().Blobs.GetBlobContainerClient(account.Container);
        await container.DeleteAsync();

        // One that is open, and two that would be opened now.
        await AssertUnavailableAsync(await ada.PostAsJsonAsync(Harbour.ThreadPath + "/annotations", Harbour.Annotation("Another."), Json.Options));
        await AssertUnavailableAsync(await ada.GetAsync($"/api/texts/{Harbour.Text}/plain"));
        await AssertUnavailableAsync(await Harbour.EditAsync(ada, Harbour.Text, new YjsTypist(9).Type("word")));
        Assert.False(await container.ExistsAsync());
    }

    static async Task AssertUnavailableAsync(HttpResponseMessage answer)
    {
        using (answer) Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    static HttpClient ClientOf(Uri address, string token)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Types in a text under one client id, each edit after the one before is acknowledged.</summary>
    sealed class Writer(HttpClient client, string section, uint id)
    {
        readonly YjsTypist _typist = new(id);
        int _edits;
        int _acknowledged;
        byte[]? _unanswered;

        public string Section => section;

        string Text => $"{Harbour.Coalition}.reply.{section}";

        /// <summary>Until so many more are acknowledged, or the server is gone.</summary>
        public async Task WriteAsync(int edits, Action? acknowledged = null)
        {
            for (var edit = 0; edit < edits; edit++)
            {
                // Together the writers type every length there is, so that records have every length too, and among them those of arrays from a pool.
                _unanswered ??= _typist.Type(new string((char)('a' + (_edits % 26)), 1 + (int)(id % Texts) + (Texts * _edits++)));
                try
                {
                    using var answer = await Harbour.EditAsync(client, Text, _unanswered);
                    Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                }
                catch (HttpRequestException)
                {
                    // It is in doubt, and will be sent once more.
                    return;
                }

                (_acknowledged, _unanswered) = (_typist.Clock, null);
                acknowledged?.Invoke();
            }
        }

        /// <summary>The text opens, and holds what was acknowledged to these and nothing that they did not type.</summary>
        public async Task CheckAsync(params Writer[] others)
        {
            using var answer = await client.GetAsync($"/api/texts/{Text}");
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{Text}: {(int)answer.StatusCode}");
            var document = new Document();
            Assert.True(document.TryApply(bytes, out var fault), $"{Text}: {fault}");
            foreach (var writer in others.Append(this))
                Assert.InRange(ClientClocks.Of(document.StateVector(), writer._typist.Client), writer._acknowledged, writer._typist.Clock);
            var words = document.ReadText(SharedRef.Text("t"));
            if (others.Length == 0) Assert.StartsWith(words, _typist.Typed, StringComparison.Ordinal);
        }
    }
}
