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
        Json(types["a"]!, document.ReadJson(SharedRef.Array("a")), $"{where}: array");
        Json(types["m"]!, document.ReadJson(SharedRef.Map("m")), $"{where}: map");
        Json(types["p"]!, document.ReadProseMirror(SharedRef.Xml("default")), $"{where}: ProseMirror");
        Assert.True((string)types["x"]! == document.ReadXml(SharedRef.Xml("default")), $"{where}: XML\nyjs  {types["x"]}\nours {document.ReadXml(SharedRef.Xml("default"))}");
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
