using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// Reads values that were checked before: lib0's "any", and JSON. As JSON, a missing value is null (and is left out of an object), bytes are
/// base64, a 64-bit integer is a number.
/// </summary>
static class AnyValues
{
    public const byte Bytes = 116, Array = 117, Object = 118, Text = 119, True = 120, False = 121;
    public const byte Int64 = 122, Float64 = 123, Float32 = 124, Integer = 125, Null = 126, Undefined = 127;

    /// <summary>Writes the next value as JSON.</summary>
    public static void WriteJson(ref ByteReader reader, Utf8JsonWriter output)
    {
        reader.TryByte(out var tag);
        switch (tag)
        {
            case Undefined or Null:
                output.WriteNullValue();
                break;
            case True or False:
                output.WriteBooleanValue(tag == True);
                break;
            case Integer:
                output.WriteNumberValue(ReadInteger(ref reader));
                break;
            case Float32 or Float64:
                WriteNumber(output, ReadFloat(ref reader, tag));
                break;
            case Int64:
                output.WriteNumberValue(ReadInt64(ref reader));
                break;
            case Text:
                reader.TryText(out var text);
                output.WriteStringValue(text);
                break;
            case Bytes:
                reader.TryBlob(out var bytes);
                output.WriteBase64StringValue(bytes);
                break;
            default:
                WriteMembers(ref reader, output, tag == Object);
                break;
        }
    }

    static void WriteMembers(ref ByteReader reader, Utf8JsonWriter output, bool named)
    {
        if (named) output.WriteStartObject();
        else output.WriteStartArray();
        reader.TryUint(out var count);
        for (; count > 0; count--)
        {
            if (named)
            {
                reader.TryText(out var name);
                var ahead = reader;
                if (ahead.TryByte(out var tag) && tag == Undefined)
                {
                    reader = ahead;
                    continue;
                }
                output.WritePropertyName(name);
            }
            WriteJson(ref reader, output);
        }
        if (named) output.WriteEndObject();
        else output.WriteEndArray();
    }

    /// <summary>JSON has no words for infinities and the rest; JavaScript writes null.</summary>
    static void WriteNumber(Utf8JsonWriter output, double value)
    {
        if (double.IsFinite(value)) output.WriteRawValue(JsText.Number(value));
        else output.WriteNullValue();
    }

    /// <summary>A signed number: the first byte holds whether more follow, the sign, and six bits.</summary>
    public static long ReadInteger(ref ByteReader reader)
    {
        reader.TryByte(out var part);
        long value = part & 0x3f;
        var isNegative = (part & 0x40) != 0;
        for (var shift = 6; part >= 0x80 && shift < 63; shift += 7)
        {
            reader.TryByte(out part);
            value |= (long)(part & 0x7f) << shift;
        }
        return isNegative ? -value : value;
    }

    public static double ReadFloat(ref ByteReader reader, byte tag)
    {
        var size = tag == Float32 ? sizeof(float) : sizeof(double);
        var bytes = reader.Between(reader.At, reader.At + size);
        reader.TrySkip(size);
        return tag == Float32 ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    public static long ReadInt64(ref ByteReader reader)
    {
        var bytes = reader.Between(reader.At, reader.At + sizeof(long));
        reader.TrySkip(sizeof(long));
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }
}

/// <summary>Values as JavaScript turns them into text: String(value).</summary>
static class JsText
{
    const double ExponentMin = 1e21, FractionMin = 1e-6;

    /// <summary>A number as JavaScript writes it: ECMA-262, Number::toString.</summary>
    public static string Number(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0) return "0";
        var size = Math.Abs(value);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var at = shortest.IndexOf('E', StringComparison.Ordinal);
        if (size is >= FractionMin and < ExponentMin) return at < 0 ? shortest : Plain(shortest, at);
        return at < 0 ? shortest : $"{shortest[..at]}e{(shortest[at + 1] == '-' ? '-' : '+')}{shortest[(at + 2)..].TrimStart('0')}";
    }

    /// <summary>The same number without an exponent.</summary>
    static string Plain(string shortest, int at)
    {
        var exponent = int.Parse(shortest[(at + 1)..], CultureInfo.InvariantCulture);
        var sign = shortest[0] == '-' ? "-" : "";
        var digits = shortest[sign.Length..at].Replace(".", "", StringComparison.Ordinal);
        return exponent < 0
            ? sign + "0." + new string('0', -exponent - 1) + digits
            : sign + digits.PadRight(exponent + 1, '0');
    }

    public static void AppendAny(StringBuilder text, ref ByteReader reader, bool inArray = false)
    {
        reader.TryByte(out var tag);
        switch (tag)
        {
            case AnyValues.Undefined or AnyValues.Null:
                if (!inArray) text.Append(tag == AnyValues.Null ? "null" : "undefined");
                break;
            case AnyValues.True or AnyValues.False:
                text.Append(tag == AnyValues.True ? "true" : "false");
                break;
            case AnyValues.Integer:
                text.Append(AnyValues.ReadInteger(ref reader));
                break;
            case AnyValues.Int64:
                text.Append(AnyValues.ReadInt64(ref reader));
                break;
            case AnyValues.Float32 or AnyValues.Float64:
                text.Append(Number(AnyValues.ReadFloat(ref reader, tag)));
                break;
            case AnyValues.Text:
                reader.TryText(out var utf8);
                text.Append(Encoding.UTF8.GetString(utf8));
                break;
            case AnyValues.Bytes:
                reader.TryBlob(out var bytes);
                text.AppendJoin(',', bytes.ToArray());
                break;
            case AnyValues.Array:
                reader.TryUint(out var count);
                for (var i = 0; i < count; i++)
                {
                    if (i > 0) text.Append(',');
                    AppendAny(text, ref reader, inArray: true);
                }
                break;
            default:
                reader.At--;
                Values.TrySkipAny(ref reader);
                text.Append("[object Object]");
                break;
        }
    }

    public static void AppendJson(StringBuilder text, JsonElement value, bool inArray = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                if (!inArray) text.Append(value.ValueKind == JsonValueKind.Null ? "null" : "undefined");
                break;
            case JsonValueKind.True or JsonValueKind.False:
                text.Append(value.ValueKind == JsonValueKind.True ? "true" : "false");
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            case JsonValueKind.String:
                text.Append(value.GetString());
                break;
            case JsonValueKind.Array:
                var separator = "";
                foreach (var element in value.EnumerateArray())
                {
                    text.Append(separator);
                    AppendJson(text, element, inArray: true);
                    separator = ",";
                }
                break;
            default:
                text.Append("[object Object]");
                break;
        }
    }
}
