using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// Reads shared types as text, each as its toString in yjs. That is XML only where nobody wrote characters into names and values that XML
/// does not allow there: yjs escapes nothing.
/// </summary>
readonly struct XmlReading(ItemStore store, ReadingAllowance? allowance = null)
{
    public string Write(SharedType type, SharedKind kind)
    {
        var text = new StringBuilder();
        Append(text, type, kind);
        return text.ToString();
    }

    void Append(StringBuilder text, SharedType type, SharedKind kind)
    {
        switch (kind)
        {
            case SharedKind.XmlElement:
                AppendElement(text, type);
                break;
            case SharedKind.XmlFragment:
                AppendChildren(text, type);
                break;
            case SharedKind.XmlText:
                AppendText(text, type);
                break;
            case SharedKind.Text:
                text.Append(new TextReading(store).Plain(type));
                break;
            default:
                text.Append("[object Object]");
                break;
        }
    }

    void AppendElement(StringBuilder text, SharedType type)
    {
        var name = (type.Name ?? "undefined").ToLowerInvariant();
        text.Append('<').Append(name);
        if (type.HasKeys)
        {
            foreach (var (key, list) in type.Keys.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                if (list.Last == 0 || store[list.Last].IsDeleted) continue;
                text.Append(' ').Append(key).Append("=\"");
                AppendElements(text, store[list.Last], store[list.Last].Length - 1);
                text.Append('"');
            }
        }
        text.Append('>');
        AppendChildren(text, type);
        text.Append("</").Append(name).Append('>');
    }

    void AppendChildren(StringBuilder text, SharedType type)
    {
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            if (!item.IsVisible) continue;
            AppendElements(text, item, 0);
            allowance?.Check(text.Length);
        }
    }

    /// <summary>The elements of an item, from one on, each as JavaScript's String gives it.</summary>
    void AppendElements(StringBuilder text, in Item item, int from)
    {
        var reader = new ByteReader(store.Content.Span, item.Content);
        switch (item.Kind)
        {
            case StructKind.Type:
                var type = store.TypeAt(item.Content);
                Append(text, type, type.Kind);
                break;
            case StructKind.String:
                text.Append(new TextReading(store).Units(item).AsSpan(from));
                break;
            case StructKind.Any or StructKind.Json or StructKind.Embed:
                StructReader.TrySkipElements(ref reader, item.Kind, from);
                for (var i = from; i < item.Length; i++) AppendValue(text, ref reader, item.Kind);
                break;
            case StructKind.Binary:
                reader.TryBlob(out var bytes);
                text.AppendJoin(',', bytes.ToArray());
                break;
            default:
                text.Append("[object Object]");
                break;
        }
    }

    static void AppendValue(StringBuilder text, ref ByteReader reader, StructKind kind)
    {
        if (kind == StructKind.Any)
        {
            JsText.AppendAny(text, ref reader);
            return;
        }
        reader.TryText(out var json);
        if (json.SequenceEqual("undefined"u8)) text.Append("undefined");
        else AppendJson(text, json);
    }

    static void AppendJson(StringBuilder text, ReadOnlySpan<byte> json)
    {
        using var document = JsonText.Parse(json);
        JsText.AppendJson(text, document.RootElement);
    }

    /// <summary>Text in elements named by its formats, whose attributes are the members of the format's value.</summary>
    void AppendText(StringBuilder text, SharedType type)
    {
        var formats = new Formats();
        var isOpen = false;
        var names = Array.Empty<string>();
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            if (item.IsDeleted || item.Kind is not (StructKind.String or StructKind.Format or StructKind.Embed or StructKind.Type)) continue;
            // Each mark, and each thing between characters, ends what stands in one set of elements.
            if (isOpen && item.Kind != StructKind.String) isOpen = Close(text, names);
            if (item.Kind == StructKind.Format)
            {
                var (key, json) = Formats.Read(store.ContentOf(item));
                formats[key] = json;
                continue;
            }
            if (!isOpen) names = Open(text, formats);
            isOpen = true;
            if (item.Kind == StructKind.String) new TextReading(store).Append(text, item);
            else
            {
                AppendElements(text, item, 0);
                isOpen = Close(text, names);
            }
            allowance?.Check(text.Length);
        }
        if (isOpen) Close(text, names);
    }

    string[] Open(StringBuilder text, Formats formats)
    {
        var sorted = formats.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToArray();
        foreach (var (key, json) in sorted)
        {
            var before = text.Length;
            text.Append('<').Append(key);
            using var document = JsonText.Parse(json);
            AppendAttributes(text, document.RootElement);
            text.Append('>');
            allowance?.Spend(Math.Max(0, json.Length - (text.Length - before)));
        }
        return [.. sorted.Select(entry => entry.Key)];
    }

    static void AppendAttributes(StringBuilder text, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject()) members[member.Name] = member.Value;
            foreach (var (name, member) in members) AppendAttribute(text, name, member);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            var elements = value.EnumerateArray().Select(element => (Name: $"{index++}", Value: element));
            foreach (var (name, element) in elements.OrderBy(element => element.Name, StringComparer.Ordinal))
                AppendAttribute(text, name, element);
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            var index = 0;
            var units = value.GetString()!.Select(unit => (Name: $"{index++}", Value: unit));
            foreach (var (name, unit) in units.OrderBy(unit => unit.Name, StringComparer.Ordinal))
                text.Append(' ').Append(name).Append("=\"").Append(unit).Append('"');
        }
    }

    static void AppendAttribute(StringBuilder text, string name, JsonElement value)
    {
        text.Append(' ').Append(name).Append("=\"");
        JsText.AppendJson(text, value);
        text.Append('"');
    }

    static bool Close(StringBuilder text, string[] names)
    {
        for (var i = names.Length - 1; i >= 0; i--) text.Append("</").Append(names[i]).Append('>');
        return false;
    }
}
