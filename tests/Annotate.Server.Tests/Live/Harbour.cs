using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Tests.Live;

/// <summary>The coalition that live tests use, founded through the public API alone, so that any server will do.</summary>
static class Harbour
{
    public const string Coalition = "harbour";
    public const string Text = Coalition + ".reply.opening";
    public const string Thread = $"thread/{Coalition}/coalition/act/art_1";
    public const string Positions = $"positions/{Coalition}/act/art_1";
    public const string Feed = $"feed/{Coalition}/coalition";
    public const string ThreadPath = $"/api/coalitions/{Coalition}/instruments/act/articles/art_1/thread";
    public const string PositionsPath = $"/api/coalitions/{Coalition}/instruments/act/provisions/art_1/positions";

    /// <summary>Ada (steward, tide) and Ben (reef) hold every mandate they need; Cat (reef) and Dan (tide) only watch.</summary>
    public static async Task FoundAsync(HttpClient operator_)
    {
        const string here = $"/api/coalitions/{Coalition}";
        using (var source = new StringContent("### Article 1. Purpose\nWords to speak of.\n### Article 2. Scope\nMore.\n", Encoding.UTF8, "text/markdown"))
            await DoneAsync(await operator_.PutAsync("/api/instruments/act/drafts/first?title=Act&draftTitle=First&language=en", source));
        await PutAsync(operator_, here, new { name = "Harbour", policy = "noBlock" });
        foreach (var organisation in new[] { "tide", "reef" })
            await PutAsync(operator_, $"{here}/organisations/{organisation}", new { name = organisation });
        object[] all = [.. new[] { "annotate", "position", "draft" }.Select(mandate => new { mandate })];
        await PutAsync(operator_, $"{here}/people/ada", new { name = "Ada", organisation = "tide", role = "steward", mandates = all });
        await PutAsync(operator_, $"{here}/people/ben", new { name = "Ben", organisation = "reef", role = "member", mandates = all });
        await PutAsync(operator_, $"{here}/people/cat", new { name = "Cat", organisation = "reef", role = "observer", mandates = Array.Empty<object>() });
        await PutAsync(operator_, $"{here}/people/dan", new { name = "Dan", organisation = "tide", role = "observer", mandates = Array.Empty<object>() });

        using var ada = new HttpClient { BaseAddress = operator_.BaseAddress };
        ada.DefaultRequestHeaders.Authorization = new("Bearer", await TokenAsync(operator_, "ada"));
        await PutAsync(ada, $"{here}/statements/reply", new { title = "Reply", destination = "The committee", instrument = "act", draft = "first" });
        await PutAsync(ada, $"{here}/statements/reply/sections/opening", new { title = "Opening", citations = Array.Empty<string>() });
    }

    public static async Task<string> TokenAsync(HttpClient operator_, string person)
    {
        using var answer = await operator_.PostAsJsonAsync(
            $"/api/coalitions/{Coalition}/people/{person}/tokens", new { kind = "bearer", minutes = 60 }, Json.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<TokenAnswer>(Json.Options))!.Token;
    }

    public static object Annotation(string text) =>
        new { target = new { draft = "first", eId = "art_1" }, motivation = "commenting", text, tags = Array.Empty<string>() };

    public static async Task<Done> PutAsync(HttpClient client, string path, object body) =>
        await DoneAsync(await client.PutAsJsonAsync(path, body, Json.Options));

    public static async Task<Done> PostAsync(HttpClient client, string path, object body) =>
        await DoneAsync(await client.PostAsJsonAsync(path, body, Json.Options));

    /// <summary>Sends an edit of a text; the caller looks at the answer.</summary>
    public static async Task<HttpResponseMessage> EditAsync(HttpClient client, string text, byte[] update)
    {
        using var body = new ByteArrayContent(update);
        body.Headers.ContentType = new("application/octet-stream");
        return await client.PostAsync($"/api/texts/{text}/updates", body);
    }

    public static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    static async Task<Done> DoneAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {body}");
            return JsonSerializer.Deserialize<Done>(body, Json.Options)!;
        }
    }
}
