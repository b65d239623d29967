using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// The formats in force at a place of a text: a key and its value, as JSON, in the order in which they began. People set few at a time; an
/// update can be made to set any number, so none is looked for by going through the others.
/// </summary>
sealed class Formats
{
    readonly LinkedList<(string Key, string Json)> _entries = [];
    readonly Dictionary<string, LinkedListNode<(string Key, string Json)>> _byKey = [];

    public int Count => _entries.Count;

    public IReadOnlyCollection<(string Key, string Json)> Entries => _entries;

    /// <summary>The value in force, as JSON; null if none is.</summary>
    public string? this[string key]
    {
        get => _byKey.TryGetValue(key, out var entry) ? entry.Value.Json : null;
        set
        {
            if (value is null or "null")
            {
                if (_byKey.Remove(key, out var ended)) _entries.Remove(ended);
            }
            else if (_byKey.TryGetValue(key, out var entry)) entry.Value = (key, value);
            else _byKey.Add(key, _entries.AddLast((key, value)));
        }
    }

    public void Clear()
    {
        _entries.Clear();
        _byKey.Clear();
    }

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
