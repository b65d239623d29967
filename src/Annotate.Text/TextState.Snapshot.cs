using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <content>
/// The stored form. Numbers are lib0's: the form's number (1), the number of clients; of each, by descending id: its id, its clock, the
/// number of deleted ranges; of each range: the clocks between it and the one before, and its length.
/// </content>
public sealed partial class TextState
{
    const byte SnapshotForm = 1;

    /// <summary>Writes the state so that <see cref="TryRead"/> gives it back.</summary>
    public void Write(IBufferWriter<byte> output) => output.Write(ToBytes());

    /// <summary>The state as bytes, for <see cref="TryRead"/>.</summary>
    public byte[] ToBytes()
    {
        var writer = new ByteWriter(ClientCount * 12 + 8);
        writer.Byte(SnapshotForm);
        writer.Uint(ClientCount);
        for (var i = 0; i < ClientCount; i++)
        {
            writer.Uint(_clocks[i].ClientId);
            writer.Uint(_clocks[i].Clock);
            WriteDeleted(ref writer, _deleted[i]);
        }
        return writer.ToArray();
    }

    static void WriteDeleted(ref ByteWriter writer, DeletedClocks? deleted)
    {
        var count = deleted?.Count ?? 0;
        writer.Uint(count);
        long at = 0;
        for (var i = 0; i < count; i++)
        {
            var (from, to) = deleted![i];
            writer.Uint(from - at);
            writer.Uint(to - from);
            at = to;
        }
    }

    /// <summary>Reads a state that <see cref="Write"/> wrote. Refuses anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TextState? state, out UpdateFault fault)
    {
        var reader = new ByteReader(bytes);
        var read = new TextState();
        state = read.TryReadClients(ref reader) && reader.TryEnd() ? read : null;
        fault = reader.Fault;
        return state is not null;
    }

    bool TryReadClients(ref ByteReader reader)
    {
        if (!reader.TryByte(out var form)) return false;
        if (form != SnapshotForm) return reader.Fail(UpdateFault.Struct);
        if (!reader.TryCount(3, Limits.ClientsMax, out var count)) return false;
        _clocks = new ClientClock[count];
        _deleted = new DeletedClocks?[count];
        for (; ClientCount < count; ClientCount++)
            if (!TryReadClient(ref reader, ClientCount)) return false;
        return true;
    }

    bool TryReadClient(ref ByteReader reader, int at)
    {
        if (!reader.TryUint(out var client) || !reader.TryLength(0, out var clock)) return false;
        if (at > 0 && client >= _clocks[at - 1].ClientId) return reader.Fail(UpdateFault.Clients);
        _clocks[at] = new ClientClock(client, clock);
        return TryReadDeleted(ref reader, clock, out _deleted[at]);
    }

    static bool TryReadDeleted(ref ByteReader reader, long clock, out DeletedClocks? deleted)
    {
        deleted = null;
        if (!reader.TryCount(2, int.MaxValue, out var count)) return false;
        long at = 0;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUint(out var gap) || !reader.TryUint(out var length)) return false;
            if (length == 0 || (gap == 0 && i > 0)) return reader.Fail(UpdateFault.Empty);
            if (gap > clock - at || length > clock - at - gap) return reader.Fail(UpdateFault.Number);
            (deleted ??= new DeletedClocks()).Add(at + gap, at + gap + length);
            at += gap + length;
        }
        return true;
    }
}
