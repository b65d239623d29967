namespace Annotate.Text;

/// <summary>Takes an update into a document: first reads all of it, then puts in what builds on nothing that is missing.</summary>
sealed class Intake(ItemStore store)
{
    /// <summary>The structs of one client.</summary>
    struct Section
    {
        public long Client;
        public long Clock;

        /// <summary>Where the next struct starts, and how many there are from there.</summary>
        public int At;
        public int Left;

        /// <summary>It stands on the stack; whoever builds on it from there builds on itself.</summary>
        public bool Waits;
    }

    Rows<Section> _sections;
    Rows<(int Section, long Clock)> _stack;

    /// <summary>Some struct has its left origin in what comes with it, and its right one before that.</summary>
    bool _isBackwards;
    HashSet<string>? _newRoots;
    int _structs;
    int _deletesAt;

    /// <summary>Its deletions are in order and do not overlap, as yjs writes them.</summary>
    bool _deletesAreNormal;

    /// <summary>What the structs and deletions that could not be put in wait for: the client, and the first clock that is missing.</summary>
    public Rows<ClientClock> Missing;

    /// <summary>Deletions of clocks that are not there yet.</summary>
    public Rows<DeleteRange> DeletesLeft;

    /// <summary>How many structs the update has that was read.</summary>
    public int StructCount => _structs;

    /// <summary>How many structs could not be put in.</summary>
    public int StructsLeft { get; private set; }

    /// <summary>Reads all of an update and changes nothing.</summary>
    public bool TryRead(ref ByteReader reader)
    {
        _sections.Truncate(0);
        _newRoots?.Clear();
        _isBackwards = false;
        _structs = 0;
        if (!reader.TryCount(UpdateDraft.SectionBytesMin, Limits.ClientsMax, out var sections)) return false;
        var newWriters = 0;
        for (var i = 0; i < sections; i++)
        {
            if (!TryReadSection(ref reader)) return false;
            if (store.WriterOf(_sections.Last.Client) is null) newWriters++;
        }
        if (store.Writers.Length + newWriters > Limits.ClientsMax) return reader.Fail(UpdateFault.TooLarge);
        _deletesAt = reader.At;
        return TryReadDeletes(ref reader) && reader.TryEnd();
    }

    bool TryReadSection(ref ByteReader reader)
    {
        if (!reader.TryCount(1, Limits.UpdateStructsMax - _structs, out var count)) return false;
        if (!reader.TryUint(out var client) || !reader.TryUint(out var clock)) return false;
        if (_sections.Count > 0 && client >= _sections.Last.Client) return reader.Fail(UpdateFault.Clients);
        if (count > reader.Left / UpdateDraft.StructBytesMin) return reader.Fail(UpdateFault.Truncated);
        _structs += count;
        var from = clock;
        _sections.Add(new Section { Client = client, Clock = clock, At = reader.At, Left = count });
        for (var i = 0; i < count; i++)
        {
            if (!StructReader.TryRead(ref reader, client, clock, out var head)) return false;
            clock += head.Length;
            if (clock > Limits.DocumentClockMax) return reader.Fail(UpdateFault.Number);
            _isBackwards |= head.IsBackwards && (head.RightClient != client || head.LeftClock >= from);
            if (head.NamesRoot && !TryNoteRoot(ref reader, head)) return false;
        }
        return true;
    }

    /// <summary>Every root type costs memory, whatever is in it, so their number is limited.</summary>
    bool TryNoteRoot(ref ByteReader reader, in StructHead head)
    {
        var name = head.RootName(reader);
        if (store.HasRoot(name) || !(_newRoots ??= []).Add(name)) return true;
        return store.Roots.Count + _newRoots.Count <= Limits.DocumentRootsMax || reader.Fail(UpdateFault.TooLarge);
    }

    bool TryReadDeletes(ref ByteReader reader)
    {
        _deletesAreNormal = true;
        if (!reader.TryCount(2, Limits.ClientsMax, out var clients)) return false;
        var ranges = 0;
        var last = long.MaxValue;
        for (var i = 0; i < clients; i++)
        {
            if (!reader.TryUint(out var client) || !reader.TryCount(2, Limits.DeleteRangesMax - ranges, out var count)) return false;
            ranges += count;
            _deletesAreNormal &= client < last;
            last = client;
            for (long j = 0, end = 0; j < count; j++)
            {
                if (!reader.TryUint(out var from) || !reader.TryLength(from, out var length)) return false;
                _deletesAreNormal &= from >= end;
                end = from + length;
            }
        }
        return true;
    }

