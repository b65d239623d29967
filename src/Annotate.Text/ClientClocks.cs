using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// State vectors: how many clock ticks of each client are known. As spans they are sorted by descending client, each once.
/// </summary>
public static class ClientClocks
{
    /// <summary>
    /// Reads an encoded state vector (Y.encodeStateVector). Accepts any order, as Yjs does; refuses a client that appears twice.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ClientClock[]? vector, out UpdateFault fault)
    {
        vector = null;
        var reader = new ByteReader(bytes);
        if (TryReadEntries(ref reader, out var entries) && reader.TryEnd()) vector = entries;
        fault = reader.Fault;
        return vector is not null;
    }

    static bool TryReadEntries(ref ByteReader reader, out ClientClock[] entries)
    {
        entries = [];
        if (!reader.TryCount(2, Limits.ClientsMax, out var count)) return false;
        var read = new ClientClock[count];
        var sorted = true;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUint(out var client) || !reader.TryUint(out var clock)) return false;
            read[i] = new ClientClock(client, clock);
            sorted &= i == 0 || client < read[i - 1].ClientId;
        }
        if (!sorted && !TrySort(read)) return reader.Fail(UpdateFault.Clients);
        entries = read;
        return true;
    }

    static bool TrySort(Span<ClientClock> entries)
    {
        entries.Sort(static (a, b) => b.ClientId.CompareTo(a.ClientId));
        for (var i = 1; i < entries.Length; i++)
            if (entries[i].ClientId == entries[i - 1].ClientId) return false;
        return true;
    }

    /// <summary>Encodes a state vector as Yjs does.</summary>
    public static byte[] Encode(ReadOnlySpan<ClientClock> vector)
    {
        var writer = new ByteWriter(vector.Length * 10 + 4);
        writer.Uint(vector.Length);
        foreach (var entry in vector)
        {
            writer.Uint(entry.ClientId);
            writer.Uint(entry.Clock);
        }
        return writer.ToArray();
    }

    /// <summary>The clock known of a client; 0 if nothing is.</summary>
    public static long Of(ReadOnlySpan<ClientClock> vector, long client)
    {
        int low = 0, high = vector.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var id = vector[middle].ClientId;
            if (id == client) return vector[middle].Clock;
            if (id > client) low = middle + 1;
            else high = middle - 1;
        }
        return 0;
    }
}
