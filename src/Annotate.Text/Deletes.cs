namespace Annotate.Text;

/// <summary>
/// Delete sets: which clocks of which clients hold deleted content. Kept by descending client, ascending clock, touching ranges joined.
/// </summary>
static class Deletes
{
    public static bool TryRead(ref ByteReader reader, out DeleteRange[] deletes)
    {
        deletes = [];
        if (!reader.TryCount(2, Limits.ClientsMax, out var clients)) return false;
        if (clients == 0) return true;
        var rows = default(Rows<DeleteRange>);
        for (var i = 0; i < clients; i++)
            if (!TryReadClient(ref reader, ref rows)) return false;
        if (!IsNormal(rows.Span)) Normalise(ref rows);
        deletes = rows.ToArray();
        return true;
    }

    static bool TryReadClient(ref ByteReader reader, ref Rows<DeleteRange> rows)
    {
        if (!reader.TryUint(out var client) || !reader.TryCount(2, Limits.DeleteRangesMax - rows.Count, out var count)) return false;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUint(out var from) || !reader.TryLength(from, out var length)) return false;
            rows.Add(new DeleteRange(client, from, from + length));
        }
        return true;
    }

    static bool IsNormal(ReadOnlySpan<DeleteRange> rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (!Ascend(rows[i - 1], rows[i])) return false;
        return true;
    }

    static bool Ascend(in DeleteRange a, in DeleteRange b) => b.ClientId < a.ClientId || (b.ClientId == a.ClientId && b.From > a.To);

    /// <summary>Sorts, and joins ranges that touch or overlap. Yjs reads any order; it writes this one.</summary>
    public static void Normalise(ref Rows<DeleteRange> rows)
    {
        var span = rows.Span;
        if (span.Length < 2) return;
        span.Sort(static (a, b) => a.ClientId != b.ClientId ? b.ClientId.CompareTo(a.ClientId) : a.From.CompareTo(b.From));
        var kept = 0;
        foreach (var range in span[1..])
        {
            ref var last = ref span[kept];
            if (range.ClientId == last.ClientId && range.From <= last.To) last = last with { To = Math.Max(last.To, range.To) };
            else span[++kept] = range;
        }
        rows.Truncate(kept + 1);
    }

    public static void Write(ref ByteWriter writer, ReadOnlySpan<DeleteRange> deletes)
    {
        writer.Uint(CountClients(deletes));
        while (deletes.Length > 0)
        {
            var group = deletes[..GroupLength(deletes)];
            writer.Uint(group[0].ClientId);
            writer.Uint(group.Length);
            foreach (var range in group)
            {
                writer.Uint(range.From);
                writer.Uint(range.To - range.From);
            }
            deletes = deletes[group.Length..];
        }
    }

    /// <summary>How many ranges at the start belong to the first one's client.</summary>
    public static int GroupLength(ReadOnlySpan<DeleteRange> deletes)
    {
        var length = 1;
        while (length < deletes.Length && deletes[length].ClientId == deletes[0].ClientId) length++;
        return length;
    }

    static int CountClients(ReadOnlySpan<DeleteRange> deletes)
    {
        var clients = 0;
        for (var i = 0; i < deletes.Length; i++)
            if (i == 0 || deletes[i].ClientId != deletes[i - 1].ClientId) clients++;
        return clients;
    }
}
