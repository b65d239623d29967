using System.Text;
using System.Text.Json;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>What people are told of others' cursors: under their own names, only of those who write, and only what an editor can read.</summary>
public sealed class AwarenessDoorTests
{
    const string Position = """{"type":{"client":1,"clock":0},"tname":null,"item":null,"assoc":0}""";

    static readonly string DeepState = "{\"a\":" + new string('[', 40) + new string(']', 40) + "}";

    public static TheoryData<string> Unsound =>
    [
        """{"cursor":{"anchor":{},"head":null}}""",
        """{"cursor":{"x":10,"y":20}}""",
        """{"cursor":"here"}""",
        """{"cursor":[1]}""",
        $$$$"""{"cursor":{"anchor":{{{{Position}}}},"head":{}}}""",
        $$$$"""{"cursor":{"anchor":{{{{Position}}}},"head":{{{{Position}}}},"more":1}}""",
        """{"cursor":{"anchor":{"assoc":0},"head":{"assoc":0}}}""",
        """{"cursor":{"anchor":{"item":{"client":"1","clock":0}},"head":{"tname":"default"}}}""",
        """{"cursor":{"anchor":{"item":{"client":1,"clock":-1}},"head":{"tname":"default"}}}""",
        """{"cursor":{"anchor":{"item":{"client":1,"clock":0.5}},"head":{"tname":"default"}}}""",
        """{"cursor":{"anchor":{"item":{"client":1}},"head":{"tname":"default"}}}""",
        """{"cursor":{"anchor":{"tname":7},"head":{"tname":"default"}}}""",
        """{"cursor":{"anchor":{"tname":"default","assoc":"0"},"head":{"tname":"default"}}}""",
        $$$$"""{"cursor":{"x":1},"cursor":{"anchor":{{{{Position}}}},"head":{{{{Position}}}}}}""",
        """[1]""",
        "7",
        DeepState,
        $$"""{"a":"{{new string('a', 5_000)}}"}""",
    ];

    [Theory, MemberData(nameof(Unsound))]
    public async Task What_no_editor_can_read_reaches_nobody(string state)
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var ada = await SyncedAsync(house, "ada");
        await using var ben = await SyncedAsync(house, "ben");
        await WriteAsync(ada, ben, 1);
        await ada.SendAsync(MessageKind.Awareness, Says(11, 1, state));
        await ada.SendAsync(MessageKind.Awareness, Says(12, 2, "{}"));
        await ben.WaitAsync(it => it.Awareness.Exists(entry => entry.Clock == 2));
        Assert.Single(ben.Awareness);
        Assert.False(ada.IsClosed);
    }

    [Theory]
    [InlineData("""{"cursor":{"anchor":{"type":{"client":1,"clock":0},"tname":null,"item":null,"assoc":-1},"head":{"tname":"default","assoc":0}}}""")]
    [InlineData("""{"cursor":{"anchor":{"item":{"client":4294967295,"clock":7}},"head":{"item":{"client":1,"clock":2},"assoc":0}},"mood":"fine"}""")]
    [InlineData("""{"cursor":null}""")]
    public async Task Cursors_of_editors_arrive_as_they_are(string state)
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var ada = await SyncedAsync(house, "ada");
        await using var ben = await SyncedAsync(house, "ben");
        foreach (var client in new uint[] { 1, uint.MaxValue }) await WriteAsync(ada, ben, client);
        await ada.SendAsync(MessageKind.Awareness, Says(11, 1, state));
        var heard = await StateAsync(ben, 1);
        foreach (var member in JsonDocument.Parse(state).RootElement.EnumerateObject())
            Assert.Equal(member.Value.GetRawText(), heard.GetProperty(member.Name).GetRawText());
    }

    [Fact]
    public async Task Nobody_appears_under_anothers_name()
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var ada = await SyncedAsync(house, "ada");
        await using var ben = await SyncedAsync(house, "ben");
        await ben.SendAsync(MessageKind.Awareness, Says(22, 1, """{"user":{"name":"Ada","person":"ada","organisation":"tide","color":"#12abEF"}}"""));
        var user = (await StateAsync(ada, 1)).GetProperty("user");
        Assert.Equal(("ben", "reef", "#12abEF"), (Text(user, "person"), Text(user, "organisation"), Text(user, "color")));
        Assert.NotEqual("Ada", Text(user, "name"));

        await ben.SendAsync(MessageKind.Awareness, Says(22, 2, """{"user":"Ada"}"""));
        Assert.Equal("ben", Text((await StateAsync(ada, 2)).GetProperty("user"), "person"));
    }

    [Fact]
    public async Task Who_only_reads_hears_their_own_word_and_nobody_else_does()
    {
        await using var house = await LiveHouse.BuildAsync();
        await using var ada = await SyncedAsync(house, "ada");
        await using var reader = await SyncedAsync(house, "cat");
        await reader.SendAsync(MessageKind.Awareness, Says(33, 1, "{}"));
        await reader.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId == 33));
        await ada.SendAsync(MessageKind.Awareness, Says(11, 1, "{}"));
        await ada.WaitAsync(it => it.Awareness.Exists(entry => entry.ClientId == 11));
        Assert.DoesNotContain(ada.Awareness, entry => entry.ClientId != 11);
    }

    static async Task<YjsSocket> SyncedAsync(LiveHouse house, string person) =>
        await YjsSocket.SyncedAsync(house.Server.Address, LiveHouse.Text, await house.TokenAsync(person));

    /// <summary>What somebody else says at a clock.</summary>
    static async Task<JsonElement> StateAsync(YjsSocket socket, long clock)
    {
        await socket.WaitAsync(it => it.Awareness.Exists(entry => entry.Clock == clock));
        return JsonDocument.Parse(socket.Awareness.FindLast(entry => entry.Clock == clock).State).RootElement;
    }

    /// <summary>Positions may name this client id from then on.</summary>
    static async Task WriteAsync(YjsSocket writer, YjsSocket reader, uint client)
    {
        var typist = new YjsTypist(client);
        await writer.SendAsync(MessageKind.Update, typist.Type("words"));
        await reader.WaitForAsync(typist);
    }

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    static byte[] Says(long client, long clock, string state) =>
        AwarenessUpdate.Write([new AwarenessEntry(client, clock, Encoding.UTF8.GetBytes(state))]);
}
