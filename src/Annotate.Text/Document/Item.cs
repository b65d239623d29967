namespace Annotate.Text;

/// <summary>
/// A run of clock ticks of one writer with content of one kind, and its place in a list (Yjs' Item, or its GC where it has none). A value in
/// an array, linked by index; 0 means none, because the item 0 is never used.
/// </summary>
struct Item
{
    const uint WriterMask = (1 << WriterBits) - 1, KindMask = 0xf;
    const int WriterBits = 20, KindShift = WriterBits;
    const uint DeletedBit = 1 << 24, WideBit = 1 << 25, SeamBit = 1 << 26;

    /// <summary>How many writers an item's bits can tell apart.</summary>
    public const int WritersMax = (int)WriterMask;

    /// <summary>In place of a writer: nobody, there is no origin.</summary>
    public const int Nobody = -1;

    public int Clock;
    public int Length;
    public int Left;
    public int Right;

    /// <summary>The writer and clock that stood left of this when it was written.</summary>
    public int OriginBy;
    public int OriginClock;

    /// <summary>The writer and clock that stood right of it.</summary>
    public int RightOriginBy;
    public int RightOriginClock;

    /// <summary>The number of the list it is in; 0 for collected items.</summary>
    public int List;

    /// <summary>Where its content starts among the document's bytes; of a type, its number.</summary>
    public int Content;

    uint _bits;

    public Item(int writer, StructKind kind) => _bits = (uint)writer | ((uint)kind << KindShift);

    public readonly int Writer => (int)(_bits & WriterMask);

    public StructKind Kind
    {
        readonly get => (StructKind)(_bits >> KindShift & KindMask);
        set => _bits = (_bits & ~(KindMask << KindShift)) | ((uint)value << KindShift);
    }

    public bool IsDeleted
    {
        readonly get => (_bits & DeletedBit) != 0;
        set => _bits = value ? _bits | DeletedBit : _bits & ~DeletedBit;
    }

    /// <summary>Its text takes two bytes a unit (UTF-16), not one (Latin-1).</summary>
    public bool IsWide
    {
        readonly get => (_bits & WideBit) != 0;
        set => _bits = value ? _bits | WideBit : _bits & ~WideBit;
    }

    /// <summary>It stays apart from what it goes on with: something has its origins on both sides of the seam, and stands behind both.</summary>
    public bool IsSeam
    {
        readonly get => (_bits & SeamBit) != 0;
        set => _bits = value ? _bits | SeamBit : _bits & ~SeamBit;
    }

    /// <summary>The clock behind its last.</summary>
    public readonly int End => Clock + Length;

    /// <summary>It has a place in the positions of its type: it is neither a mark nor empty.</summary>
    public readonly bool IsCountable => Kind is not (StructKind.Collected or StructKind.Deleted or StructKind.Format);

    public readonly bool IsVisible => !IsDeleted && IsCountable;

    /// <summary>Something of it: several of its kind can be one item.</summary>
    public readonly bool IsRun => Kind is StructKind.String or StructKind.Any or StructKind.Json or StructKind.Deleted;

    /// <summary>Takes over the writer, the kind and the marks of another.</summary>
    public void CopyBits(in Item other) => _bits = other._bits;
}
