using System.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>Types as one Yjs client: each update adds text after what it typed before, in the root text "t" (Yjs update format 1).</summary>
sealed class YjsTypist(uint client)
{
    const byte StringContent = 4, HasOrigin = 0x80;
    readonly StringBuilder _typed = new();

    public uint Client => client;

    public int Clock { get; private set; }

    public string Typed => _typed.ToString();

    public byte[] Type(string text)
    {
        using var bytes = new MemoryStream();
        WriteNumbers(bytes, 1, 1, client, (uint)Clock);
        if (Clock == 0)
        {
            bytes.WriteByte(StringContent);
            WriteNumbers(bytes, 1, 1);
            bytes.WriteByte((byte)'t');
        }
        else
        {
            bytes.WriteByte(StringContent | HasOrigin);
            WriteNumbers(bytes, client, (uint)Clock - 1);
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        WriteNumbers(bytes, (uint)utf8.Length);
        bytes.Write(utf8);
        WriteNumbers(bytes, 0);
        Clock += text.Length;
        _typed.Append(text);
        return bytes.ToArray();
    }

    static void WriteNumbers(MemoryStream bytes, params uint[] numbers)
    {
        foreach (var number in numbers)
        {
            var rest = number;
            for (; rest >= 0x80; rest >>= 7) bytes.WriteByte((byte)(rest | 0x80));
            bytes.WriteByte((byte)rest);
        }
    }
}
