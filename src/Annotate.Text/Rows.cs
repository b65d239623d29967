namespace Annotate.Text;

/// <summary>
/// A list in the making. Grows by doubling, so it costs no more than twice what was really read, whatever a length announced.
/// </summary>
struct Rows<T>
{
    T[]? _items;

    public int Count { get; private set; }

    public readonly Span<T> Span => _items.AsSpan(0, Count);

    public readonly ref T Last => ref _items![Count - 1];

    public void Add(in T item)
    {
        if (_items is null) _items = new T[1];
        else if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = item;
    }

    public void Truncate(int count) => Count = count;

    /// <summary>The items, as an array of exactly their number. The list must not be added to afterwards.</summary>
    public readonly T[] ToArray() => _items is null ? [] : _items.Length == Count ? _items : Span.ToArray();
}
