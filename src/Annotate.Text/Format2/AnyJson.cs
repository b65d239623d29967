using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Annotate.Text;

/// <summary>
/// Turns "any" into the JSON that JSON.stringify writes, and JSON into the "any" that lib0 writes for what JSON.parse reads.
/// </summary>
static class AnyJson
{
    const long IntegerMax = int.MaxValue;

    /// <summary>Writes a value, checked before, as a string of JSON. Fails on what JSON.stringify throws on or gives nothing for.</summary>
    public static bool TryToJson(ReadOnlySpan<byte> any, ref ByteWriter output)
    {
        var json = new StringBuilder();
        var reader = new ByteReader(any);
        if (any[0] == AnyValues.Undefined || !TryAppend(json, ref reader)) return false;
        output.Text(json.ToString());
        return true;
    }

    static bool TryAppend(StringBuilder json, ref ByteReader reader)
    {
        reader.TryByte(out var tag);
        switch (tag)
        {
            case AnyValues.Undefined or AnyValues.Null:
                json.Append("null");
                return true;
            case AnyValues.True or AnyValues.False:
                json.Append(tag == AnyValues.True ? "true" : "false");
                return true;
            case AnyValues.Integer:
                json.Append(AnyValues.ReadInteger(ref reader));
                return true;
            case AnyValues.Float32 or AnyValues.Float64:
                var number = AnyValues.ReadFloat(ref reader, tag);
                json.Append(double.IsFinite(number) ? JsText.Number(number) : "null");
                return true;
            case AnyValues.Text:
                reader.TryText(out var text);
                AppendString(json, Encoding.UTF8.GetString(text));
                return true;
            case AnyValues.Bytes:
                reader.TryBlob(out var bytes);
                // Each byte becomes ten characters or so. Nobody writes bytes where JSON belongs; that they can be written is no reason to.
                if (bytes.Length > Limits.BytesInJsonMax) return false;
                AppendBytes(json, bytes);
                return true;
            case AnyValues.Array:
                return TryAppendArray(json, ref reader);
            case AnyValues.Object:
                return TryAppendObject(json, ref reader);
            default:
                return false;
        }
    }

    static bool TryAppendArray(StringBuilder json, ref ByteReader reader)
    {
        reader.TryUint(out var count);
        json.Append('[');
        for (var i = 0; i < count; i++)
        {
            if (i > 0) json.Append(',');
            if (!TryAppend(json, ref reader)) return false;
        }
        json.Append(']');
        return true;
    }

    static bool TryAppendObject(StringBuilder json, ref ByteReader reader)
    {
        reader.TryUint(out var count);
        json.Append('{');
        var separator = "";
        for (var i = 0; i < count; i++)
        {
            reader.TryText(out var name);
            var ahead = reader;
            if (ahead.TryByte(out var tag) && tag == AnyValues.Undefined)
            {
                reader = ahead;
                continue;
            }
            json.Append(separator);
            AppendString(json, Encoding.UTF8.GetString(name));
            json.Append(':');
            if (!TryAppend(json, ref reader)) return false;
            separator = ",";
        }
        json.Append('}');
        return true;
    }

    /// <summary>Bytes have no form in JSON; JavaScript writes them as an object with an index for a name.</summary>
    static void AppendBytes(StringBuilder json, ReadOnlySpan<byte> bytes)
    {
        json.Append('{');
        for (var i = 0; i < bytes.Length; i++) json.Append(i > 0 ? "," : "").Append('"').Append(i).Append("\":").Append(bytes[i]);
        json.Append('}');
    }

