using System.Text;
using System.Text.Unicode;

namespace Annotate.Text;

/// <summary>The messages of the y-websocket protocol (y-protocols, PROTOCOL.md; y-websocket adds the outer numbers).</summary>
public enum MessageKind
{
    /// <summary>"This is what I hold": the payload is an encoded state vector.</summary>
    SyncStep1,

    /// <summary>The answer to it: the payload is an update with what the other side lacks.</summary>
    SyncStep2,

    /// <summary>The payload is an update.</summary>
    Update,

    /// <summary>The payload is an awareness update.</summary>
    Awareness,

    /// <summary>Permission denied: the payload is a reason in UTF-8.</summary>
    Auth,

    /// <summary>"Tell me everybody's awareness": no payload.</summary>
    QueryAwareness,
}

/// <summary>A message: its kind, and what it carries, unread, as part of the bytes it was read from.</summary>
/// <param name="Kind">Which message.</param>
/// <param name="Payload">Its content, see <see cref="MessageKind"/>.</param>
public readonly record struct Message(MessageKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>Reads and writes messages, one a frame.</summary>
public static class Messages
{
    const byte Sync = 0, Awareness = 1, Auth = 2, QueryAwareness = 3;
    const byte PermissionIsDenied = 0;

    /// <summary>Reads a frame. Refuses unknown kinds, trailing bytes, and what is larger than allowed. Does not read the payload.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out Message message)
    {
        message = default;
        if (frame.Length > Limits.MessageBytesMax) return false;
        var reader = new ByteReader(frame.Span);
        if (!TryReadKind(ref reader, out var kind)) return false;
        if (kind == MessageKind.QueryAwareness)
        {
            message = new Message(kind, default);
            return reader.TryEnd();
        }
        if (!reader.TryBlob(out var payload) || !reader.TryEnd()) return false;
        if (kind == MessageKind.Auth && (payload.Length > Limits.AuthReasonBytesMax || !Utf8.IsValid(payload))) return false;
        message = new Message(kind, frame[^payload.Length..]);
        return true;
    }

    static bool TryReadKind(ref ByteReader reader, out MessageKind kind)
    {
        kind = default;
        if (!reader.TryUint(out var outer)) return false;
        switch (outer)
        {
            case Sync:
                if (!reader.TryUint(out var step) || step > 2) return false;
                kind = MessageKind.SyncStep1 + (int)step;
                return true;
            case Awareness:
                kind = MessageKind.Awareness;
                return true;
            case Auth:
                kind = MessageKind.Auth;
                return reader.TryUint(out var denied) && denied == PermissionIsDenied;
            case QueryAwareness:
                kind = MessageKind.QueryAwareness;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes a message as one frame. The payload of <see cref="MessageKind.QueryAwareness"/> is left out.</summary>
    public static byte[] Write(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        var writer = new ByteWriter(payload.Length + 2 + Limits.NumberBytesMax);
        switch (kind)
        {
            case MessageKind.Awareness:
                writer.Byte(Awareness);
                break;
            case MessageKind.Auth:
                writer.Byte(Auth);
                writer.Byte(PermissionIsDenied);
                break;
            case MessageKind.QueryAwareness:
                writer.Byte(QueryAwareness);
                return writer.ToArray();
            default:
                writer.Byte(Sync);
                writer.Byte((byte)(kind - MessageKind.SyncStep1));
                break;
        }
        writer.Blob(payload);
        return writer.ToArray();
    }

    /// <summary>An auth message: permission denied, with a reason.</summary>
    public static byte[] PermissionDenied(string reason) => Write(MessageKind.Auth, Encoding.UTF8.GetBytes(reason));
}
