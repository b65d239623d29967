using System.Text.Json.Nodes;

namespace Annotate.Text;

/// <summary>
/// Local changes within one transaction, see <see cref="Document.Change(Action{DocumentEdit})"/>. Indexes count what is visible: elements of
/// a list, UTF-16 units and embeds of a text. An index that is not there, a type that is not there or of another kind, throws; the whole
/// transaction is then taken back.
/// </summary>
public sealed class DocumentEdit
{
    readonly ItemStore _store;
    readonly long _clientId;
    Writer? _writer;

    internal DocumentEdit(ItemStore store, long clientId)
    {
        _store = store;
        _clientId = clientId;
    }

    Writer Own => _writer ??= _store.WriterOrNew(_clientId);

    SharedType Open(SharedRef type, params ReadOnlySpan<SharedKind> kinds)
    {
        if (!kinds.Contains(type.Kind)) throw new ArgumentException($"A {type.Kind} cannot be changed like this.", nameof(type));
        if (type.Root is not null) return _store.Root(type.Root);
        return type.In(_store) ?? throw new ArgumentException("This type is not in the document, or deleted.", nameof(type));
    }

    SharedType OpenText(SharedRef text) => Open(text, SharedKind.Text, SharedKind.XmlText);

    /// <summary>Inserts text.</summary>
    /// <param name="text">A text.</param>
    /// <param name="index">Where, in UTF-16 units.</param>
    /// <param name="value">What. Halves of surrogate pairs become U+FFFD.</param>
    /// <param name="formats">With these formats and no other; those in force at the place if left out. A null value ends a format.</param>
    public void Insert(SharedRef text, int index, string value, JsonObject? formats = null)
    {
        var type = OpenText(text);
        if (value.Length == 0) return;
        var list = _store.ListOf(type, null);
        var cursor = CursorAt(list, index);
        cursor.Insert((left, right) => _store.WriteText(Own, list, left, right, value), formats is null ? null : FormatValues.From(formats));
        if (!type.HasFormats) list.MarkLast(cursor.Left, index + value.Length);
    }

    /// <summary>Inserts something that is no text, as an object: an image, a mention.</summary>
    public void InsertEmbed(SharedRef text, int index, JsonNode embed, JsonObject? formats = null)
    {
        var list = _store.ListOf(OpenText(text), null);
        var json = AnyJson.Stringify(embed);
        var content = new ByteWriter(json.Length + 8);
        content.Text(json);
        var bytes = content.ToArray();
        CursorAt(list, index).Insert(
            (left, right) => _store.Write(Own, list, left, right, StructKind.Embed, 1, bytes), FormatValues.From(formats));
    }

    /// <summary>Sets formats of a range of text. A null value ends a format.</summary>
    public void Format(SharedRef text, int index, int length, JsonObject formats)
    {
        var type = OpenText(text);
        CheckRange(type, index, length);
        if (length == 0) return;
        CursorAt(_store.ListOf(type, null), index).Format(length, FormatValues.From(formats));
    }

    /// <summary>Deletes units of a text, or elements of a list.</summary>
    public void Delete(SharedRef type, int index, int length)
    {
        var open = Open(type, SharedKind.Text, SharedKind.XmlText, SharedKind.Array, SharedKind.XmlFragment, SharedKind.XmlElement);
        CheckRange(open, index, length);
        if (length == 0) return;
        var list = _store.ListOf(open, null);
        if (type.Kind is SharedKind.Text or SharedKind.XmlText) CursorAt(list, index).Delete(length);
        else DeleteElements(list, index, length);
    }

