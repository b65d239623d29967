using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Annotate.Text;

/// <summary>
/// A place in a document that moves with the text around it (yjs, src/utils/RelativePosition.js): at an element, or at the end of a type.
/// </summary>
public readonly record struct RelativePosition
{
    const byte AtElement = 0, AtEndOfRoot = 1, AtEndOfNested = 2;

    /// <summary>The client of the element, or of the item that holds the type; -1 where the type is a root type.</summary>
    public long ClientId { get; init; }

    /// <summary>The clock of the element, or of the item that holds the type.</summary>
    public long Clock { get; init; }

    /// <summary>The name of the root type at whose end it is; null if it is elsewhere.</summary>
    public string? Root { get; init; }

    /// <summary>It is at the end of the nested type that the item holds, not at the item.</summary>
    public bool IsEndOfType { get; init; }

    /// <summary>Below zero: it stays with what is left of it. Otherwise with what is right of it.</summary>
    public long Association { get; init; }

    /// <summary>As Y.encodeRelativePosition writes it.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(32);
        if (Root is not null)
        {
            writer.Byte(AtEndOfRoot);
            writer.Text(Root);
        }
        else
        {
            writer.Byte(IsEndOfType ? AtEndOfNested : AtElement);
            writer.Uint(ClientId);
            writer.Uint(Clock);
        }
        SignedNumber.Write(ref writer, Math.Abs(Association), Association < 0);
        return writer.ToArray();
    }

    /// <summary>Reads what Y.encodeRelativePosition writes; older ones end before the association.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RelativePosition position)
    {
        position = default;
        var reader = new ByteReader(bytes);
        if (!reader.TryUint(out var kind) || kind > AtEndOfNested) return false;
        ReadOnlySpan<byte> root = default;
        long client = -1, clock = 0;
        if (kind == AtEndOfRoot ? !reader.TryText(out root) : !reader.TryUint(out client) || !reader.TryUint(out clock)) return false;
        var association = default(SignedNumber);
        if (reader.Left > 0 && !SignedNumber.TryRead(ref reader, out association)) return false;
        position = new RelativePosition
        {
            ClientId = client,
            Clock = clock,
            Root = kind == AtEndOfRoot ? Encoding.UTF8.GetString(root) : null,
            IsEndOfType = kind == AtEndOfNested,
            Association = association.IsNegative ? -association.Size : association.Size,
        };
        return reader.TryEnd();
    }
}

/// <content>Relative positions, and who wrote what.</content>
public sealed partial class Document
{
    /// <summary>The relative position of an index. Fails if the type is not there, or the index is beyond its end.</summary>
    /// <param name="type">A text or a list.</param>
    /// <param name="index">Where.</param>
    /// <param name="association">Below zero: stays with what is left of it. Otherwise with what is right of it.</param>
    /// <param name="position">The position.</param>
    public bool TryPositionAt(SharedRef type, int index, int association, out RelativePosition position)
    {
        position = default;
        var open = type.In(_store);
        if (index < 0 || index > (open?.Length ?? 0) || (open is null && type.Root is null)) return false;
        position = EndOf(type, association);
        // A position that stays with its left and has none is, oddly, at the end of the type: which reads as its start then.
        if (association < 0 && index-- == 0) return true;
        for (var number = open?.Sequence?.First ?? 0; number != 0; number = _store[number].Right)
        {
            ref var item = ref _store[number];
            if (item.IsVisible)
            {
                if (item.Length > index)
                {
                    position = At(item, item.Clock + index, association);
                    return true;
                }
                index -= item.Length;
            }
            if (item.Right == 0 && association < 0) position = At(item, item.End - 1, association);
        }
        return true;
    }

    RelativePosition At(in Item item, int clock, int association) =>
        new() { ClientId = _store.Writers[item.Writer].ClientId, Clock = clock, Association = association };

    static RelativePosition EndOf(SharedRef type, int association) => type.Root is not null
        ? new() { ClientId = -1, Root = type.Root, Association = association }
        : new() { ClientId = type.ClientId, Clock = type.Clock, IsEndOfType = true, Association = association };

    /// <summary>Where a relative position is now. Fails if what it is relative to has not come yet, or is gone with its type.</summary>
    public bool TryIndexOf(RelativePosition position, [NotNullWhen(true)] out SharedRef? type, out int index)
    {
        (type, index) = (null, 0);
        if (position.Root is not null)
        {
            type = SharedRef.OfRoot(position.Root, SharedKind.Unknown);
            index = position.Association >= 0 ? RootOrNull(position.Root)?.Length ?? 0 : 0;
            return true;
        }
        if (_store.WriterOf(position.ClientId) is not { } writer || position.Clock < 0 || position.Clock >= writer.Clock) return false;
        ref var item = ref _store[writer.Find((int)position.Clock)];
        if (position.IsEndOfType)
        {
            if (item.Kind != StructKind.Type) return false;
            var holder = _store.TypeAt(item.Content);
            type = SharedRef.To(_store, holder);
            index = position.Association >= 0 ? holder.Length : 0;
            return true;
        }
        if (item.Kind == StructKind.Collected) return false;
        var list = _store.ListAt(item.List);
        type = SharedRef.To(_store, list.Owner);
        if (!list.Owner.IsRoot && _store[list.Owner.Holder].IsDeleted) return true;
        if (item.IsVisible) index = (int)position.Clock - item.Clock + (position.Association >= 0 ? 0 : 1);
        for (var number = item.Left; number != 0; number = _store[number].Left)
            if (_store[number].IsVisible) index += _store[number].Length;
        return true;
    }

    /// <summary>Who wrote what is visible of a text or a list: runs of one writer, in order, without gaps.</summary>
    public IReadOnlyList<WrittenRange> Authors(SharedRef type)
    {
        var ranges = new List<WrittenRange>();
        var index = 0;
        for (var number = type.In(_store)?.Sequence?.First ?? 0; number != 0; number = _store[number].Right)
        {
            ref var item = ref _store[number];
            if (!item.IsVisible) continue;
            var client = _store.Writers[item.Writer].ClientId;
            if (ranges.Count > 0 && ranges[^1].ClientId == client) ranges[^1] = ranges[^1] with { Length = ranges[^1].Length + item.Length };
            else ranges.Add(new WrittenRange(index, item.Length, client));
            index += item.Length;
        }
        return ranges;
    }
}

/// <summary>A range of a text or a list, and who wrote it.</summary>
/// <param name="Index">Where it starts.</param>
/// <param name="Length">How long it is: in UTF-16 units, or elements.</param>
/// <param name="ClientId">The Yjs client id it was written under.</param>
public readonly record struct WrittenRange(int Index, int Length, long ClientId);