    /// <summary>A string as JSON.stringify writes it: only quotes, backslashes, control characters and halves of pairs are escaped.</summary>
    public static void AppendString(StringBuilder json, ReadOnlySpan<char> text)
    {
        json.Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(unit, text[i + 1]);
            if (isPair) json.Append(unit).Append(text[++i]);
            else if (unit is '"' or '\\') json.Append('\\').Append(unit);
            else if (unit >= ' ' && !char.IsSurrogate(unit)) json.Append(unit);
            else json.Append(Escape(unit));
        }
        json.Append('"');
    }

    static string Escape(char unit) => unit switch
    {
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => $"\\u{(int)unit:x4}",
    };

    /// <summary>A value as JSON.stringify writes it.</summary>
    public static string Stringify(JsonNode? value)
    {
        var json = new StringBuilder();
        Append(json, ElementOf(value));
        return json.ToString();
    }

    public static JsonElement ElementOf(JsonNode? value) => JsonSerializer.SerializeToElement(value, Deep);

    static readonly JsonSerializerOptions Deep = new() { MaxDepth = Limits.ValueDepthMax };

    static void Append(StringBuilder json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                json.Append(value.ValueKind == JsonValueKind.True ? "true" : "false");
                break;
            case JsonValueKind.Number:
                json.Append(JsText.Number(value.GetDouble()));
                break;
            case JsonValueKind.String:
                AppendString(json, value.GetString());
                break;
            case JsonValueKind.Array:
                json.Append('[');
                foreach (var element in value.EnumerateArray())
                {
                    if (json[^1] != '[') json.Append(',');
                    Append(json, element);
                }
                json.Append(']');
                break;
            case JsonValueKind.Object:
                json.Append('{');
                foreach (var member in value.EnumerateObject())
                {
                    if (json[^1] != '{') json.Append(',');
                    AppendString(json, member.Name);
                    json.Append(':');
                    Append(json, member.Value);
                }
                json.Append('}');
                break;
            default:
                json.Append("null");
                break;
        }
    }

    /// <summary>
    /// Writes a value as "any". Numbers lose what JavaScript's lose; of members of one name the last counts, at the place of the first.
    /// </summary>
    public static void WriteAny(ref ByteWriter output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                output.Byte(value.ValueKind == JsonValueKind.True ? AnyValues.True : AnyValues.False);
                break;
            case JsonValueKind.Number:
                WriteNumber(ref output, value.GetDouble());
                break;
            case JsonValueKind.String:
                output.Byte(AnyValues.Text);
                output.Text(value.GetString());
                break;
            case JsonValueKind.Array:
                output.Byte(AnyValues.Array);
                output.Uint(value.GetArrayLength());
                foreach (var element in value.EnumerateArray()) WriteAny(ref output, element);
                break;
            case JsonValueKind.Object:
                WriteObject(ref output, value);
                break;
            default:
                output.Byte(value.ValueKind == JsonValueKind.Null ? AnyValues.Null : AnyValues.Undefined);
                break;
        }
    }

    static void WriteObject(ref ByteWriter output, JsonElement value)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in value.EnumerateObject()) members[member.Name] = member.Value;
        output.Byte(AnyValues.Object);
        output.Uint(members.Count);
        // JavaScript puts names that are array indexes first, in the order of their numbers.
        var indexes = members.Where(member => IndexOf(member.Key) is not null).OrderBy(member => IndexOf(member.Key)).ToArray();
        foreach (var (name, member) in indexes.Concat(members.Where(member => IndexOf(member.Key) is null)))
        {
            output.Text(name);
            WriteAny(ref output, member);
        }
    }

    static uint? IndexOf(string name) =>
        uint.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index)
        && index != uint.MaxValue && (name.Length == 1 || name[0] != '0') ? index : null;

    public static void WriteNumber(ref ByteWriter output, double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) <= IntegerMax)
        {
            output.Byte(AnyValues.Integer);
            SignedNumber.Write(ref output, (long)Math.Abs(value), double.IsNegative(value));
        }
        else if ((double)(float)value == value)
        {
            output.Byte(AnyValues.Float32);
            Span<byte> bytes = stackalloc byte[sizeof(float)];
            BinaryPrimitives.WriteSingleBigEndian(bytes, (float)value);
            output.Bytes(bytes);
        }
        else
        {
            output.Byte(AnyValues.Float64);
            Span<byte> bytes = stackalloc byte[sizeof(double)];
            BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
            output.Bytes(bytes);
        }
    }
}
