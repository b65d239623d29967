using System.Buffers;
using System.Globalization;
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
    /// <remarks>
    /// Whoever hears of a client id under which nothing is written could write under it first. A position that names one has to wait:
    /// cursors travel faster than the edits they follow. Where the sender repeats its own id otherwise, that part is left out.
    /// </remarks>
    /// <param name="written">The client ids that the text holds something of.</param>
    public static Saying Said(ReadOnlyMemory<byte> update, Standing by, ReadOnlySpan<ClientClock> written)
    {
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return default;
        var said = new List<AwarenessEntry>(entries.Length);
        long? waitsFor = null;
        var namesUnwritten = false;
        foreach (var entry in entries)
        {
            if (entry.IsRemoval) said.Add(entry);
            else if (TrySay(entry, by, written, out var told, out var named, ref namesUnwritten)) said.Add(told);
            else waitsFor ??= named;
        }

        return new Saying(said.Count == 0 ? null : AwarenessUpdate.Write([.. said]), waitsFor, namesUnwritten);
    }

    static bool TrySay(
        AwarenessEntry entry, Standing by, ReadOnlySpan<ClientClock> written, out AwarenessEntry told, out long? named, ref bool namesUnwritten)
    {
        (told, named) = (default, null);
        if (entry.State.Length > Limits.AwarenessStateBytesMax) return false;
        try
        {
            using var json = JsonDocument.Parse(entry.State, Bounded);
            if (!IsSound(json.RootElement)) return false;
            named = UnwrittenIn(json.RootElement, written);
            var own = ClientClocks.Of(written, entry.ClientId) > 0 ? null : entry.ClientId.ToString(CultureInfo.InvariantCulture);
            namesUnwritten |= named is not null || Mentions(json.RootElement, own);
            if (named is not null) return false;
            told = entry with { State = Write(json.RootElement, by, own) };
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Too deep, or a string that is no Unicode: the reader says so in no other way.
            return false;
        }
    }

    static bool Mentions(JsonElement element, string? id) => id is not null && element.GetRawText().Contains(id, StringComparison.Ordinal);

    /// <summary>A client id that a position somewhere in a state names, and that nothing is written under; null for none.</summary>
    static long? UnwrittenIn(JsonElement element, ReadOnlySpan<ClientClock> written)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var inner in element.EnumerateArray())
                if (UnwrittenIn(inner, written) is { } found) return found;
        }

        if (element.ValueKind != JsonValueKind.Object) return null;
        var isPosition = Holds(element, "client", "clock");
        foreach (var member in element.EnumerateObject())
        {
            if (isPosition && member.NameEquals("client") && member.Value.ValueKind == JsonValueKind.Number
                && member.Value.TryGetInt64(out var client) && ClientClocks.Of(written, client) == 0) return client;
            if (UnwrittenIn(member.Value, written) is { } found) return found;
        }

        return null;
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

    /// <param name="own">The sender's client id, where it must not be told; else null.</param>
    static byte[] Write(JsonElement state, Standing by, string? own)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            string? color = null;
            foreach (var member in state.EnumerateObject())
            {
                if (member.NameEquals(User)) color = ColorOf(member.Value);
                else if (own is null || !member.ToString().Contains(own, StringComparison.Ordinal)) member.WriteTo(writer);
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

/// <summary>What is told of an awareness update.</summary>
/// <param name="Told">The part that others are told; null for none.</param>
/// <param name="WaitsFor">A client id that the rest names in a position, and that nothing is written under yet; null when nothing waits.</param>
/// <param name="NamesUnwritten">Whether it names any such id.</param>
readonly record struct Saying(byte[]? Told, long? WaitsFor, bool NamesUnwritten);
