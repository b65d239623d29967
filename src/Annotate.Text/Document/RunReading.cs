using System.Text;

namespace Annotate.Text;

/// <summary>A run of a text: characters of one writer under the same formats, or one thing that stands between characters.</summary>
/// <param name="Text">The characters; null for something else, an embed or a shared type.</param>
/// <param name="Formats">The formats in force, each a key and its value as JSON.</param>
/// <param name="ClientId">The Yjs client id it was written under.</param>
public readonly record struct TextRun(string? Text, IReadOnlyList<(string Key, string Json)> Formats, long ClientId);

/// <summary>Reads a text as runs.</summary>
readonly struct RunReading(ItemStore store)
{
    public IEnumerable<TextRun> Read(SharedType type)
    {
        var formats = new Formats();
        var text = new StringBuilder();
        IReadOnlyList<(string Key, string Json)>? inForce = [];
        var writer = Item.Nobody;
        for (var number = type.Sequence?.First ?? 0; number != 0; number = store[number].Right)
        {
            var item = store[number];
            if (item.IsDeleted || item.Kind is not (StructKind.String or StructKind.Format or StructKind.Embed or StructKind.Type)) continue;
            if (text.Length > 0 && (item.Kind != StructKind.String || item.Writer != writer))
            {
                yield return new TextRun(text.ToString(), inForce ??= [.. formats.Entries], ClientOf(writer));
                text.Clear();
            }
            if (item.Kind == StructKind.Format)
            {
                Set(formats, item);
                inForce = null;
                continue;
            }
            writer = item.Writer;
            if (item.Kind == StructKind.String) new TextReading(store).Append(text, item);
            else yield return new TextRun(null, inForce ??= [.. formats.Entries], ClientOf(writer));
        }
        if (text.Length > 0) yield return new TextRun(text.ToString(), inForce ?? [.. formats.Entries], ClientOf(writer));
    }

    long ClientOf(int writer) => store.Writers[writer].ClientId;

    void Set(Formats formats, in Item mark)
    {
        var (key, json) = Formats.Read(store.ContentOf(mark));
        formats[key] = json;
    }
}