    static void CheckRange(SharedType type, int index, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)index + length, type.Length, nameof(length));
    }

    TextCursor CursorAt(ItemList list, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, list.Owner.Length);
        var cursor = new TextCursor(_store, list, Own);
        if (list.MarkedItem != 0 && list.MarkedIndex == index && !list.Owner.HasFormats) cursor.Begin(list.MarkedItem);
        else cursor.TryGo(index);
        // Whatever is done from here may cut the marked item.
        list.Unmark();
        return cursor;
    }

    /// <summary>The visible item that ends at an index of a list, cut there; 0 for the start.</summary>
    int ItemBefore(ItemList list, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, list.Owner.Length);
        if (index == 0) return 0;
        var number = list.First;
        for (; ; number = _store[number].Right)
        {
            if (!_store[number].IsVisible) continue;
            if (index <= _store[number].Length) break;
            index -= _store[number].Length;
        }
        if (index < _store[number].Length) _store.CutAfter(number, index);
        return number;
    }

    int RightOf(ItemList list, int left) => left == 0 ? list.First : _store[left].Right;

    void DeleteElements(ItemList list, int index, int length)
    {
        for (var number = RightOf(list, ItemBefore(list, index)); length > 0; number = _store[number].Right)
        {
            if (!_store[number].IsVisible) continue;
            if (length < _store[number].Length) _store.CutAfter(number, length);
            length -= _store[number].Length;
            _store.Delete(number);
        }
    }

    SharedType OpenList(SharedRef list) => Open(list, SharedKind.Array, SharedKind.XmlFragment, SharedKind.XmlElement);

    /// <summary>Inserts values into an array.</summary>
    public void Insert(SharedRef array, int index, params IReadOnlyList<JsonNode?> values)
    {
        if (values.Count == 0) return;
        var list = _store.ListOf(Open(array, SharedKind.Array), null);
        var left = ItemBefore(list, index);
        _store.Write(Own, list, left, RightOf(list, left), StructKind.Any, values.Count, Any(values));
    }

    static byte[] Any(params IReadOnlyList<JsonNode?> values)
    {
        var writer = new ByteWriter(values.Count * 16);
        foreach (var value in values) AnyJson.WriteAny(ref writer, AnyJson.ElementOf(value));
        return writer.ToArray();
    }

    static byte[] Blob(ReadOnlySpan<byte> bytes)
    {
        var writer = new ByteWriter(bytes.Length + 8);
        writer.Blob(bytes);
        return writer.ToArray();
    }

    /// <summary>Inserts bytes into an array, as one element.</summary>
    public void InsertBytes(SharedRef array, int index, ReadOnlySpan<byte> bytes)
    {
        var list = _store.ListOf(Open(array, SharedKind.Array), null);
        var left = ItemBefore(list, index);
        _store.Write(Own, list, left, RightOf(list, left), StructKind.Binary, 1, Blob(bytes));
    }

    /// <summary>Inserts a shared type into an array, a fragment or an element.</summary>
    /// <param name="into">The array, fragment or element.</param>
    /// <param name="index">Where.</param>
    /// <param name="kind">What.</param>
    /// <param name="name">The name of an element or a hook; of others there is none.</param>
    public SharedRef InsertType(SharedRef into, int index, SharedKind kind, string? name = null)
    {
        var list = _store.ListOf(OpenList(into), null);
        CheckKind(kind, name);
        var left = ItemBefore(list, index);
        return RefOf(_store.WriteType(Own, list, left, RightOf(list, left), kind, name));
    }

    static void CheckKind(SharedKind kind, string? name)
    {
        if (kind is < SharedKind.Array or > SharedKind.XmlText) throw new ArgumentOutOfRangeException(nameof(kind));
        if (kind is SharedKind.XmlElement or SharedKind.XmlHook != name is not null)
            throw new ArgumentException("Elements and hooks have a name, and nothing else has.", nameof(name));
    }

    SharedRef RefOf(int number) => SharedRef.To(_store, _store.TypeAt(_store[number].Content));

    ItemList Under(SharedRef map, string key) =>
        _store.ListOf(Open(map, SharedKind.Map, SharedKind.XmlElement, SharedKind.XmlHook, SharedKind.XmlText, SharedKind.Text), key);

    /// <summary>Sets a value under a key of a map, or an attribute of an element.</summary>
    public void Set(SharedRef map, string key, JsonNode? value)
    {
        var list = Under(map, key);
        _store.Write(Own, list, list.Last, 0, StructKind.Any, 1, Any(value));
    }

    /// <summary>Sets a new shared type under a key of a map.</summary>
    public SharedRef SetType(SharedRef map, string key, SharedKind kind, string? name = null)
    {
        CheckKind(kind, name);
        var list = Under(map, key);
        return RefOf(_store.WriteType(Own, list, list.Last, 0, kind, name));
    }

    /// <summary>Removes what is under a key of a map.</summary>
    public void Remove(SharedRef map, string key)
    {
        var type = Open(map, SharedKind.Map, SharedKind.XmlElement, SharedKind.XmlHook, SharedKind.XmlText, SharedKind.Text);
        if (type.Under(key) is { Last: not 0 } list) _store.Delete(list.Last);
    }
}
