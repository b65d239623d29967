using System.Text.Json;
using Annotate.Text;

namespace Annotate.Server.Tests.Verbs;

/// <summary>The verb that looks into files of Yjs updates, with the executable and with documents that yjs wrote.</summary>
public sealed class TextInspectTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("annotate-test-");

    /// <summary>Of the newest version of yjs among the golden ones: the updates as they came, and the state in the end.</summary>
    static (byte[][] Updates, byte[] State) Golden()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "versions.json")));
        var newest = golden.RootElement.EnumerateArray().Last();
        return ([.. newest.GetProperty("updates").EnumerateArray().Select(update => update.GetBytesFromBase64())],
            newest.GetProperty("state").GetBytesFromBase64());
    }

    string FileOf(string name, params byte[][] parts)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, [.. parts.SelectMany(part => part)]);
        return path;
    }

    /// <summary>Behind its length, which takes one byte below 128 and two here.</summary>
    static byte[] Prefixed(byte[] update) =>
        update.Length < 0x80 ? [(byte)update.Length, .. update] : [(byte)(update.Length | 0x80), (byte)(update.Length >> 7), .. update];

    static async Task<JsonElement> InspectAsync(string path)
    {
        var ran = await Executable.RunAsync(["text", "inspect", path, "--json"]);
        Assert.True(ran.Code == 0, ran.Error);
        using var read = JsonDocument.Parse(ran.Output);
        return read.RootElement.Clone();
    }

    static byte[] AsFormat2(byte[] update)
    {
        Assert.True(Update.TryRead(update, out var read, out _));
        return UpdateFormat2.Write(read);
    }

    static string Raw(JsonElement from, string member) => from.GetProperty(member).GetRawText();

    /// <summary>Without what depends on how the updates stand in the file, and in how many pieces they came into memory.</summary>
    static string Content(JsonElement inspected) =>
        string.Join('\n', new[] { "items", "nestedTypes", "roots", "stateVector", "deleteSet", "clients", "pending" }.Select(name => Raw(inspected, name)));

    [Fact]
    public async Task All_that_a_document_holds_is_said_however_it_stands_in_the_file()
    {
        var (updates, state) = Golden();
        var whole = await InspectAsync(FileOf("whole", state));
        Assert.Equal("""1 "whole" 1""", $"{Raw(whole, "format")} {Raw(whole, "framing")} {Raw(whole, "updates")}");
        Assert.Equal(state.Length, whole.GetProperty("bytes").GetProperty("file").GetInt32());
        Assert.Equal(state.Length, whole.GetProperty("bytes").GetProperty("format1").GetInt32());
        Assert.Equal(AsFormat2(state).Length, whole.GetProperty("bytes").GetProperty("format2").GetInt32());
        var roots = whole.GetProperty("roots").EnumerateArray().ToDictionary(root => root.GetProperty("name").GetString()!);
        Assert.Equal("text", roots["t"].GetProperty("kind").GetString());
        Assert.Equal("Art 1. 漢字 👍 é plain", roots["t"].GetProperty("text").GetString());
        Assert.Equal("""[1,{"three":[3]},true,"AQL/",-1]""", Raw(roots["a"], "json"));
        Assert.Equal("""{"type":[]}""", Raw(roots["m"], "json"));
        Assert.Equal("in XML", roots["default"].GetProperty("text").GetString());
        Assert.StartsWith("""{"type":"doc","content":[{"type":"p",""", Raw(roots["default"], "proseMirror"), StringComparison.Ordinal);
        Assert.True(Update.TryRead(state, out var read, out _));
        Assert.Equal(
            read.Ranges.ToArray().Select(range => (range.ClientId, range.To, range.Structs)),
            whole.GetProperty("clients").EnumerateArray().Select(client =>
                (client.GetProperty("client").GetInt64(), client.GetProperty("clocks").GetInt64(), client.GetProperty("structs").GetInt32())));
        Assert.Equal(
            read.Deletes.ToArray(),
            whole.GetProperty("deleteSet").EnumerateArray().Select(range =>
                new DeleteRange(range.GetProperty("client").GetInt64(), range.GetProperty("from").GetInt64(), range.GetProperty("to").GetInt64())));

        var second = await InspectAsync(FileOf("second", AsFormat2(state)));
        Assert.Equal("""2 "whole" 1""", $"{Raw(second, "format")} {Raw(second, "framing")} {Raw(second, "updates")}");
        Assert.Equal(Content(whole), Content(second));
        var log = await InspectAsync(FileOf("log", [.. updates.Select(Prefixed)]));
        Assert.Equal($"1 \"prefixed\" {updates.Length}", $"{Raw(log, "format")} {Raw(log, "framing")} {Raw(log, "updates")}");
        Assert.Equal(Content(whole), Content(log));
        var secondLog = await InspectAsync(FileOf("second log", [.. updates.Reverse().Select(update => Prefixed(AsFormat2(update)))]));
        Assert.Equal($"2 \"prefixed\" {updates.Length}", $"{Raw(secondLog, "format")} {Raw(secondLog, "framing")} {Raw(secondLog, "updates")}");
        Assert.Equal(Content(whole), Content(secondLog));
    }

    [Fact]
    public async Task A_person_gets_a_page_without_anything_a_terminal_would_obey()
    {
        var writer = new Document(new DocumentOptions { ClientId = 12 });
        writer.Change(edit => edit.Insert(SharedRef.Text("body"), 0, "Article \u001b[31m1"));
        writer.Change(edit => edit.Delete(SharedRef.Text("body"), 0, 1));
        var ran = await Executable.RunAsync(["text", "inspect", FileOf("page", writer.EncodeState())]);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("one update of format 1", ran.Output);
        Assert.Contains("Root 'body': text, by its content, length 13\n  rticle \\u001b[31m1\n", ran.Output);
        Assert.Contains("client 12: clocks 0 to 0", ran.Output);
        Assert.Contains("Pending        nothing", ran.Output);
    }

    [Fact]
    public async Task What_is_missing_is_said()
    {
        var writer = new Document(new DocumentOptions { ClientId = 12 });
        writer.Change(edit => edit.Insert(SharedRef.Text("body"), 0, "one"));
        var file = FileOf("later", writer.Change(edit => edit.Insert(SharedRef.Text("body"), 3, " two")));
        var pending = (await InspectAsync(file)).GetProperty("pending");
        Assert.Equal(new FileInfo(file).Length, pending.GetProperty("bytes").GetInt64());
        Assert.Equal(12, pending.GetProperty("missing")[0].GetProperty("client").GetInt64());
        Assert.Equal(0, pending.GetProperty("missing")[0].GetProperty("clock").GetInt64());
        Assert.Contains("clock 0 of client 12", (await Executable.RunAsync(["text", "inspect", file])).Output);
    }

    [Fact]
    public async Task What_is_no_update_is_refused_in_words_with_the_offset()
    {
        var (updates, state) = Golden();
        var large = Path.Combine(_folder.FullName, "large");
        await using (var file = File.Create(large)) file.SetLength(Limits.InspectedBytesMax + 1);
        var log = updates.SelectMany(Prefixed).ToArray();
        (string File, string Words)[] wrong =
        [
            (FileOf("cut", [1, 1, 7, 0, 4, 1, 1, (byte)'t', 5, (byte)'x']), "format 1: at byte 9, the bytes end before"),
            (FileOf("second cut", AsFormat2(state)[..^3]), "format 2: the bytes end before"),
            (FileOf("more", state, [0]), $"format 1: at byte {state.Length}, more bytes follow"),
            (FileOf("log cut", log[..^1]), $"at byte {log.Length - Prefixed(updates[^1]).Length}, a length says that"),
            (FileOf("log broken", log, [2, 0, 9]), $"update {updates.Length + 1}, which starts at byte {log.Length} and has 2 bytes: at byte "),
            (FileOf("empty"), "empty is empty"),
            (_folder.FullName, "is a folder"),
            (Path.Combine(_folder.FullName, "nowhere"), "nowhere"),
            (large, "larger than 64 MiB"),
        ];
        foreach (var (path, words) in wrong)
        {
            var ran = await Executable.RunAsync(["text", "inspect", path]);
            Assert.True(ran.Code == 1, $"{path}: {ran.Code} {ran.Output} {ran.Error}");
            Assert.Equal("", ran.Output);
            Assert.Contains(words, ran.Error);
            Assert.DoesNotContain("   at ", ran.Error);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
