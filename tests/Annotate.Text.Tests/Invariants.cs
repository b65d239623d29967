namespace Annotate.Text.Tests;

/// <summary>What must hold of a document's items after every step.</summary>
static class Invariants
{
    internal static void Check(ItemStore store, string where)
    {
        var lists = new HashSet<ItemList>();
        var items = 0;
        foreach (var writer in store.Writers)
        {
            var clock = 0;
            for (var number = writer.First(); number != 0; number = writer.Next())
            {
                var item = store[number];
                items++;
                var fits = item.Clock == clock && item.Length > 0 && item.Writer == writer.Number;
                Assert.True(fits, $"{where}: clocks of {writer.ClientId} at {clock}");
                clock = item.End;
                if (item.Kind == StructKind.Collected) Assert.True(item.IsDeleted && item.List == 0, where);
                else lists.Add(store.ListAt(item.List));
                Assert.True(HasItsContent(store, item), $"{where}: the content of {item.Kind} {writer.ClientId} {item.Clock}");
            }
            Assert.True(writer.Clock == clock, $"{where}: the clock of {writer.ClientId}");
            for (long at = 0; at < clock; at += Math.Max(1, clock / 50))
                Assert.True(store[writer.Find((int)at)] is var found && found.Clock <= at && found.End > at, $"{where}: {at} is not found");
        }
        Assert.True(items == store.ItemCount, $"{where}: {items} items are in rows, {store.ItemCount} are counted");
        foreach (var list in lists) CheckList(store, list, where);
    }

    static bool HasItsContent(ItemStore store, Item item)
    {
        if (item.Kind is StructKind.Collected or StructKind.Deleted) return true;
        if (item.Kind == StructKind.Type) return store.TypeAt(item.Content) is not null;
        if (item.Kind == StructKind.String) return item.Content + (item.Length << (item.IsWide ? 1 : 0)) <= store.Content.Length;
        var reader = new ByteReader(store.Content.Span, item.Content);
        return StructReader.TrySkipContent(ref reader, item.Kind, item.Length);
    }

    /// <summary>
    /// Several elements under one key, which no editor writes, may have been cut in two: here as in yjs the first part lives on unseen. What was
    /// then put between the two is deleted.
    /// </summary>
    static bool IsCut(ItemStore store, Item item)
    {
        var writer = store.Writers[item.Writer];
        if (item.End >= writer.Clock) return false;
        var rest = store[writer.Find(item.End)];
        return rest.List == item.List && rest.OriginBy == item.Writer && rest.OriginClock == item.End - 1;
    }

    static void CheckList(ItemStore store, ItemList list, string where)
    {
        int left = 0, length = 0;
        for (var number = list.First; number != 0; number = store[number].Right)
        {
            var item = store[number];
            Assert.True(item.Left == left && item.List == list.Number, $"{where}: links");
            if (item.IsVisible) length += item.Length;
            if (list.Key is not null && item.Right != 0)
                Assert.True(item.IsDeleted || IsCut(store, item), $"{where}: only the last under a key lives");
            left = number;
        }
        Assert.True(list.Last == left, $"{where}: the last of a list");
        if (list.Key is null) Assert.True(list.Owner.Length == length, $"{where}: a type's length is {list.Owner.Length}, not {length}");
    }
}
