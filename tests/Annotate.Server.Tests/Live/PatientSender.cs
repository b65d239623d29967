using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Server.Http;

namespace Annotate.Server.Tests.Live;

/// <summary>
/// Sends commands one after the other, each until it is answered, under the same id: the server may be killed meanwhile. Now and then an
/// answered one is sent again and must get the same answer (G11).
/// </summary>
/// <param name="whenUp">The server is there (again).</param>
/// <param name="seed">Of which commands are sent twice.</param>
sealed class PatientSender(HttpClient http, Func<Task> whenUp, TimeProvider clock, int seed, Tally tally)
{
    readonly Random _random = new(seed);

    /// <summary>What was answered, in order.</summary>
    public List<Done> Answered { get; } = [];

    /// <summary>Attempts without an answer, after which the command was sent again.</summary>
    public int Unanswered { get; private set; }

    public async Task<Done> SendAsync(HttpMethod method, string path, object body)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var done = await SendAsync(method, path, body, id);
        Answered.Add(done);
        tally.Add();
        if (_random.Next(4) == 0) Assert.Equal(done, await SendAsync(method, path, body, id));
        return done;
    }

    async Task<Done> SendAsync(HttpMethod method, string path, object body, Guid id)
    {
        while (true)
        {
            if (await TrySendAsync(method, path, body, id) is { } done) return done;
            Unanswered++;
            await whenUp();
        }
    }

    async Task<Done?> TrySendAsync(HttpMethod method, string path, object body, Guid id)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, options: Json.Options) };
            request.Headers.Add("Idempotency-Key", id.ToString("D"));
            using var answer = await http.SendAsync(request);
            var words = await answer.Content.ReadAsStringAsync();
            if ((int)answer.StatusCode >= 500) return null;
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {words}");
            return JsonSerializer.Deserialize<Done>(words, Json.Options);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
