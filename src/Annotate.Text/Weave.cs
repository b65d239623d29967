namespace Annotate.Text;

/// <summary>
/// Puts the structs of several updates together, leaving out what is below a floor. Runs of structs are copied as bytes; only a run that
/// overlaps what is already written is read again, to find where to cut it. Work: the number of runs, times its logarithm where they come
/// unsorted, plus the bytes.
/// </summary>
ref struct Weave(ReadOnlySpan<Update> updates, ReadOnlySpan<ClientClock> floor)
{
    /// <summary>A run of structs of one update.</summary>
    readonly record struct Piece(long Client, long From, int Update, int Range);

    /// <summary>A piece as it will be written: a gap before it, perhaps a struct cut in two, and whole structs.</summary>
    readonly record struct Segment(int Update, int Range, long Gap, int Start, int Structs, int CutAt, long CutClock, long CutBy);

    /// <summary>The segments of one client.</summary>
    readonly record struct Section(long Client, long From, long Structs, int Segments);

    const int NoCut = -1;

    readonly ReadOnlySpan<Update> _updates = updates;
    readonly ReadOnlySpan<ClientClock> _floor = floor;
    Rows<Segment> _segments;
    Rows<Section> _sections;

    /// <summary>How many structs were read again: never more than the updates hold.</summary>
    public long StructsRead { get; private set; }

    public byte[] Write(ReadOnlySpan<DeleteRange> deletes)
    {
        var pieces = Gather();
        for (var i = 0; i < pieces.Length; i++)
        {
            var end = i + 1;
            while (end < pieces.Length && pieces[end].Client == pieces[i].Client) end++;
            Plan(pieces[i..end]);
            i = end - 1;
        }
        var writer = new ByteWriter(Size() + deletes.Length * 8);
        WriteSections(ref writer);
        Deletes.Write(ref writer, deletes);
        return writer.ToArray();
    }

    readonly Span<Piece> Gather()
    {
        var count = 0;
        foreach (var update in _updates) count += update.Ranges.Length;
        var pieces = new Piece[count];
        var at = 0;
        var sorted = true;
        for (var u = 0; u < _updates.Length; u++)
        {
            var ranges = _updates[u].Ranges;
            for (var r = 0; r < ranges.Length; r++)
            {
                pieces[at] = new Piece(ranges[r].ClientId, ranges[r].From, u, r);
                sorted &= at == 0 || Compare(pieces[at - 1], pieces[at]) < 0;
                at++;
            }
        }
        if (!sorted) pieces.AsSpan().Sort(Compare);
        return pieces;
    }

    static int Compare(Piece a, Piece b) =>
        a.Client != b.Client ? b.Client.CompareTo(a.Client) : a.From != b.From ? a.From.CompareTo(b.From) : a.Update.CompareTo(b.Update);

    void Plan(ReadOnlySpan<Piece> pieces)
    {
        var client = pieces[0].Client;
        long at = ClientClocks.Of(_floor, client), from = 0, structs = 0;
        var first = _segments.Count;
        foreach (var piece in pieces)
        {
            ref readonly var range = ref _updates[piece.Update].Ranges[piece.Range];
            if (range.To <= at) continue;
            var opens = _segments.Count == first;
            if (opens) from = Math.Max(at, range.From);
            var gap = opens ? 0 : Math.Max(range.From - at, 0);
            _segments.Add(range.From < at
                ? Cut(piece, range, at)
                : new Segment(piece.Update, piece.Range, gap, range.Start, range.Structs, NoCut, 0, 0));
            structs += _segments.Last.Structs + (gap > 0 ? 1 : 0) + (_segments.Last.CutAt != NoCut ? 1 : 0);
            at = range.To;
        }
        if (_segments.Count > first) _sections.Add(new Section(client, from, structs, _segments.Count - first));
    }

    /// <summary>Finds the struct in which a clock lies, or which starts there.</summary>
    Segment Cut(Piece piece, in ClientRange range, long at)
    {
        var reader = new ByteReader(_updates[piece.Update].Bytes.Span, range.Start);
        var clock = range.From;
        var left = range.Structs;
        while (StructReader.TryRead(ref reader, range.ClientId, clock, out var head))
        {
            StructsRead++;
            left--;
            if (clock == at) return new Segment(piece.Update, piece.Range, 0, head.Start, left + 1, NoCut, 0, 0);
            if (clock + head.Length > at) return new Segment(piece.Update, piece.Range, 0, head.End, left, head.Start, clock, at - clock);
            clock += head.Length;
        }
        throw new InvalidOperationException("A range that was read before does not reach its end.");
    }

    readonly int Size()
    {
        long size = 16;
        foreach (var segment in _segments.Span) size += _updates[segment.Update].Ranges[segment.Range].End - segment.Start + 16;
        return (int)Math.Min(size + _sections.Count * 24L, Limits.UpdateBytesMax);
    }

    readonly void WriteSections(ref ByteWriter writer)
    {
        writer.Uint(_sections.Count);
        var next = 0;
        foreach (var section in _sections.Span)
        {
            writer.Uint(section.Structs);
            writer.Uint(section.Client);
            writer.Uint(section.From);
            foreach (var segment in _segments.Span.Slice(next, section.Segments)) WriteSegment(ref writer, segment);
            next += section.Segments;
        }
    }

    readonly void WriteSegment(ref ByteWriter writer, in Segment segment)
    {
        var update = _updates[segment.Update];
        ref readonly var range = ref update.Ranges[segment.Range];
        if (segment.Gap > 0)
        {
            writer.Byte((byte)StructKind.Skip);
            writer.Uint(segment.Gap);
        }
        var bytes = update.Bytes.Span;
        if (segment.CutAt != NoCut)
        {
            var reader = new ByteReader(bytes, segment.CutAt);
            if (StructReader.TryRead(ref reader, range.ClientId, segment.CutClock, out var head))
                StructCut.Write(ref writer, bytes, range, head, segment.CutClock, segment.CutBy);
        }
        writer.Bytes(bytes[segment.Start..range.End]);
    }
}
