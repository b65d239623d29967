using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// The formats in force at a place of a text: a key and its value, as JSON. Few at a time, so they are looked through one by one.
/// </summary>
sealed class Formats
{
    readonly List<(string Key, string Json)> _entries = [];

    public int Count => _entries.Count;

    public IReadOnlyList<(string Key, string Json)> Entries => _entries;

    /// <summary>The value in force, as JSON; null if none is.</summary>
    public string? this[string key]
    {
        get => IndexOf(key) is var at and >= 0 ? _entries[at].Json : null;
        set
        {
            var at = IndexOf(key);
            if (value is null or "null")
            {
                if (at >= 0) _entries.RemoveAt(at);
            }
            else if (at >= 0) _entries[at] = (key, value);
            else _entries.Add((key, value));
        }
    }

    int IndexOf(string key) => _entries.FindIndex(entry => entry.Key == key);

    public void Clear() => _entries.Clear();

    /// <summary>The key and the value, as JSON, of a formatting mark.</summary>
    public static (string Key, string Json) Read(ReadOnlySpan<byte> content)
    {
        var reader = new ByteReader(content);
        reader.TryText(out var key);
        reader.TryText(out var json);
        return (Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(json));
    }

    public void WriteJson(Utf8JsonWriter output)
    {
        if (_entries.Count == 0) return;
        output.WriteStartObject("attributes");
        foreach (var (key, json) in _entries)
        {
            output.WritePropertyName(key);
            output.WriteRawValue(json);
        }
        output.WriteEndObject();
    }
}
