using System.Text.Json;

namespace Annotate.Text;

/// <summary>
/// The values inside structs: JSON text, and lib0's "any" encoding. They are only passed over, but checked as strictly as Yjs reads them:
/// a value on which a client's decoder throws would make the whole text unreadable for everybody.
/// </summary>
static class Values
{
    const byte AnyBytes = 116, AnyArray = 117, AnyObject = 118, AnyText = 119, AnyTrue = 120, AnyFalse = 121;
    const byte AnyInt64 = 122, AnyFloat64 = 123, AnyFloat32 = 124, AnyInteger = 125, AnyNull = 126, AnyUndefined = 127;

    public static bool TrySkipAny(ref ByteReader reader, int depth = 0)
    {
        if (!reader.TryByte(out var tag)) return false;
        return tag switch
        {
            AnyUndefined or AnyNull or AnyFalse or AnyTrue => true,
            AnyInteger => TrySkipInteger(ref reader),
            AnyFloat32 => reader.TrySkip(sizeof(float)),
            AnyFloat64 => reader.TrySkip(sizeof(double)),
            AnyInt64 => reader.TrySkip(sizeof(long)),
            AnyText => reader.TryText(out _),
            AnyBytes => reader.TryBlob(out _),
            AnyArray or AnyObject => TrySkipMembers(ref reader, tag == AnyObject, depth + 1),
            _ => reader.Fail(UpdateFault.Value),
        };
    }

    /// <summary>The options of a subdocument. Yjs reads properties of them, so they must be an object.</summary>
    public static bool TrySkipAnyObject(ref ByteReader reader)
    {
        if (!reader.TryByte(out var tag)) return false;
        return tag == AnyObject ? TrySkipMembers(ref reader, named: true, depth: 1) : reader.Fail(UpdateFault.Value);
    }

    static bool TrySkipMembers(ref ByteReader reader, bool named, int depth)
    {
        if (depth > Limits.ValueDepthMax) return reader.Fail(UpdateFault.Depth);
        if (!reader.TryCount(named ? 2 : 1, int.MaxValue, out var count)) return false;
        for (var i = 0; i < count; i++)
        {
            if (named && !reader.TryText(out _)) return false;
            if (!TrySkipAny(ref reader, depth)) return false;
        }
        return true;
    }

    /// <summary>A signed number: six bits in its first byte, seven in each further one.</summary>
    static bool TrySkipInteger(ref ByteReader reader)
    {
        for (var i = 0; i < Limits.NumberBytesMax; i++)
        {
            if (!reader.TryByte(out var part)) return false;
            if (part < 0x80) return true;
        }
        return reader.Fail(UpdateFault.Number);
    }

    public static bool TrySkipJson(ref ByteReader reader) => reader.TryText(out var json) && TryJson(ref reader, json);

    /// <summary>An element of the older JSON content, where the bare word stands for a missing value.</summary>
    public static bool TrySkipJsonOrUndefined(ref ByteReader reader) =>
        reader.TryText(out var json) && (json.SequenceEqual("undefined"u8) || TryJson(ref reader, json));

    static bool TryJson(ref ByteReader reader, ReadOnlySpan<byte> json) =>
        json.SequenceEqual("true"u8) || json.SequenceEqual("null"u8) || IsJson(json) || reader.Fail(UpdateFault.Value);

    /// <summary>
    /// Whether valid UTF-8 is one JSON value that nests no deeper than allowed. Utf8JsonReader reports faults only by throwing; reading an
    /// update ends with its first fault, so that is one exception for each refused update.
    /// </summary>
    public static bool IsJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Limits.ValueDepthMax });
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
