namespace Annotate.Text;

/// <summary>The shared types, by their numbers in the format (yjs, src/structs/ContentType.js).</summary>
public enum SharedKind
{
    /// <summary>A Y.Array.</summary>
    Array = 0,

    /// <summary>A Y.Map.</summary>
    Map = 1,

    /// <summary>A Y.Text.</summary>
    Text = 2,

    /// <summary>A Y.XmlElement; it has a name.</summary>
    XmlElement = 3,

    /// <summary>A Y.XmlFragment.</summary>
    XmlFragment = 4,

    /// <summary>A Y.XmlHook: a map with a name.</summary>
    XmlHook = 5,

    /// <summary>A Y.XmlText.</summary>
    XmlText = 6,

    /// <summary>A root type, of which an update says nothing but its name: it is what its reader takes it for.</summary>
    Unknown = 7,
}

/// <summary>A shared type: a sequence of items, and a row of items under each key, of which the last counts.</summary>
sealed class SharedType(SharedKind kind, string? name, int holder, int depth)
{
    Dictionary<string, ItemList>? _keys;

    public SharedKind Kind => kind;

    /// <summary>The name of a root type, of an XML element or of a hook.</summary>
    public string? Name => name;

    /// <summary>The item that holds it; 0 for a root type.</summary>
    public int Holder => holder;

    public bool IsRoot => holder == 0;

    /// <summary>How many types it is in.</summary>
    public int Depth => depth;

    /// <summary>The number of visible elements in its sequence; of a text, of UTF-16 units.</summary>
    public int Length;

    /// <summary>A formatting mark was put into it.</summary>
    public bool HasFormats;

    public ItemList? Sequence;

    public Dictionary<string, ItemList> Keys => _keys ??= [];

    public bool HasKeys => _keys is not null;

    public ItemList? Under(string key) => _keys is not null && _keys.TryGetValue(key, out var list) ? list : null;

    public void Remove(string key) => _keys!.Remove(key);

    public void Clear()
    {
        _keys = null;
        Sequence = null;
    }
}

/// <summary>A list of items: the sequence of a type, or what was set under one of its keys.</summary>
sealed class ItemList(SharedType owner, string? key, int number)
{
    public SharedType Owner => owner;

    /// <summary>Null for the sequence.</summary>
    public string? Key => key;

    public int Number => number;

    public int First;

    public int Last;

    /// <summary>The transaction that changed it last.</summary>
    public int Transaction;

    /// <summary>
    /// The item behind which the last local change ended, and the index there; 0 if unknown. Whoever types goes on from there.
    /// </summary>
    public int MarkedItem { get; private set; }

    public int MarkedIndex { get; private set; }

    public void MarkLast(int item, int index) => (MarkedItem, MarkedIndex) = (item, index);

    public void Unmark() => MarkedItem = 0;
}
