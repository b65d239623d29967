using System.Text.Json;
using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>Compares what is read here with what yjs read. Numbers are compared as JavaScript's, names of objects in any order.</summary>
static class Alike
{
    public static void Types(JsonNode types, Document document, string where)
    {
        Json(types["t"]!, document.ReadDelta(SharedRef.Text("t")), $"{where}: text");
        Assert.True((string)types["s"]! == document.ReadText(SharedRef.Text("t")), $"{where}: plain text");
        Runs(types["t"]!, document, SharedRef.Text("t"), where);
        // The documents of old versions say nothing of them.
        if (types["e"] is { } elements) Json(elements, $"[{ElementsIn(document, SharedRef.Xml("default")).TrimEnd(',')}]", $"{where}: elements");
        Json(types["a"]!, document.ReadJson(SharedRef.Array("a")), $"{where}: array");
        Json(types["m"]!, document.ReadJson(SharedRef.Map("m")), $"{where}: map");
        Json(types["p"]!, document.ReadProseMirror(SharedRef.Xml("default")), $"{where}: ProseMirror");
        Assert.True((string)types["x"]! == document.ReadXml(SharedRef.Xml("default")), $"{where}: XML\nyjs  {types["x"]}\nours {document.ReadXml(SharedRef.Xml("default"))}");
    }

    static string ElementsIn(Document document, SharedRef parent) => string.Concat(
        document.TypesIn(parent).Where(child => child.Kind == SharedKind.XmlElement).Select(element =>
            $"{{\"name\":{JsonSerializer.Serialize(document.NameOf(element))},\"attributes\":{document.ReadAttributes(element)}}},{ElementsIn(document, element)}"));

    /// <summary>The runs of a text say what its delta says, and who wrote it.</summary>
    static void Runs(JsonNode delta, Document document, SharedRef text, string where)
    {
        var runs = document.Runs(text).ToArray();
        var theirs = delta.AsArray().SelectMany(op => Units(op!["insert"]!, op["attributes"]));
        var ours = runs.SelectMany(run => Units(
            run.Text ?? (JsonNode)new JsonObject(), new JsonObject(run.Formats.Select(format => KeyValuePair.Create(format.Key, JsonNode.Parse(format.Json))))));
        Assert.True(theirs.SequenceEqual(ours), $"{where}: runs of {delta.ToJsonString()}");
        Assert.Equal(
            document.Authors(text).SelectMany(range => Enumerable.Repeat(range.ClientId, range.Length)),
            runs.SelectMany(run => Enumerable.Repeat(run.ClientId, run.Text?.Length ?? 1)));
        Assert.Equal(string.Concat(runs.Select(run => run.Text ?? "*")), document.ReadText(text, '*'));
    }

    // One for each UTF-16 unit and embed: what it is, and its formats in the order of their names.
    static IEnumerable<string> Units(JsonNode insert, JsonNode? formats)
    {
        var named = (formats as JsonObject ?? []).OrderBy(format => format.Key, StringComparer.Ordinal).Select(format => $"{format.Key}={format.Value?.ToJsonString()}");
        var of = string.Join(';', named);
        return insert is JsonValue value && value.TryGetValue<string>(out var text) ? text.Select(unit => $"{(int)unit} {of}") : ["other " + of];
    }

    public static void Json(JsonNode theirs, string ours, string where)
    {
        using var read = JsonDocument.Parse(ours);
        using var expected = JsonDocument.Parse(theirs.ToJsonString());
        Assert.True(AreSame(expected.RootElement, read.RootElement), $"{where}\nyjs  {theirs.ToJsonString()}\nours {ours}");
    }

    static bool AreSame(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != b.ValueKind) return false;
        return a.ValueKind switch
        {
            JsonValueKind.Number => a.GetDouble() == b.GetDouble(),
            JsonValueKind.String => a.GetString() == b.GetString(),
            JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength()
                && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => AreSame(pair.First, pair.Second)),
            JsonValueKind.Object => a.EnumerateObject().Count() == b.EnumerateObject().Count()
                && a.EnumerateObject().All(member => b.TryGetProperty(member.Name, out var other) && AreSame(member.Value, other)),
            _ => true,
        };
    }
}
