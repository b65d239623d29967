using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Server.Tests.Live;
using Annotate.Server.Tests.Storage;

namespace Annotate.Server.Tests.Hosting;

/// <summary>A bit that flipped on the disk: every door says so, nothing is written over it, and nobody else is disturbed.</summary>
public sealed class DamagedTests
{
    const string ThreadKey = Harbour.Coalition + "/coalition/act/art_1";
    const string SectionKey = Harbour.Coalition + "/reply/opening";
    const string OtherThreadPath = $"/api/coalitions/{Harbour.Coalition}/instruments/act/articles/art_2/thread";

    [Fact]
    public async Task Every_door_to_what_is_damaged_says_so_and_the_others_stay_open()
    {
        await using var server = await TestServerHost.StartAsync();
        await Harbour.FoundAsync(server.Operator);
        await server.AdmitAsync("quay", "zoe", Role.Steward, "lantern", Mandate.Annotate);
        var (adas, zoes) = (await Harbour.TokenAsync(server.Operator, "ada"), await server.TokenAsync("quay", "zoe"));
        using var ada = server.NewClient(adas);
        using var zoe = server.NewClient(zoes);
        await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("A remark."));
        using (var typed = await Harbour.EditAsync(ada, Harbour.Text, new YjsTypist(7).Type("word"))) Assert.Equal(HttpStatusCode.OK, typed.StatusCode);

        var file = Path.Combine(server.DataFolder, "annotate.db");
        await server.RestartAsync(() =>
        {
            StoredFile.FlipBit(file, "thread", ThreadKey, "thread.tail.01");
            StoredFile.FlipBit(file, "section", SectionKey, "section.tail.01");
            StoredFile.FlipBit(file, "coalition", "quay", "coalition.tail.01");
        });
        var before = Harmed(file);

        string[] read = [Harbour.ThreadPath, $"/api/texts/{Harbour.Text}/plain", $"/api/texts/{Harbour.Text}/prosemirror"];
        foreach (var path in read) await AssertDamagedAsync(await ada.GetAsync(path));
        await AssertDamagedAsync(await ada.PostAsJsonAsync(Harbour.ThreadPath + "/annotations", Harbour.Annotation("Another."), Json.Options));
        await AssertDamagedAsync(await Harbour.EditAsync(ada, Harbour.Text, new YjsTypist(8).Type("more")));
        // Of a damaged coalition nobody's rights are known, so all its doors are closed, with the reason.
        foreach (var path in (string[])["/api/me", "/api/coalitions/quay", "/api/coalitions/quay/feed"]) await AssertDamagedAsync(await zoe.GetAsync(path));
        await AssertDamagedAsync(await server.Operator.GetAsync("/api/coalitions/quay"));

        await using (var hub = await BareHub.OpenAsync(server.Address, adas, "json"))
        {
            Assert.Equal("damaged", (await hub.ProblemOfAsync("Follow", Harbour.Thread, -1L)).Code);
            Assert.Equal("damaged", (await hub.ProblemOfAsync("OpenText", Harbour.Text, Array.Empty<byte>())).Code);
            Assert.Equal("damaged", (await hub.ProblemOfAsync("FollowPlainText", Harbour.Text)).Code);
            await hub.AskAsync<Client.Followed>("Follow", Harbour.Positions, -1L);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => BareHub.OpenAsync(server.Address, zoes, "json"));
        // Refused in the handshake: a stock client then waits longer each time, and is not sent away for good.
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => YjsSocket.OpenAsync(server.Address, Harbour.Text, adas));
        Assert.Contains("'500'", refused.Message, StringComparison.Ordinal);

        await Harbour.PostAsync(ada, OtherThreadPath + "/annotations", new { target = new { draft = "first", eId = "art_2" }, motivation = "commenting", text = "Goes on.", tags = Array.Empty<string>() });
        await Harbour.GetAsync(ada, $"/api/coalitions/{Harbour.Coalition}/feed");

        var ran = await Executable.RunAsync(["verify", "--data", server.DataFolder]);
        Assert.Equal(1, ran.Code);
        foreach (var named in (string[])[$"thread/{ThreadKey}: the record thread.tail.01 ", $"section/{SectionKey}: the record section.tail.01 ", "coalition/quay: the record coalition.tail.01 "])
            Assert.Contains(named, ran.Output, StringComparison.Ordinal);
        Assert.Contains("3 faults among ", ran.Output, StringComparison.Ordinal);
        Assert.Equal(before, Harmed(file));
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("failed", StringComparison.Ordinal) && line.Contains("/api/", StringComparison.Ordinal));
    }

    static string Harmed(string file) => JsonSerializer.Serialize(new[]
    {
        StoredFile.Records(file, "thread", ThreadKey), StoredFile.Records(file, "section", SectionKey), StoredFile.Records(file, "coalition", "quay"),
    });

    static async Task AssertDamagedAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.InternalServerError, $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {text}");
            var problem = JsonDocument.Parse(text).RootElement;
            Assert.Equal("damaged", problem.GetProperty("code").GetString());
            Assert.Contains("annotate verify", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
