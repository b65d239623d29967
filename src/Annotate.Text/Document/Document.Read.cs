using System.Text;
using System.Text.Json;

namespace Annotate.Text;

/// <content>Reading the document, as yjs would read it. A root type that nothing was put into reads as empty.</content>
public sealed partial class Document
{
    /// <summary>The names of the root types that anything was put into.</summary>
    public IEnumerable<string> Roots => _store.Roots.Keys;

    SharedType? RootOrNull(string root) => _store.Roots.GetValueOrDefault(root);

    /// <summary>How many units or elements a text or a list has.</summary>
    public int LengthOf(SharedRef type) => type.In(_store)?.Length ?? 0;

    /// <summary>The shared types in a list, in order.</summary>
    public IReadOnlyList<SharedRef> TypesIn(SharedRef list)
    {
        var types = new List<SharedRef>();
        for (var number = list.In(_store)?.Sequence?.First ?? 0; number != 0; number = _store[number].Right)
            if (_store[number] is { Kind: StructKind.Type, IsDeleted: false } item)
                types.Add(SharedRef.To(_store, _store.TypeAt(item.Content)));
        return types;
    }

    /// <summary>The shared type under a key of a map; null if there is none.</summary>
    public SharedRef? TypeUnder(SharedRef map, string key) =>
        map.In(_store)?.Under(key) is { Last: not 0 } list && _store[list.Last] is { Kind: StructKind.Type, IsDeleted: false } item
            ? SharedRef.To(_store, _store.TypeAt(item.Content))
            : null;

    /// <summary>A text without its formats and embeds: Y.Text's toString.</summary>
    public string ReadText(SharedRef text) => text.In(_store) is { } type ? new TextReading(_store).Plain(type) : "";

    /// <summary>A fragment, an element or a text as a string: toString of yjs' types, which escape nothing.</summary>
    public string ReadXml(SharedRef xml) => xml.In(_store) is { } type ? new XmlReading(_store).Write(type, xml.Kind) : "";

    /// <summary>A type as JSON: toJSON of yjs' types. Bytes are base64, what is undefined is null, a subdocument is an empty object.</summary>
    public string ReadJson(SharedRef shared) =>
        Json((reading, type) => reading.Write(type, shared.Kind), shared, EmptyOf(shared.Kind));

    static string EmptyOf(SharedKind kind) => kind switch
    {
        SharedKind.Array => "[]",
        SharedKind.Map or SharedKind.XmlHook => "{}",
        SharedKind.Unknown => "null",
        _ => "\"\"",
    };

    /// <summary>A text with its formats and embeds, as a delta: Y.Text's toDelta, as JSON.</summary>
    public string ReadDelta(SharedRef text) => Json((reading, type) => reading.WriteDelta(type), text, "[]");

    /// <summary>A fragment as the JSON of a ProseMirror document, as y-prosemirror and Tiptap read it.</summary>
    public string ReadProseMirror(SharedRef fragment) => Json(output => new ProseMirrorReading(_store, output).Write(fragment.In(_store)));

    string Json(Action<JsonReading, SharedType> write, SharedRef shared, string empty) =>
        shared.In(_store) is { } type ? Json(output => write(new JsonReading(_store, output), type)) : empty;

    static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new Utf8JsonWriter(bytes, JsonOptions)) write(output);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Values were checked when they came; the depth is that of the types, an object and a list each, plus that of a value.</summary>
    internal static readonly JsonWriterOptions JsonOptions = new()
    {
        SkipValidation = true,
        MaxDepth = Limits.NestingMax * 2 + Limits.ValueDepthMax + 8,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
