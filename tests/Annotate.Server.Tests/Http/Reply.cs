using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Annotate.Server.Tests.Http;

/// <summary>What a server answered.</summary>
/// <param name="Body">The JSON of the body; undefined when there is none.</param>
/// <param name="ETag">With its quotation marks; null when there is none.</param>
public sealed record Reply(int Status, JsonElement Body, string? ETag, string? ContentType)
{
    /// <summary>The version that a command got.</summary>
    public long Version => Body.GetProperty("version").GetInt64();

    /// <summary>The id of what a command made.</summary>
    public string Id => Body.GetProperty("id").GetString()!;

    public JsonElement this[string member] => Body.GetProperty(member);

    /// <summary>Status and code of a problem, which must be one.</summary>
    public (int Status, string? Code) Problem()
    {
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal(Status, Body.GetProperty("status").GetInt32());
        return (Status, Body.GetProperty("code").GetString());
    }
}

/// <summary>Requests with the headers that matter here.</summary>
public static class Asking
{
    public static Task<Reply> GetReplyAsync(this HttpClient client, string path, string? ifNoneMatch = null) =>
        client.AskAsync(HttpMethod.Get, path, null, ("If-None-Match", ifNoneMatch));

    public static Task<Reply> PostReplyAsync(this HttpClient client, string path, object? body, Guid? id = null, string? ifMatch = null) =>
        client.AskAsync(HttpMethod.Post, path, body, ("Idempotency-Key", id?.ToString("D")), ("If-Match", ifMatch));

    public static Task<Reply> PutReplyAsync(this HttpClient client, string path, object body, Guid? id = null, string? ifMatch = null) =>
        client.AskAsync(HttpMethod.Put, path, body, ("Idempotency-Key", id?.ToString("D")), ("If-Match", ifMatch));

    public static Task<Reply> PatchReplyAsync(this HttpClient client, string path, object body, Guid? id = null, string? ifMatch = null) =>
        client.AskAsync(HttpMethod.Patch, path, body, ("Idempotency-Key", id?.ToString("D")), ("If-Match", ifMatch));

    public static Task<Reply> DeleteReplyAsync(this HttpClient client, string path, Guid? id = null, string? ifMatch = null) =>
        client.AskAsync(HttpMethod.Delete, path, null, ("Idempotency-Key", id?.ToString("D")), ("If-Match", ifMatch));

    /// <param name="body">An object to be written as JSON, or a string that is sent as JSON as it is; null for none.</param>
    public static async Task<Reply> AskAsync(
        this HttpClient client, HttpMethod method, string path, object? body, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is string json) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body, options: Json.Options);
        foreach (var (name, value) in headers)
            if (value is not null) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var type = answer.Content.Headers.ContentType?.MediaType;
        return new Reply(
            (int)answer.StatusCode, type?.EndsWith("json", StringComparison.Ordinal) == true ? JsonSerializer.Deserialize<JsonElement>(text) : default,
            answer.Headers.ETag?.ToString(), type);
    }

    /// <summary>The reply to a command that was carried out.</summary>
    public static async Task<Reply> DoneAsync(this Task<Reply> asked)
    {
        var reply = await asked;
        Assert.True(reply.Status == 200, $"{reply.Status} {reply.Body}");
        return reply;
    }
}
