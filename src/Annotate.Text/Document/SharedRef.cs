namespace Annotate.Text;

/// <summary>
/// Which shared type of a document: a root type by its name, or a nested one by the item that holds it. It stays valid whatever happens to
/// the document; of a nested type that is deleted nothing can be read, and nothing is written into it.
/// </summary>
public readonly record struct SharedRef
{
    /// <summary>The name of a root type; null for a nested one.</summary>
    public string? Root { get; private init; }

    /// <summary>The client that wrote a nested type.</summary>
    public long ClientId { get; private init; }

    /// <summary>The clock of the item that holds a nested type.</summary>
    public long Clock { get; private init; }

    /// <summary>What it is, or, of a root type, what it is taken for.</summary>
    public SharedKind Kind { get; private init; }

    /// <summary>A root type.</summary>
    public static SharedRef OfRoot(string name, SharedKind kind) => new() { Root = name, Kind = kind };

    /// <summary>The root type Y.Text of this name.</summary>
    public static SharedRef Text(string name) => OfRoot(name, SharedKind.Text);

    /// <summary>The root type Y.Array of this name.</summary>
    public static SharedRef Array(string name) => OfRoot(name, SharedKind.Array);

    /// <summary>The root type Y.Map of this name.</summary>
    public static SharedRef Map(string name) => OfRoot(name, SharedKind.Map);

    /// <summary>The root type Y.XmlFragment of this name.</summary>
    public static SharedRef Xml(string name) => OfRoot(name, SharedKind.XmlFragment);

    internal static SharedRef To(ItemStore store, SharedType type, SharedKind rootKind = SharedKind.Unknown)
    {
        if (type.IsRoot) return OfRoot(type.Name!, rootKind);
        ref var holder = ref store[type.Holder];
        return new SharedRef { ClientId = store.Writers[holder.Writer].ClientId, Clock = holder.Clock, Kind = type.Kind };
    }

    internal SharedType? In(ItemStore store)
    {
        if (Root is not null) return store.Roots.GetValueOrDefault(Root);
        if (store.WriterOf(ClientId) is not { } writer || Clock < 0 || Clock >= writer.Clock) return null;
        ref var holder = ref store[writer.Find((int)Clock)];
        return holder.Kind == StructKind.Type && !holder.IsDeleted ? store.TypeAt(holder.Content) : null;
    }
}
