using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Annotate.Text;

namespace Annotate.Server.Verbs;

/// <summary>An inspection for programs. The names are in the help of the verb, and stay.</summary>
sealed class InspectionJson(Inspection inspection)
{
    public string Write()
    {
        using var bytes = new MemoryStream();
        using (var output = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(output);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    void Write(Utf8JsonWriter output)
    {
        var (_, file, document, state, format2Bytes) = inspection;
        output.WriteStartObject();
        output.WriteNumber("format", file.Format);
        output.WriteString("framing", file.IsWhole ? "whole" : "prefixed");
        output.WriteNumber("updates", file.Updates.Count);
        output.WriteStartObject("bytes");
        output.WriteNumber("file", file.Bytes);
        output.WriteNumber("format1", state.Bytes.Length);
        output.WriteNumber("format2", format2Bytes);
        output.WriteNumber("memory", document.BytesHeld);
        output.WriteEndObject();
        output.WriteNumber("items", document.ItemCount);
        output.WriteStartObject("nestedTypes");
        foreach (var (kind, count) in document.CountNestedTypes()) output.WriteNumber(NameOf(kind), count);
        output.WriteEndObject();
        WriteList(output, "roots", inspection.Roots, Write);
        WriteList(output, "stateVector", document.StateVector(), Write);
        WriteList(output, "deleteSet", state.Deletes.ToArray(), Write);
        WriteList(output, "clients", document.Shares(), Write);
        WritePending(output, document);
        output.WriteEndObject();
    }

    internal static string NameOf(SharedKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    static void WriteList<T>(Utf8JsonWriter output, string name, IEnumerable<T> entries, Action<Utf8JsonWriter, T> write)
    {
        output.WriteStartArray(name);
        foreach (var entry in entries)
        {
            output.WriteStartObject();
            write(output, entry);
            output.WriteEndObject();
        }
        output.WriteEndArray();
    }

    static void Write(Utf8JsonWriter output, InspectedRoot root)
    {
        output.WriteString("name", root.Name);
        output.WriteString("kind", NameOf(root.Kind));
        output.WriteNumber("length", root.Length);
        if (root.Text is { } text) output.WriteString("text", text);
        WriteJson(output, "proseMirror", root.ProseMirror);
        WriteJson(output, "json", root.Json);
    }

    // It is JSON already, and may be deeper than a reader of JSON goes by itself.
    static void WriteJson(Utf8JsonWriter output, string name, string? json)
    {
        if (json is null) return;
        output.WritePropertyName(name);
        output.WriteRawValue(json, skipInputValidation: true);
    }

    static void Write(Utf8JsonWriter output, ClientClock entry)
    {
        output.WriteNumber("client", entry.ClientId);
        output.WriteNumber("clock", entry.Clock);
    }

    static void Write(Utf8JsonWriter output, DeleteRange range)
    {
        output.WriteNumber("client", range.ClientId);
        output.WriteNumber("from", range.From);
        output.WriteNumber("to", range.To);
    }

    static void Write(Utf8JsonWriter output, ClientShare share)
    {
        output.WriteNumber("client", share.ClientId);
        output.WriteNumber("clocks", share.Clock);
        output.WriteNumber("visibleCharacters", share.VisibleCharacters);
        output.WriteNumber("visibleElements", share.VisibleElements);
        output.WriteNumber("structs", share.Structs);
    }

    static void WritePending(Utf8JsonWriter output, Document document)
    {
        if (!document.HasPending)
        {
            output.WriteNull("pending");
            return;
        }
        output.WriteStartObject("pending");
        output.WriteNumber("bytes", document.Pending.Bytes.Length);
        WriteList(output, "missing", document.Missing(), Write);
        output.WriteEndObject();
    }
}
