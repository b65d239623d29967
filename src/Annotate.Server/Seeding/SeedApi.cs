using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Annotate.Server.Seeding;

/// <summary>The server refused something of a seed.</summary>
public sealed class SeedRefusedException(string what, HttpStatusCode status, string answer) : Exception($"{what}: {(int)status} {answer}");

/// <summary>The public HTTP API, as a seeding uses it.</summary>
/// <param name="http">Has its base address; tokens are put on each request, because a seeding acts as many people.</param>
sealed class SeedApi(HttpClient http)
{
    /// <summary>What is there; null when there is nothing.</summary>
    public async Task<JsonElement?> FindAsync(string token, string path, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, path, token);
        using var response = await http.SendAsync(request, stop);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await AnswerAsync(response, $"GET {path}", stop);
    }

    /// <summary>What is there, when it is not JSON.</summary>
    public async Task<byte[]> BytesAsync(string token, string path, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, path, token);
        using var response = await http.SendAsync(request, stop);
        if (!response.IsSuccessStatusCode) await AnswerAsync(response, $"GET {path}", stop);
        return await response.Content.ReadAsByteArrayAsync(stop);
    }

    /// <summary>Sends a command; gives the answer.</summary>
    /// <param name="id">Of the command; null where doing it again changes nothing anyway, so that the server may make one.</param>
    public async Task<JsonElement> SendAsync(HttpMethod method, string token, string path, HttpContent? body, Guid? id, CancellationToken stop)
    {
        using var request = Request(method, path, token);
        request.Content = body;
        if (id is not null) request.Headers.Add("Idempotency-Key", $"\"{id:D}\"");
        using var response = await http.SendAsync(request, stop);
        return await AnswerAsync(response, $"{method} {path}", stop);
    }

    public Task<JsonElement> PutAsync(string token, string path, object body, Guid? id, CancellationToken stop) =>
        SendAsync(HttpMethod.Put, token, path, JsonContent.Create(body, options: Json), id, stop);

    public Task<JsonElement> PostAsync(string token, string path, object body, Guid? id, CancellationToken stop) =>
        SendAsync(HttpMethod.Post, token, path, JsonContent.Create(body, options: Json), id, stop);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    static HttpRequestMessage Request(HttpMethod method, string path, string token) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    static async Task<JsonElement> AnswerAsync(HttpResponseMessage response, string what, CancellationToken stop)
    {
        var text = await response.Content.ReadAsStringAsync(stop);
        if (!response.IsSuccessStatusCode) throw new SeedRefusedException(what, response.StatusCode, text);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
