using System.Diagnostics.CodeAnalysis;
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

    /// <summary>The name of an element or a hook; null for what has none, and what is not there.</summary>
    public string? NameOf(SharedRef type) => type.In(_store) is { IsRoot: false } found ? found.Name : null;

    /// <summary>The attributes of an element, or what is under the keys of another type, as a JSON object: getAttributes of yjs' elements.</summary>
    public string ReadAttributes(SharedRef type) => ReadAttributes(type, null);

    /// <summary>The same, as far as that is allowed; what a format says is repeated wherever it holds.</summary>
    /// <returns>False if it is longer, or takes as much work as if it were.</returns>
    public bool TryReadAttributes(SharedRef type, ReadingAllowance allowed, [NotNullWhen(true)] out string? read) =>
        allowed.TryRead(allowance => ReadAttributes(type, allowance), out read);

    string ReadAttributes(SharedRef type, ReadingAllowance? allowance) =>
        type.In(_store) is { } found ? Json(output => new JsonReading(_store, output, allowance).Write(found, SharedKind.Map)) : "{}";

    /// <summary>A text without its formats and embeds: Y.Text's toString.</summary>
    public string ReadText(SharedRef text) => text.In(_store) is { } type ? new TextReading(_store).Plain(type) : "";

    /// <summary>The same, with a character in place of each embed or shared type, so that it is as long as the text.</summary>
    public string ReadText(SharedRef text, char inPlaceOfOthers) =>
        text.In(_store) is { } type ? new TextReading(_store).Plain(type, inPlaceOfOthers) : "";

    /// <summary>A text with its formats, embeds and writers: what <see cref="ReadDelta"/> says, cut where the writer changes.</summary>
    /// <returns>Read while it is gone through, so the document must not change meanwhile.</returns>
    public IEnumerable<TextRun> Runs(SharedRef text) => text.In(_store) is { } type ? new RunReading(_store).Read(type) : [];

    /// <summary>A fragment, an element or a text as a string: toString of yjs' types, which escape nothing.</summary>
    public string ReadXml(SharedRef xml) => xml.In(_store) is { } type ? new XmlReading(_store).Write(type, xml.Kind) : "";

    /// <summary>The same, where it is not longer than so many UTF-16 units; what a format says is repeated wherever it holds.</summary>
    /// <returns>False if it is longer, or takes as much work as if it were.</returns>
    public bool TryReadXml(SharedRef xml, int unitsMax, [NotNullWhen(true)] out string? read) =>
        new ReadingAllowance(unitsMax).TryRead(allowance => xml.In(_store) is { } type ? new XmlReading(_store, allowance).Write(type, xml.Kind) : "", out read);

    /// <summary>
    /// A type as JSON: toJSON of yjs' types, as JSON.stringify writes it. Bytes are base64, a subdocument is an empty object; what is undefined is
    /// null in an array, and is not there in a map.
    /// </summary>
    public string ReadJson(SharedRef shared) => ReadJson(shared, null);

    /// <summary>The same, where it is not longer than so many UTF-16 units; what a format says is repeated wherever it holds.</summary>
    /// <returns>False if it is longer, or takes as much work as if it were.</returns>
    public bool TryReadJson(SharedRef shared, int unitsMax, [NotNullWhen(true)] out string? read) =>
        new ReadingAllowance(unitsMax).TryRead(allowance => ReadJson(shared, allowance), out read);

    string ReadJson(SharedRef shared, ReadingAllowance? allowance) =>
        shared.In(_store) is { } type
            ? Json(output => new JsonReading(_store, output, allowance).Write(type, shared.Kind))
            : EmptyOf(shared.Kind);

    static string EmptyOf(SharedKind kind) => kind switch
    {
        SharedKind.Array => "[]",
        SharedKind.Map or SharedKind.XmlHook => "{}",
        SharedKind.Unknown => "null",
        _ => "\"\"",
    };

    /// <summary>A text with its formats and embeds, as a delta: Y.Text's toDelta, as JSON.</summary>
    public string ReadDelta(SharedRef text) =>
        text.In(_store) is { } type ? Json(output => new JsonReading(_store, output).WriteDelta(type)) : "[]";

    /// <summary>A fragment as the JSON of a ProseMirror document, as y-prosemirror and Tiptap read it.</summary>
    public string ReadProseMirror(SharedRef fragment) => ReadProseMirror(fragment, null);

    /// <summary>The same, where it is not longer than so many UTF-16 units; what a format says is repeated wherever it holds.</summary>
    /// <returns>False if it is longer, or takes as much work as if it were.</returns>
    public bool TryReadProseMirror(SharedRef fragment, int unitsMax, [NotNullWhen(true)] out string? read) =>
        new ReadingAllowance(unitsMax).TryRead(allowance => ReadProseMirror(fragment, allowance), out read);

    string ReadProseMirror(SharedRef fragment, ReadingAllowance? allowance) =>
        Json(output => new ProseMirrorReading(_store, output, allowance).Write(fragment.In(_store)));

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
