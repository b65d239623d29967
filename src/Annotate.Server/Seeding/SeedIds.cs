using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Annotate.Server.Seeding;

/// <summary>Ids that come out the same each time a seed is loaded, so that loading it again happens once.</summary>
static class SeedIds
{
    /// <summary>
    /// A UUID of version 7 (RFC 9562 section 5.7) whose date is given, and whose random part is taken from a name instead: version 5,
    /// which is made for names, has no date, and grains forget commands by date.
    /// </summary>
    /// <param name="at">When the seed says that it happened.</param>
    /// <param name="name">What tells it from everything else of that date: the seed file and the item in it.</param>
    public static Guid Command(DateTimeOffset at, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        Span<byte> id = stackalloc byte[16];
        hash.AsSpan(0, 16).CopyTo(id);
        var milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(id[2..], (uint)milliseconds);
        id[6] = (byte)(0x70 | (id[6] & 0x0f));
        id[8] = (byte)(0x80 | (id[8] & 0x3f));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The Yjs client id under which a text is begun: 32 bits, not 0.</summary>
    public static uint YjsClient(string text) =>
        Math.Max(1, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
}
