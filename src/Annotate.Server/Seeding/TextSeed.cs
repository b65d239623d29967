using System.Buffers;
using System.Text;

namespace Annotate.Server.Seeding;

/// <summary>
/// Writes a text as one Yjs update (format 1, as in yjs INTERNALS.md and lib0's encoding) that begins it: an XmlFragment named
/// <c>default</c> in the shape of ProseMirror and Tiptap. One client, every struct an insertion, nothing deleted. The same text under the
/// same client id gives the same bytes, so that sending it twice adds it once.
/// </summary>
sealed class TextSeed
{
    // Kinds of struct content and of shared type, numbered as yjs numbers them.
    const byte ContentString = 4;
    const byte ContentType = 7;
    const byte ContentAny = 8;
    const int XmlElement = 3;
    const int XmlText = 6;

    // Bits of a struct's first byte.
    const byte HasOrigin = 0x80;
    const byte HasKey = 0x20;

    const string Fragment = "default";

    readonly ArrayBufferWriter<byte> _structs = new();
    readonly uint _client;
    uint _clock;
    int _count;

    TextSeed(uint client) => _client = client;

    /// <summary>The update of a text in which nothing was ever written: no client, nothing deleted.</summary>
    public static ReadOnlySpan<byte> Nothing => [0, 0];

    /// <param name="markdown">See <see cref="SeedBlock.Read"/>.</param>
    /// <param name="client">The Yjs client id that the text is written under.</param>
    /// <returns>The update; it is empty (two zero bytes) when there is no text.</returns>
    public static byte[] FromMarkdown(string markdown, uint client)
    {
        var seed = new TextSeed(client);
        uint? left = null;
        foreach (var block in SeedBlock.Read(markdown.Normalize(NormalizationForm.FormC))) left = seed.Write(block, left);
        return seed.Finish();
    }

    byte[] Finish()
    {
        var update = new ArrayBufferWriter<byte>();
        Number(update, _count == 0 ? 0u : 1u);
        if (_count > 0)
        {
            Number(update, (uint)_count);
            Number(update, _client);
            Number(update, 0);
            update.Write(_structs.WrittenSpan);
        }

        Number(update, 0);
        return update.WrittenSpan.ToArray();
    }

    uint Write(SeedBlock block, uint? left)
    {
        switch (block)
        {
            case SeedBlock.Heading heading:
                var head = Element("heading", null, left);
                Attribute(head, "level", heading.Level);
                Text(head, heading.Text);
                return head;
            case SeedBlock.Bullets bullets:
                var list = Element("bulletList", null, left);
                uint? item = null;
                foreach (var text in bullets.Items)
                {
                    item = Element("listItem", list, item);
                    Text(Element("paragraph", item, null), text);
                }

                return list;
            default:
                var paragraph = Element("paragraph", null, left);
                Text(paragraph, ((SeedBlock.Paragraph)block).Text);
                return paragraph;
        }
    }

    /// <summary>An element in a parent, or in the fragment, after its left neighbour; gives its clock, which stands for it.</summary>
    uint Element(string name, uint? parent, uint? left)
    {
        Begin(ContentType, parent, left, null);
        Number(_structs, XmlElement);
        Words(_structs, name);
        return End(1);
    }

    void Attribute(uint element, string name, int value)
    {
        Begin(ContentAny, element, null, name);
        Number(_structs, 1);
        _structs.Write<byte>([125, (byte)value]); // lib0's "any": 125 is an integer, and one below 64 takes one byte
        End(1);
    }

    void Text(uint parent, string text)
    {
        if (text.Length == 0) return;
        Begin(ContentType, parent, null, null);
        Number(_structs, XmlText);
        var holder = End(1);
        Begin(ContentString, holder, null, null);
        Words(_structs, text);
        End((uint)text.Length); // Yjs counts UTF-16 units.
    }

    // A struct with a left neighbour has the same parent as that, so the parent is not written.
    void Begin(byte content, uint? parent, uint? left, string? key)
    {
        _structs.Write<byte>([(byte)(content | (left is null ? 0 : HasOrigin) | (key is null ? 0 : HasKey))]);
        if (left is not null)
        {
            Identifier(left.Value);
            return;
        }

        Number(_structs, parent is null ? 1u : 0u);
        if (parent is null) Words(_structs, Fragment);
        else Identifier(parent.Value);
        if (key is not null) Words(_structs, key);
    }

    uint End(uint length)
    {
        var clock = _clock;
        _clock += length;
        _count++;
        return clock;
    }

    void Identifier(uint clock)
    {
        Number(_structs, _client);
        Number(_structs, clock);
    }

    static void Words(ArrayBufferWriter<byte> to, string text)
    {
        Number(to, (uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }

    static void Number(ArrayBufferWriter<byte> to, uint value)
    {
        while (value >= 0x80)
        {
            to.Write<byte>([(byte)(value | 0x80)]);
            value >>= 7;
        }

        to.Write<byte>([(byte)value]);
    }
}
