using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>One client's awareness state: cursor, name, colour, whatever its application keeps there.</summary>
/// <param name="ClientId">The Yjs client id.</param>
/// <param name="Clock">Counts that client's states; a higher one replaces a lower one.</param>
/// <param name="State">JSON in UTF-8; <c>null</c> says that the client is gone.</param>
public readonly record struct AwarenessEntry(long ClientId, long Clock, ReadOnlyMemory<byte> State)
{
    /// <summary>It says that the client is gone.</summary>
    public bool IsRemoval => State.Span.Trim(" \t\r\n"u8).SequenceEqual("null"u8);
}

/// <summary>The awareness encoding (y-protocols, awareness.js).</summary>
public static class AwarenessUpdate
{
    const int EntryBytesMin = 4;

    /// <summary>
    /// Reads an awareness update. States are checked to be JSON, because a client's decoder throws on anything else. They are kept as parts
    /// of the bytes.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out AwarenessEntry[]? entries, out UpdateFault fault)
    {
        entries = null;
        var reader = new ByteReader(bytes.Span);
        var rows = default(Rows<AwarenessEntry>);
        if (TryReadEntries(ref reader, bytes, ref rows) && reader.TryEnd()) entries = rows.ToArray();
        fault = reader.Fault;
        return entries is not null;
    }

    static bool TryReadEntries(ref ByteReader reader, ReadOnlyMemory<byte> bytes, ref Rows<AwarenessEntry> rows)
    {
        if (!reader.TryCount(EntryBytesMin, Limits.AwarenessClientsMax, out var count)) return false;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUint(out var client) || !reader.TryUint(out var clock) || !reader.TryText(out var state)) return false;
            if (state.Length > Limits.AwarenessStateBytesMax) return reader.Fail(UpdateFault.TooLarge);
            if (!Values.IsJson(state)) return reader.Fail(UpdateFault.Value);
            rows.Add(new AwarenessEntry(client, clock, bytes[(reader.At - state.Length)..reader.At]));
        }
        return true;
    }

    /// <summary>Writes entries as an awareness update.</summary>
    public static byte[] Write(ReadOnlySpan<AwarenessEntry> entries)
    {
        var size = 4;
        foreach (ref readonly var entry in entries) size += entry.State.Length + 16;
        var writer = new ByteWriter(size);
        writer.Uint(entries.Length);
        foreach (ref readonly var entry in entries)
        {
            writer.Uint(entry.ClientId);
            writer.Uint(entry.Clock);
            writer.Blob(entry.State.Span);
        }
        return writer.ToArray();
    }

    /// <summary>An awareness update with only the entries that are to be kept; the bytes as they came where all are.</summary>
    /// <param name="bytes">The awareness update.</param>
    /// <param name="keeps">Whether to keep an entry.</param>
    /// <param name="kept">What is left, perhaps nobody.</param>
    /// <returns>False if the bytes cannot be read.</returns>
    public static bool TryKeep(ReadOnlyMemory<byte> bytes, Predicate<AwarenessEntry> keeps, out ReadOnlyMemory<byte> kept)
    {
        kept = default;
        if (!TryRead(bytes, out var entries, out _)) return false;
        var left = Array.FindAll(entries, keeps);
        kept = left.Length == entries.Length ? bytes : Write(left);
        return true;
    }

    /// <summary>
    /// Says that clients are gone. Others take it if the clock is the one of the client's last state, or higher; y-websocket's server sends
    /// the last.
    /// </summary>
    public static byte[] Removals(ReadOnlySpan<ClientClock> clients)
    {
        var writer = new ByteWriter(clients.Length * 20 + 4);
        writer.Uint(clients.Length);
        foreach (ref readonly var client in clients)
        {
            writer.Uint(client.ClientId);
            writer.Uint(client.Clock);
            writer.Blob("null"u8);
        }
        return writer.ToArray();
    }
}
