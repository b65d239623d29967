namespace Annotate.Text;

/// <summary>
/// A place between two items of a text, and the formats in force there. Edits a text as yjs does (src/types/YText.js), so that marks come
/// and go as its editors expect.
/// </summary>
sealed class TextCursor(ItemStore store, ItemList list, Writer writer)
{
    readonly Formats _current = new();
    int _left;
    int _right = list.First;

    /// <summary>Goes to an index, and cuts there.</summary>
    public bool TryGo(int index)
    {
        while (_right != 0 && index > 0)
        {
            if (store[_right].IsVisible)
            {
                if (index < store[_right].Length) store.CutAfter(_right, index);
                index -= store[_right].Length;
            }
            Forward();
        }
        return index == 0;
    }

    /// <summary>Begins where an index is known to be, in a text without formats.</summary>
    public void Begin(int left)
    {
        _left = left;
        _right = store[left].Right;
    }

    public int Left => _left;

    public int Right => _right;

    void Forward()
    {
        if (IsMark(_right))
        {
            var (key, json) = Formats.Read(store.ContentOf(store[_right]));
            _current[key] = json;
        }
        _left = _right;
        _right = store[_right].Right;
    }

    bool IsMark(int number) => store[number].Kind == StructKind.Format && !store[number].IsDeleted;

    void Put(Func<int, int, int> write)
    {
        _left = write(_left, _right);
        _right = store[_left].Right;
    }

    void PutMark(string key, string json)
    {
        Put((left, right) => store.Write(writer, list, left, right, StructKind.Format, 1, FormatValues.Mark(key, json)));
        _current[key] = json;
    }

    /// <summary>Writes something here, with formats; with those in force if none are given.</summary>
    public void Insert(Func<int, int, int> write, FormatValues? formats)
    {
        formats ??= FormatValues.From(_current);
        foreach (var (key, _) in _current.Entries)
            if (formats[key] is null) formats[key] = FormatValues.None;
        PassWhatIsSet(formats);
        var negated = Set(formats);
        Put(write);
        Negate(negated);
    }

    /// <summary>Goes on while what follows is deleted, or a mark that sets what is to be set.</summary>
    void PassWhatIsSet(FormatValues formats)
    {
        while (_right != 0)
        {
            if (!store[_right].IsDeleted)
            {
                if (store[_right].Kind != StructKind.Format) return;
                var (key, json) = Formats.Read(store.ContentOf(store[_right]));
                if (!FormatValues.AreEqual(formats[key], json)) return;
            }
            Forward();
        }
    }

    /// <summary>Writes the marks that are needed, and gives what they changed, to be set back behind.</summary>
    FormatValues Set(FormatValues formats)
    {
        var negated = new FormatValues();
        foreach (var (key, json) in formats.Entries)
        {
            var before = _current[key];
            if (FormatValues.AreEqual(before, json)) continue;
            negated[key] = before ?? FormatValues.None;
            PutMark(key, json);
        }
        return negated;
    }

    void Negate(FormatValues negated)
    {
        while (_right != 0)
        {
            if (!store[_right].IsDeleted)
            {
                if (store[_right].Kind != StructKind.Format) break;
                var (key, json) = Formats.Read(store.ContentOf(store[_right]));
                // A key that is not to be set back equals no mark, not even one that says null.
                if (negated[key] is not { } wanted || !FormatValues.AreEqual(wanted, json)) break;
                negated.Remove(key);
            }
            Forward();
        }
        foreach (var (key, json) in negated.Entries) PutMark(key, json);
    }

    /// <summary>Formats as many units from here.</summary>
    public void Format(int length, FormatValues formats)
    {
        if (_right == 0) return;
        PassWhatIsSet(formats);
        var negated = Set(formats);
        while (_right != 0 && (length > 0 || (negated.Count > 0 && (store[_right].IsDeleted || store[_right].Kind == StructKind.Format))))
        {
            if (IsMark(_right))
            {
                if (!TryPassMark(formats, negated, length)) break;
            }
            else if (!store[_right].IsDeleted)
            {
                if (length < store[_right].Length) store.CutAfter(_right, length);
                length -= store[_right].Length;
            }
            Forward();
        }
        Negate(negated);
    }

    /// <summary>A mark within what is formatted: one of a key that is set goes away, and is what the end sets back.</summary>
    bool TryPassMark(FormatValues formats, FormatValues negated, int length)
    {
        var (key, json) = Formats.Read(store.ContentOf(store[_right]));
        if (formats[key] is not { } wanted)
        {
            _current[key] = json;
            return true;
        }
        if (FormatValues.AreEqual(wanted, json)) negated.Remove(key);
        else if (length == 0) return false;
        else negated[key] = json;
        store.Delete(_right);
        return true;
    }

    /// <summary>Deletes as many units from here, and marks that have become needless.</summary>
    public void Delete(int length)
    {
        var before = FormatValues.From(_current);
        var start = _right;
        while (length > 0 && _right != 0)
        {
            if (store[_right].IsVisible)
            {
                if (length < store[_right].Length) store.CutAfter(_right, length);
                length -= store[_right].Length;
                store.Delete(_right);
            }
            Forward();
        }
        if (start != 0 && list.Owner.HasFormats) new FormatTidying(store).TidyGap(start, _right, before, _current);
    }
}
