using System.Text;

namespace Annotate.Bench.Load;

/// <summary>What an update brings: one run of a client's clock.</summary>
interface IRuns
{
    void Run(uint client, uint clock, uint length);
}

/// <summary>
/// The part of the Yjs update format 1 that typing needs. The generator does without a Yjs library, which would be what is measured; the verb
/// <c>check</c> compares this class with yjs itself.
/// </summary>
static class YUpdate
{
    const byte ContentMask = 0x1f;
    const byte GarbageContent = 0, DeletedContent = 1, StringContent = 4, Skip = 10;
    const byte HasOrigin = 0x80, HasRightOrigin = 0x40, HasParentKey = 0x20;

    /// <summary>The update without structs or deletions.</summary>
    public static ReadOnlySpan<byte> Empty => [0, 0];

    /// <summary>Appends <paramref name="count"/> characters to the end of the client's own run, in the root text <paramref name="root"/>.</summary>
    public static void WriteAppend(ref ByteWriter writer, string root, uint client, uint clock, int count)
    {
        writer.VarUint(1); // clients
        writer.VarUint(1); // structs of this client
        writer.VarUint(client);
        writer.VarUint(clock);
        if (clock == 0)
        {
            writer.Byte(StringContent);
            writer.VarUint(1); // the parent is a root type, named by its key
            writer.VarString(root);
        }
        else
        {
            writer.Byte(StringContent | HasOrigin);
            writer.VarUint(client);
            writer.VarUint(clock - 1);
        }
        writer.VarUint((uint)count);
        writer.Repeat((byte)'x', count);
        writer.VarUint(0); // deletions
    }

    /// <summary>Reads the runs of an update of typed text, merged or not.</summary>
    /// <returns>False when the bytes are malformed or hold content that nobody here typed.</returns>
    public static bool TryRead<TRuns>(ReadOnlySpan<byte> update, TRuns runs) where TRuns : IRuns
    {
        var reader = new ByteReader(update);
        var clients = reader.VarUint();
        for (var i = 0u; i < clients && !reader.Failed; i++)
        {
            var structs = reader.VarUint();
            var client = reader.VarUint();
            var clock = reader.VarUint();
            for (var j = 0u; j < structs; j++)
            {
                if (!TryReadStruct(ref reader, out var length, out var isText)) return false;
                if (isText) runs.Run(client, clock, length);
                clock += length;
            }
        }
        return !reader.Failed;
    }

    static bool TryReadStruct(ref ByteReader reader, out uint length, out bool isText)
    {
        var info = reader.Byte();
        var content = (byte)(info & ContentMask);
        isText = content == StringContent;
        length = 0;
        if (content is GarbageContent or Skip)
        {
            length = reader.VarUint();
            return !reader.Failed;
        }
        ReadPlace(ref reader, info);
        if (content == DeletedContent) length = reader.VarUint();
        else if (isText) length = (uint)Encoding.UTF8.GetCharCount(reader.VarBytes()); // Yjs counts UTF-16 units.
        else return false;
        return !reader.Failed;
    }

    static void ReadPlace(ref ByteReader reader, byte info)
    {
        if ((info & HasOrigin) != 0) ReadId(ref reader);
        if ((info & HasRightOrigin) != 0) ReadId(ref reader);
        if ((info & (HasOrigin | HasRightOrigin)) != 0) return;
        if (reader.VarUint() == 1) reader.VarBytes();
        else ReadId(ref reader);
        if ((info & HasParentKey) != 0) reader.VarBytes();
    }

    static void ReadId(ref ByteReader reader)
    {
        reader.VarUint();
        reader.VarUint();
    }
}
