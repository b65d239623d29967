using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>Reads shared types as JSON, each as its toJSON in yjs, and texts as deltas.</summary>
readonly struct JsonReading(ItemStore store, Utf8JsonWriter output, ReadingAllowance? allowance = null)
{
    /// <param name="type">The type.</param>
    /// <param name="kind">What to take it for; its own kind unless it is a root type.</param>
    public void Write(SharedType type, SharedKind kind)
    {
        switch (kind)
        {
            case SharedKind.Array:
                WriteArray(type);
                break;
            case SharedKind.Map or SharedKind.XmlHook:
                WriteMap(type);
                break;
            case SharedKind.Text:
                output.WriteStringValue(new TextReading(store).Plain(type));
                break;
            case SharedKind.Unknown:
                output.WriteNullValue();
                break;
            default:
                var xml = new XmlReading(store, allowance).Write(type, kind);
                allowance?.Check(output.BytesCommitted + output.BytesPending + xml.Length);
                output.WriteStringValue(xml);
                break;
        }
    }

    void WriteArray(SharedType type)
    {
        output.WriteStartArray();
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
            if (store[number].IsVisible) WriteElements(store[number], 0);
        output.WriteEndArray();
    }

    void WriteMap(SharedType type)
    {
        output.WriteStartObject();
        if (type.HasKeys)
        {
            foreach (var (key, list) in type.Keys)
            {
                if (list.Last == 0 || store[list.Last].IsDeleted) continue;
                ref var item = ref store[list.Last];
                if (item.Kind == StructKind.Format) continue;
                output.WritePropertyName(key);
                WriteElements(item, item.Length - 1);
            }
        }
        output.WriteEndObject();
    }

    /// <summary>The elements of an item, from one on.</summary>
    public void WriteElements(in Item item, int from)
    {
        switch (item.Kind)
        {
            case StructKind.Any or StructKind.Json:
                var reader = new ByteReader(store.Content.Span, item.Content);
                StructReader.TrySkipElements(ref reader, item.Kind, from);
                for (var i = from; i < item.Length; i++)
                    if (item.Kind == StructKind.Any) AnyValues.WriteJson(ref reader, output);
                    else WriteJsonElement(ref reader);
                break;
            case StructKind.String:
                foreach (var unit in new TextReading(store).Units(item)[from..]) output.WriteStringValue(unit.ToString());
                break;
            default:
                WriteSingle(item);
                break;
        }
    }

    void WriteJsonElement(ref ByteReader reader)
    {
        reader.TryText(out var json);
        if (json.SequenceEqual("undefined"u8)) output.WriteNullValue();
        else output.WriteRawValue(json, skipInputValidation: true);
    }

    void WriteSingle(in Item item)
    {
        var reader = new ByteReader(store.Content.Span, item.Content);
        switch (item.Kind)
        {
            case StructKind.Type:
                var type = store.TypeAt(item.Content);
                Write(type, type.Kind);
                break;
            case StructKind.Binary:
                reader.TryBlob(out var bytes);
                output.WriteBase64StringValue(bytes);
                break;
            case StructKind.Embed:
                WriteJsonElement(ref reader);
                break;
            default:
                // A subdocument is its own document; here stands only that there is one.
                output.WriteStartObject();
                output.WriteEndObject();
                break;
        }
    }

    /// <summary>A text as a delta: what is inserted, with its formats, as Y.Text's toDelta gives it.</summary>
    public void WriteDelta(SharedType type)
    {
        var formats = new Formats();
        var text = new StringBuilder();
        output.WriteStartArray();
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            if (item.IsDeleted) continue;
            if (item.Kind == StructKind.String) new TextReading(store).Append(text, item);
            else if (item.Kind is StructKind.Format or StructKind.Embed or StructKind.Type)
            {
                WriteInsert(text, formats);
                if (item.Kind == StructKind.Format)
                {
                    var (key, json) = Formats.Read(store.ContentOf(item));
                    formats[key] = json;
                }
                else WriteEmbed(item, formats);
            }
        }
        WriteInsert(text, formats);
        output.WriteEndArray();
    }

    void WriteInsert(StringBuilder text, Formats formats)
    {
        if (text.Length == 0) return;
        output.WriteStartObject();
        output.WriteString("insert", text.ToString());
        formats.WriteJson(output);
        output.WriteEndObject();
        text.Clear();
    }

    void WriteEmbed(in Item item, Formats formats)
    {
        output.WriteStartObject();
        output.WritePropertyName("insert");
        WriteSingle(item);
        formats.WriteJson(output);
        output.WriteEndObject();
    }
}

/// <summary>Reads the text of items.</summary>
readonly struct TextReading(ItemStore store)
{
    /// <param name="type">A text.</param>
    /// <param name="other">What stands in place of each thing that is no character; they are left out if nothing does.</param>
    public string Plain(SharedType type, char? other = null)
    {
        var length = 0;
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
            if (IsText(store[number])) length += store[number].Length;
            else if (other is not null && IsOther(store[number])) length++;
        return string.Create(length, (store, type, other), static (units, from) =>
        {
            for (var number = from.type.Sequence?.First ?? 0; number != 0; number = from.store[number].Right)
            {
                if (IsText(from.store[number]))
                {
                    new TextReading(from.store).CopyTo(from.store[number], units);
                    units = units[from.store[number].Length..];
                }
                else if (from.other is { } instead && IsOther(from.store[number]))
                {
                    units[0] = instead;
                    units = units[1..];
                }
            }
        });
    }

    static bool IsOther(in Item item) => item.Kind is StructKind.Embed or StructKind.Type && !item.IsDeleted;

    static bool IsText(in Item item) => item.Kind == StructKind.String && !item.IsDeleted;

    void CopyTo(in Item item, Span<char> units)
    {
        if (item.IsWide) store.Content.Units(item.Content, item.Length).CopyTo(units);
        else Encoding.Latin1.GetChars(store.Content.Slice(item.Content, item.Length), units);
    }

    public void Append(StringBuilder text, in Item item)
    {
        if (item.IsWide) text.Append(store.Content.Units(item.Content, item.Length));
        else text.Append(Encoding.Latin1.GetString(store.Content.Slice(item.Content, item.Length)));
    }

    public string Units(in Item item)
    {
        var text = new StringBuilder(item.Length);
        Append(text, item);
        return text.ToString();
    }
}