    /// <summary>Puts in what was read. What cannot be put in is counted and left.</summary>
    public void Place(ReadOnlySpan<byte> bytes)
    {
        StructsLeft = 0;
        store.NotesJoins = _isBackwards;
        Missing.Truncate(0);
        DeletesLeft.Truncate(0);
        for (var i = 0; i < _sections.Count && store.Overrun == UpdateFault.None; i++) PlaceSection(bytes, i);
        _stack.Truncate(0);
        if (store.Overrun == UpdateFault.None) ApplyDeletes(bytes);
    }

    void PlaceSection(ReadOnlySpan<byte> bytes, int first)
    {
        Push(first, long.MaxValue);
        while (_stack.Count > 0 && store.Overrun == UpdateFault.None)
        {
            var (top, until) = _stack.Last;
            ref var section = ref _sections.Span[top];
            if (section.Left == 0 || section.Clock > until) Pop();
            else PlaceNext(bytes, ref section);
        }
    }

    void Push(int section, long until)
    {
        _sections.Span[section].Waits = true;
        _stack.Add((section, until));
    }

    void Pop()
    {
        _sections.Span[_stack.Last.Section].Waits = false;
        _stack.Truncate(_stack.Count - 1);
    }

    void PlaceNext(ReadOnlySpan<byte> bytes, ref Section section)
    {
        var reader = new ByteReader(bytes, section.At);
        StructReader.TryRead(ref reader, section.Client, section.Clock, out var head);
        var writer = store.WriterOf(section.Client);
        var held = writer?.Clock ?? 0;
        if (head.Kind != StructKind.Skip && section.Clock + head.Length > held)
        {
            if (section.Clock > held)
            {
                GiveUp(section.Client, held);
                return;
            }
            if (!IsHeld(section.Client, head.LeftClient, head.LeftClock) && !TryPlaceBefore(head.LeftClient, head.LeftClock)) return;
            if (!IsHeld(section.Client, head.RightClient, head.RightClock) && !TryPlaceBefore(head.RightClient, head.RightClock)) return;
            store.Place(bytes, head, writer ?? store.WriterOrNew(section.Client), (int)(held - section.Clock));
        }
        section.At = head.End;
        section.Clock += head.Length;
        section.Left--;
    }

    /// <summary>Own clocks are: an update in which a struct refers to a later one of its own client was refused.</summary>
    bool IsHeld(long ownClient, long client, long clock) => client < 0 || client == ownClient || store.WriterOf(client)?.Clock > clock;

    /// <summary>
    /// What a struct builds on is not there. Puts the section that should bring it on the stack, if there is one and it is not waiting
    /// itself. False always: the struct's turn comes again.
    /// </summary>
    bool TryPlaceBefore(long client, long clock)
    {
        var at = SectionOf(client);
        if (at < 0 || _sections.Span[at] is { Left: 0 } or { Waits: true } || _sections.Span[at].Clock > clock) GiveUp(client, clock);
        else Push(at, clock);
        return false;
    }

    int SectionOf(long client)
    {
        int low = 0, high = _sections.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var id = _sections.Span[middle].Client;
            if (id == client) return middle;
            if (id > client) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    /// <summary>Everything on the stack waits, in the end, for this clock.</summary>
    void GiveUp(long client, long clock)
    {
        Missing.Add(new ClientClock(client, clock));
        while (_stack.Count > 0)
        {
            ref var section = ref _sections.Span[_stack.Last.Section];
            StructsLeft += section.Left;
            section.Left = 0;
            Pop();
        }
    }

    void ApplyDeletes(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes, _deletesAt);
        if (!_deletesAreNormal)
        {
            // One by one, ranges that overlap would each pass over the same items: the square of what was sent.
            if (!Deletes.TryRead(ref reader, out var deletes)) return;
            foreach (var range in deletes) Delete(store.WriterOf(range.ClientId), range.ClientId, range.From, range.To);
            return;
        }
        reader.TryUint(out var clients);
        for (; clients > 0; clients--)
        {
            reader.TryUint(out var client);
            reader.TryUint(out var count);
            var writer = store.WriterOf(client);
            for (; count > 0; count--)
            {
                reader.TryUint(out var from);
                reader.TryUint(out var length);
                Delete(writer, client, from, from + length);
            }
        }
    }

    void Delete(Writer? writer, long client, long from, long to)
    {
        var held = writer?.Clock ?? 0;
        if (from < held) store.Delete(writer!, (int)from, (int)Math.Min(to, held));
        if (to <= held) return;
        DeletesLeft.Add(new DeleteRange(client, Math.Max(from, held), to));
        Missing.Add(new ClientClock(client, Math.Max(from, held)));
    }
}
