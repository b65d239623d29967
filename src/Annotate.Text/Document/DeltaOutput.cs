using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>Writes a delta: retain, delete and insert, of which those of one kind in a row are one.</summary>
sealed class DeltaOutput : IDisposable
{
    readonly MemoryStream _bytes = new();
    readonly StringBuilder _text = new();

    /// <summary>Retains that set nothing. They are written when something follows, because those at the end are left out.</summary>
    readonly List<int> _plainRetains = [];
    int _retained;
    int _deleted;

    public DeltaOutput()
    {
        Json = new Utf8JsonWriter(_bytes, Document.JsonOptions);
        Json.WriteStartArray();
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>What the pending retain sets, and what is in force for the pending insert.</summary>
    public FormatValues Changed { get; } = new();

    public Formats Current { get; } = new();

    public bool IsRetaining => _retained > 0;

    public bool IsInserting => _text.Length > 0;

    public void Retain(int count)
    {
        if (_retained == 0) Flush();
        _retained += count;
    }

    public void Delete(int count)
    {
        if (_deleted == 0) Flush();
        _deleted += count;
    }

    public StringBuilder Insert()
    {
        if (_text.Length == 0) Flush();
        return _text;
    }

    public void InsertOther(Action<Utf8JsonWriter> write)
    {
        FlushAll();
        Json.WriteStartObject();
        Json.WritePropertyName("insert");
        write(Json);
        Current.WriteJson(Json);
        Json.WriteEndObject();
    }

    /// <summary>Ends what is pending, and writes retains that were held back, because something follows.</summary>
    public void FlushAll()
    {
        Flush();
        WritePlainRetains();
    }

    void WritePlainRetains()
    {
        foreach (var count in _plainRetains) WriteNumber("retain", count, hasFormats: false);
        _plainRetains.Clear();
    }

    public void Flush()
    {
        if (_retained > 0 && Changed.Count == 0) _plainRetains.Add(_retained);
        else if (_deleted > 0 || _retained > 0 || _text.Length > 0) WritePlainRetains();
        if (_deleted > 0) WriteNumber("delete", _deleted, hasFormats: false);
        if (_retained > 0 && Changed.Count > 0) WriteNumber("retain", _retained, hasFormats: true);
        if (_text.Length > 0)
        {
            Json.WriteStartObject();
            Json.WriteString("insert", _text.ToString());
            Current.WriteJson(Json);
            Json.WriteEndObject();
        }
        Reset();
    }

    void WriteNumber(string name, int count, bool hasFormats)
    {
        Json.WriteStartObject();
        Json.WriteNumber(name, count);
        if (hasFormats && Changed.Count > 0)
        {
            Json.WriteStartObject("attributes");
            foreach (var (key, json) in Changed.Entries)
            {
                Json.WritePropertyName(key);
                Json.WriteRawValue(json, skipInputValidation: true);
            }
            Json.WriteEndObject();
        }
        Json.WriteEndObject();
    }

    void Reset()
    {
        (_retained, _deleted) = (0, 0);
        _text.Clear();
    }

    /// <summary>The delta. Retains at its end that set nothing are left out.</summary>
    public string End()
    {
        Flush();
        Json.WriteEndArray();
        Json.Flush();
        return Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
    }

    public void Dispose() => Json.Dispose();
}

/// <summary>How a list changed: yjs' YEvent, changes.delta.</summary>
sealed class ListDelta(ItemStore store, ChangeReading change)
{
    public string Write(SharedType type)
    {
        using var output = new DeltaOutput();
        var isOpen = false;
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            var old = change.OldLength(item);
            if (item.IsDeleted)
            {
                if (old == 0 || !change.Deletes(item)) continue;
                Close(output, ref isOpen);
                output.Delete(old);
                continue;
            }
            if (old > 0)
            {
                Close(output, ref isOpen);
                output.Retain(old);
            }
            if (old == item.Length) continue;
            if (!isOpen) Open(output);
            isOpen = true;
            if (item.Kind != StructKind.Format) new JsonReading(store, output.Json).WriteElements(item, old);
        }
        Close(output, ref isOpen);
        return output.End();
    }

    static void Open(DeltaOutput output)
    {
        output.FlushAll();
        output.Json.WriteStartObject();
        output.Json.WriteStartArray("insert");
    }

    static void Close(DeltaOutput output, ref bool isOpen)
    {
        if (!isOpen) return;
        output.Json.WriteEndArray();
        output.Json.WriteEndObject();
        isOpen = false;
    }
}

/// <summary>How a text changed: yjs' YTextEvent, delta.</summary>
sealed class TextDelta(ItemStore store, ChangeReading change)
{
    readonly Formats _before = new();

    public string Write(SharedType type)
    {
        using var output = new DeltaOutput();
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            if (item.Kind == StructKind.Format) PassMark(output, item);
            else if (item.IsCountable) PassContent(output, item);
        }
        return output.End();
    }

    void PassContent(DeltaOutput output, in Item item)
    {
        var old = change.OldLength(item);
        if (item.IsDeleted)
        {
            if (old > 0 && change.Deletes(item)) output.Delete(old);
            return;
        }
        if (old > 0) output.Retain(old);
        if (old == item.Length) return;
        if (item.Kind == StructKind.String) output.Insert().Append(new TextReading(store).Units(item).AsSpan(old));
        else if (item.Kind is StructKind.Embed or StructKind.Type)
        {
            var added = item;
            output.InsertOther(json => new JsonReading(store, json).WriteElements(added, 0));
        }
    }

    void PassMark(DeltaOutput output, in Item mark)
    {
        var (key, json) = Formats.Read(store.ContentOf(mark));
        var isNew = change.OldLength(mark) == 0;
        var isNeedless = false;
        if (isNew && !mark.IsDeleted) isNeedless = !TryAdd(output, key, json);
        else if (!isNew && mark.IsDeleted)
        {
            if (change.Deletes(mark)) Removed(output, key, json);
        }
        else if (!isNew) isNeedless = !TryKeep(output, key, json);
        // Yjs deletes needless marks here, while it reads. They divide nothing.
        if (mark.IsDeleted || isNeedless) return;
        if (output.IsInserting) output.Flush();
        output.Current[key] = json;
    }

    bool TryAdd(DeltaOutput output, string key, string json)
    {
        if (FormatValues.AreEqual(output.Current[key], json)) return json == FormatValues.None;
        if (output.IsRetaining) output.Flush();
        if (FormatValues.AreEqual(json, _before[key])) output.Changed.Remove(key);
        else output.Changed[key] = json;
        return true;
    }

    void Removed(DeltaOutput output, string key, string json)
    {
        _before[key] = json;
        var current = output.Current[key];
        if (FormatValues.AreEqual(current, json)) return;
        if (output.IsRetaining) output.Flush();
        output.Changed[key] = current ?? FormatValues.None;
    }

    bool TryKeep(DeltaOutput output, string key, string json)
    {
        _before[key] = json;
        if (output.Changed[key] is not { } set) return true;
        if (FormatValues.AreEqual(set, json)) return set == FormatValues.None;
        if (output.IsRetaining) output.Flush();
        if (json == FormatValues.None) output.Changed.Remove(key);
        else output.Changed[key] = json;
        return true;
    }
}
