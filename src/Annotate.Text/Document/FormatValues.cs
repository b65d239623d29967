using System.Text.Json;
using System.Text.Json.Nodes;

namespace Annotate.Text;

/// <summary>Formats to set, in order: keys and values as JSON, where null ends a format.</summary>
sealed class FormatValues
{
    public const string None = "null";

    readonly List<KeyValuePair<string, string>> _entries = [];

    public int Count => _entries.Count;

    public IReadOnlyList<KeyValuePair<string, string>> Entries => _entries;

    public static FormatValues From(JsonObject? formats)
    {
        var values = new FormatValues();
        if (formats is null) return values;
        foreach (var (key, value) in formats) values[key] = AnyJson.Stringify(value);
        return values;
    }

    public static FormatValues From(Formats formats)
    {
        var values = new FormatValues();
        foreach (var (key, json) in formats.Entries) values[key] = json;
        return values;
    }

    public string? this[string key]
    {
        get => IndexOf(key) is var at and >= 0 ? _entries[at].Value : null;
        set
        {
            var at = IndexOf(key);
            if (at >= 0) _entries[at] = new(key, value!);
            else _entries.Add(new(key, value!));
        }
    }

    public void Remove(string key)
    {
        if (IndexOf(key) is var at and >= 0) _entries.RemoveAt(at);
    }

    int IndexOf(string key) => _entries.FindIndex(entry => entry.Key == key);

    /// <summary>Whether yjs takes two values for the same: equal, or objects of equal members.</summary>
    public static bool AreEqual(string? a, string? b)
    {
        if ((a ?? None) == (b ?? None)) return true;
        if (a is null || b is null || a[0] is not ('{' or '[') || b[0] is not ('{' or '[')) return false;
        using var left = JsonText.Parse(a);
        using var right = JsonText.Parse(b);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement);
    }

    /// <summary>A formatting mark as it is written.</summary>
    public static byte[] Mark(string key, string json)
    {
        var writer = new ByteWriter(key.Length + json.Length + 16);
        writer.Text(key);
        writer.Text(json);
        return writer.ToArray();
    }
}
