using System.Runtime.CompilerServices;

namespace Annotate.Text;

/// <content>For whoever wants to know what a document consists of.</content>
public sealed partial class Document
{
    /// <summary>What waits for something that has not come, as an update; one that says nothing if nothing waits.</summary>
    public Update Pending => _pending;

    /// <summary>
    /// What <see cref="Pending"/> waits for, by descending client: each client that is behind, and the lowest clock of it that is needed.
    /// </summary>
    public ClientClock[] Missing()
    {
        var missing = new SortedDictionary<long, long>();
        foreach (var needed in _pendingFor)
            if (!missing.TryGetValue(needed.ClientId, out var lowest) || needed.Clock < lowest) missing[needed.ClientId] = needed.Clock;
        return [.. missing.Reverse().Select(entry => new ClientClock(entry.Key, entry.Value))];
    }

    /// <summary>
    /// What a root type most likely is: an update says nothing of it but its name. Characters, embeds or formatting marks make a text; XML
    /// nodes, and nothing else, a fragment; other elements an array; keys alone a map. <see cref="SharedKind.Unknown"/> if all that was ever in
    /// it is deleted, or there is no such root.
    /// </summary>
    public SharedKind GuessKind(string root)
    {
        if (RootOrNull(root) is not { } type) return SharedKind.Unknown;
        var guess = SharedKind.Unknown;
        for (var number = type.Sequence?.First ?? 0; number != 0; number = _store[number].Right)
        {
            ref var item = ref _store[number];
            if (item.IsDeleted) continue;
            if (item.Kind is StructKind.String or StructKind.Embed or StructKind.Format) return SharedKind.Text;
            var isXml = item.Kind == StructKind.Type
                && _store.TypeAt(item.Content).Kind is SharedKind.XmlElement or SharedKind.XmlText or SharedKind.XmlHook;
            guess = isXml && guess != SharedKind.Array ? SharedKind.XmlFragment : SharedKind.Array;
        }
        return guess == SharedKind.Unknown && type.HasKeys && type.Keys.Values.Any(IsSet) ? SharedKind.Map : guess;
    }

    bool IsSet(ItemList list) => list.Last != 0 && !_store[list.Last].IsDeleted;

    /// <summary>How many types of each kind are in others; those that are deleted do not count.</summary>
    public IReadOnlyDictionary<SharedKind, int> CountNestedTypes()
    {
        var counts = new SortedDictionary<SharedKind, int>();
        foreach (var writer in _store.Writers)
        {
            for (var number = writer.First(); number != 0; number = writer.Next())
            {
                if (_store[number] is not { Kind: StructKind.Type, IsDeleted: false } holder) continue;
                var kind = _store.TypeAt(holder.Content).Kind;
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }
        return counts;
    }

    /// <summary>How much each client wrote, by descending client.</summary>
    public ClientShare[] Shares()
    {
        var shares = new ClientShare[_store.Writers.Length];
        for (var i = 0; i < shares.Length; i++) shares[i] = ShareOf(_store.Writers[i]);
        shares.AsSpan().Sort(static (a, b) => b.ClientId.CompareTo(a.ClientId));
        return shares;
    }

    ClientShare ShareOf(Writer writer)
    {
        int characters = 0, elements = 0, structs = 0, before = 0;
        for (var number = writer.First(); number != 0; number = writer.Next())
        {
            ref var item = ref _store[number];
            if (before == 0 || !_store.AreOneRun(_store[before], number)) structs++;
            before = number;
            if (!item.IsVisible) continue;
            if (item.Kind == StructKind.String) characters += item.Length;
            else elements += item.Length;
        }
        return new ClientShare(writer.ClientId, writer.Clock, characters, elements, structs);
    }

    /// <summary>
    /// How many bytes the document holds in its arrays: items, contents, the clocks of its writers, and what is pending. What is small beside
    /// them (the objects for types, lists and keys) is left out.
    /// </summary>
    public long BytesHeld => _store.BytesHeld + _pending.Bytes.Length;
}

/// <summary>How much one client wrote.</summary>
/// <param name="ClientId">The Yjs client id.</param>
/// <param name="Clock">How many clock ticks: every character, element and mark takes one, also those that are deleted.</param>
/// <param name="VisibleCharacters">UTF-16 units of text that are not deleted.</param>
/// <param name="VisibleElements">Everything else that is not deleted: values, embeds and types.</param>
/// <param name="Structs">How many structs that is, where runs are joined as yjs joins them.</param>
public readonly record struct ClientShare(long ClientId, long Clock, int VisibleCharacters, int VisibleElements, int Structs);

/// <content>How much it holds.</content>
sealed partial class ItemStore
{
    public long BytesHeld
    {
        get
        {
            var bytes = (long)_items.Length * Unsafe.SizeOf<Item>() + Content.BytesHeld;
            foreach (var writer in _writers.Span) bytes += writer.BytesHeld;
            return bytes;
        }
    }
}
