using System.Buffers.Binary;

namespace Annotate.Bench.Load;

/// <summary>One WebSocket frame (RFC 6455 section 5.2) inside a buffer; its payload is unmasked in place.</summary>
readonly record struct Frame(byte Opcode, bool Final, int PayloadStart, int PayloadLength)
{
    public const byte Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    public int End => PayloadStart + PayloadLength;

    /// <summary>Reads the frame at the start of the buffer; false when it is not all there yet.</summary>
    public static bool TryRead(Span<byte> buffer, out Frame frame)
    {
        frame = default;
        if (buffer.Length < 2) return false;
        long length = buffer[1] & 0x7f;
        var at = 2;
        if (length == 126)
        {
            if (buffer.Length < 4) return false;
            length = BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]);
            at = 4;
        }
        else if (length == 127)
        {
            if (buffer.Length < 10) return false;
            length = BinaryPrimitives.ReadInt64BigEndian(buffer[2..]);
            at = 10;
        }
        var masked = (buffer[1] & 0x80) != 0;
        var start = masked ? at + 4 : at;
        if (length < 0 || length > buffer.Length - start) return false;
        if (masked) Unmask(buffer.Slice(start, (int)length), buffer.Slice(at, 4));
        frame = new Frame((byte)(buffer[0] & 0x0f), (buffer[0] & 0x80) != 0, start, (int)length);
        return true;
    }

    /// <summary>
    /// Writes a whole frame. A client's frame is masked, as servers insist, with the key 0: the server does the same work, the generator none.
    /// </summary>
    public static void Write(ref ByteWriter writer, byte opcode, ReadOnlySpan<byte> payload, bool fromClient)
    {
        var mask = fromClient ? 0x80 : 0;
        writer.Byte((byte)(0x80 | opcode));
        if (payload.Length < 126) writer.Byte((byte)(mask | payload.Length));
        else if (payload.Length <= ushort.MaxValue)
        {
            writer.Byte((byte)(mask | 126));
            writer.Byte((byte)(payload.Length >> 8));
            writer.Byte((byte)payload.Length);
        }
        else
        {
            writer.Byte((byte)(mask | 127));
            for (var shift = 56; shift >= 0; shift -= 8) writer.Byte((byte)((long)payload.Length >> shift));
        }
        if (fromClient) writer.Repeat(0, 4);
        writer.Raw(payload);
    }

    static void Unmask(Span<byte> payload, ReadOnlySpan<byte> key)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(key) == 0) return;
        for (var i = 0; i < payload.Length; i++) payload[i] ^= key[i & 3];
    }
}
