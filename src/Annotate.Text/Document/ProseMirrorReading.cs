using System.Text.Json;
using System.Text.RegularExpressions;

namespace Annotate.Text;

/// <summary>
/// Reads a fragment as the JSON of a ProseMirror document, as y-prosemirror's yXmlFragmentToProsemirrorJSON does (and Tiptap's, which is the
/// same).
/// </summary>
readonly partial struct ProseMirrorReading(ItemStore store, Utf8JsonWriter output, ReadingAllowance? allowance)
{
    /// <summary>Marks of one type that overlap are told apart by a hash behind their name.</summary>
    [GeneratedRegex("(.*)(--[a-zA-Z0-9+/=]{8})$", RegexOptions.CultureInvariant)]
    private static partial Regex HashedName();

    public void Write(SharedType? fragment)
    {
        output.WriteStartObject();
        output.WriteString("type", "doc");
        output.WriteStartArray("content");
        for (var number = fragment?.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            if (TypeIn(number) is not { } type) continue;
            if (type.Kind == SharedKind.XmlElement) WriteElement(type);
            else
            {
                // A text that stands in no element is no document of ProseMirror's; y-prosemirror gives its nodes as a list in the list.
                output.WriteStartArray();
                WriteText(type);
                output.WriteEndArray();
            }
        }
        output.WriteEndArray();
        output.WriteEndObject();
    }

    SharedType? TypeIn(int number)
    {
        ref var item = ref store[number];
        if (item.IsDeleted || item.Kind != StructKind.Type) return null;
        var type = store.TypeAt(item.Content);
        return type.Kind is SharedKind.XmlElement or SharedKind.XmlText ? type : null;
    }

    void WriteElement(SharedType type)
    {
        output.WriteStartObject();
        output.WriteString("type", type.Name);
        if (HasAttributes(type))
        {
            output.WritePropertyName("attrs");
            new JsonReading(store, output, allowance).Write(type, SharedKind.Map);
            allowance?.Check(output.BytesPending);
        }
        if (type.Length > 0)
        {
            output.WriteStartArray("content");
            for (var number = type.Sequence!.First; number != 0; number = store[number].Right)
            {
                if (TypeIn(number) is not { } child) continue;
                if (child.Kind == SharedKind.XmlElement) WriteElement(child);
                else WriteText(child);
            }
            output.WriteEndArray();
        }
        output.WriteEndObject();
    }

    bool HasAttributes(SharedType type)
    {
        if (!type.HasKeys) return false;
        foreach (var list in type.Keys.Values)
            if (list.Last != 0 && !store[list.Last].IsDeleted) return true;
        return false;
    }

    void WriteText(SharedType type)
    {
        var formats = new Formats();
        var text = new System.Text.StringBuilder();
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            ref var item = ref store[number];
            if (item.IsDeleted) continue;
            if (item.Kind == StructKind.String) new TextReading(store).Append(text, item);
            else if (item.Kind == StructKind.Format)
            {
                WriteNode(text, formats);
                var (key, json) = Formats.Read(store.ContentOf(item));
                formats[key] = json;
            }
            else if (item.Kind is StructKind.Embed or StructKind.Type)
            {
                WriteNode(text, formats);
                WriteOther(item, formats);
            }
        }
        WriteNode(text, formats);
    }

    void WriteNode(System.Text.StringBuilder text, Formats formats)
    {
        if (text.Length == 0) return;
        output.WriteStartObject();
        output.WriteString("type", "text");
        output.WriteString("text", text.ToString());
        WriteMarks(formats);
        output.WriteEndObject();
        text.Clear();
    }

    void WriteOther(in Item item, Formats formats)
    {
        output.WriteStartObject();
        output.WriteString("type", "text");
        output.WritePropertyName("text");
        new JsonReading(store, output, allowance).WriteElements(item, 0);
        WriteMarks(formats);
        output.WriteEndObject();
    }

    void WriteMarks(Formats formats)
    {
        allowance?.Check(output.BytesPending);
        if (formats.Count == 0) return;
        output.WriteStartArray("marks");
        foreach (var (key, json) in formats.Entries)
        {
            output.WriteStartObject();
            output.WriteString("type", HashedName().Match(key) is { Success: true } match ? match.Groups[1].Value : key);
            output.WritePropertyName("attrs");
            output.WriteRawValue(json, skipInputValidation: true);
            output.WriteEndObject();
        }
        output.WriteEndArray();
    }
}
