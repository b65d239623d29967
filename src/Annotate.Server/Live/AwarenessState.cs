using System.Buffers;
using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>
/// What a client says of itself, made fit for others. Editors read it without a check of their own: a position that cannot be read stops
/// the editor that shows it, and what its person types next would overwrite what the others wrote meanwhile.
/// </summary>
/// <remarks>The shapes are those of yjs (<c>RelativePosition</c>) and of the editor bindings that show carets.</remarks>
static class AwarenessState
{
    /// <summary>Yjs counts in JavaScript's numbers, whose whole ones end here.</summary>
    const long WholeNumberMax = (1L << 53) - 1;

    const string Cursor = "cursor", User = "user", Color = "color";

    static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    static readonly JsonDocumentOptions Bounded = new() { MaxDepth = Limits.AwarenessDepthMax };

    /// <summary>The entries of an awareness update that others may be given, each under the name of the person who is connected.</summary>
    /// <returns>Null when there are none, or the update cannot be read.</returns>
    public static byte[]? Said(ReadOnlyMemory<byte> update, Standing by)
    {
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return null;
        var said = new List<AwarenessEntry>(entries.Length);
        foreach (var entry in entries)
        {
            if (entry.IsRemoval) said.Add(entry);
            else if (TryWrite(entry.State, by, out var state)) said.Add(entry with { State = state });
        }

        return said.Count == 0 ? null : AwarenessUpdate.Write(said.ToArray());
    }

    static bool TryWrite(ReadOnlyMemory<byte> state, Standing by, out byte[] written)
    {
        written = [];
        if (state.Length > Limits.AwarenessStateBytesMax) return false;
        try
        {
            using var json = JsonDocument.Parse(state, Bounded);
            if (!IsSound(json.RootElement)) return false;
            written = Write(json.RootElement, by);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Too deep, or a string that is no Unicode: the reader says so in no other way.
            return false;
        }
    }

    // A name that comes twice counts the last time for one reader and the first time for another, so every one is looked at.
    static bool IsSound(JsonElement state)
    {
        if (state.ValueKind != JsonValueKind.Object) return false;
        foreach (var member in state.EnumerateObject())
            if (member.NameEquals(Cursor) && !IsCursor(member.Value)) return false;
        return true;
    }

    static bool IsCursor(JsonElement cursor) =>
        cursor.ValueKind == JsonValueKind.Null
        || (Holds(cursor, "anchor", "head") && cursor.EnumerateObject().Count() == 2 && cursor.EnumerateObject().All(end => IsPosition(end.Value)));

    static bool Holds(JsonElement element, string one, string other) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(one, out _) && element.TryGetProperty(other, out _);

    static bool IsPosition(JsonElement position)
    {
        if (position.ValueKind != JsonValueKind.Object) return false;
        var isSomewhere = false;
        foreach (var member in position.EnumerateObject())
        {
            if (member.NameEquals("assoc") ? !IsAssociation(member.Value) : !IsPlace(member)) return false;
            isSomewhere |= !member.NameEquals("assoc") && member.Value.ValueKind != JsonValueKind.Null;
        }

        return isSomewhere;
    }

    static bool IsAssociation(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _));

    static bool IsPlace(JsonProperty member)
    {
        if (member.NameEquals("tname")) return member.Value.ValueKind is JsonValueKind.Null or JsonValueKind.String;
        if (!member.NameEquals("type") && !member.NameEquals("item")) return false;
        return member.Value.ValueKind == JsonValueKind.Null || IsId(member.Value);
    }

    static bool IsId(JsonElement id) =>
        Holds(id, "client", "clock") && id.EnumerateObject().Count() == 2
        && id.EnumerateObject().All(part => part.Value.ValueKind == JsonValueKind.Number
            && part.Value.TryGetInt64(out var number) && number is >= 0 and <= WholeNumberMax);

    static byte[] Write(JsonElement state, Standing by)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            string? color = null;
            foreach (var member in state.EnumerateObject())
            {
                if (member.NameEquals(User)) color = ColorOf(member.Value);
                else member.WriteTo(writer);
            }

            WriteUser(writer, by, color);
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    // Nobody appears under another's name (G8): who it is comes from the connection, whatever the client says.
    static void WriteUser(Utf8JsonWriter writer, Standing by, string? color)
    {
        writer.WriteStartObject(User);
        writer.WriteString("person", by.By.Person);
        writer.WriteString("organisation", by.By.Organisation);
        writer.WriteString("name", by.Person?.Name ?? by.By.Person);
        if (color is not null) writer.WriteString(Color, color);
        writer.WriteEndObject();
    }

    /// <summary>The colour of a caret, which stock editors choose for themselves, as "#rrggbb".</summary>
    static string? ColorOf(JsonElement user) =>
        user.ValueKind == JsonValueKind.Object && user.TryGetProperty(Color, out var color) && color.ValueKind == JsonValueKind.String
        && color.GetString() is { Length: 7 } text && text[0] == '#' && text.AsSpan(1).IndexOfAnyExcept(HexDigits) < 0
            ? text
            : null;
}
