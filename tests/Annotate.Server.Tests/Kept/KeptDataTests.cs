using System.Net.Http.Headers;
using System.Text.Json;
using Annotate.Server.Tests.Http;
using Annotate.Text;

namespace Annotate.Server.Tests.Kept;

/// <summary>Data that an earlier version wrote, opened by this one (README.md beside this file).</summary>
public sealed class KeptDataTests
{
    const string Coalition = "rivers", Text = "/api/texts/rivers.letter.asks", Thread = "/api/coalitions/rivers/instruments/law/articles/art_1/thread";

    static string Kept => Path.Combine(AppContext.BaseDirectory, "Kept");

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(Kept).Select(folder => Path.GetFileName(folder)).Order()];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task What_an_earlier_version_wrote_is_answered_as_it_answered_and_gone_on_with(string folder)
    {
        await using var server = await TestServerHost.StartAsync(kept: Path.Combine(Kept, folder));
        var people = new Dictionary<string, HttpClient>();
        foreach (var person in new[] { "ada", "tom", "dee" }) people[person] = await server.PersonAsync(Coalition, person);
        using var answers = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Kept, folder, "answers.json")));
        Assert.NotEqual(0, answers.RootElement.GetArrayLength());
        await CompareAsync(answers.RootElement, people);

        // Each of them writes another entry behind those that were there.
        var thread = await people["ada"].GetReplyAsync(Thread);
        var annotation = thread["annotations"][0].GetProperty("id").GetString();
        Assert.Equal(200, (await people["ada"].PostReplyAsync($"{Thread}/annotations/{annotation}/replies", new { text = "Later." })).Status);
        Assert.Equal(200, (await people["tom"].PutReplyAsync("/api/coalitions/rivers/instruments/law/provisions/art_1/positions/tide", new { kind = "oppose", redLine = false })).Status);
        await EditAsync(people["tom"]);
        await server.RestartAsync();
        Assert.Contains("Later.", (await people["tom"].GetReplyAsync(Thread)).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("And so on.", await people["ada"].GetStringAsync(Text + "/xml"), StringComparison.Ordinal);
    }

    static async Task CompareAsync(JsonElement answers, Dictionary<string, HttpClient> people)
    {
        foreach (var answer in answers.EnumerateArray())
        {
            var path = answer.GetProperty("path").GetString()!;
            using var response = await people[answer.GetProperty("as").GetString()!].GetAsync(path);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
            var body = await response.Content.ReadAsByteArrayAsync();
            if (answer.TryGetProperty("bytes", out var bytes)) Assert.True(bytes.GetBytesFromBase64().AsSpan().SequenceEqual(body), $"{path}: other bytes");
            else
            {
                using var json = JsonDocument.Parse(body);
                AssertSame(answer.GetProperty("json"), json.RootElement, path);
            }
        }
    }

    // What was added since is nothing that the earlier version could have answered.
    static void AssertSame(JsonElement then, JsonElement now, string where)
    {
        Assert.True(then.ValueKind == now.ValueKind, $"{where}: {then} became {now}");
        if (then.ValueKind == JsonValueKind.Object)
            foreach (var member in then.EnumerateObject())
                AssertSame(member.Value, now.TryGetProperty(member.Name, out var value) ? value : default, $"{where} {member.Name}");
        else if (then.ValueKind == JsonValueKind.Array)
        {
            Assert.True(then.GetArrayLength() == now.GetArrayLength(), $"{where}: {then} became {now}");
            foreach (var (one, other) in then.EnumerateArray().Zip(now.EnumerateArray())) AssertSame(one, other, where);
        }
        else Assert.True(JsonElement.DeepEquals(then, now), $"{where}: {then} became {now}");
    }

    static async Task EditAsync(HttpClient client)
    {
        Assert.True(Document.TryLoad(await client.GetByteArrayAsync(Text), out var document, out _));
        using var update = new ByteArrayContent(document.Change(edit => edit.Insert(SharedRef.Text("default"), 0, "And so on.")));
        update.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.PostAsync(Text + "/updates", update);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
