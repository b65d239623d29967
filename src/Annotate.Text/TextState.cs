namespace Annotate.Text;

/// <summary>What an update is to a text.</summary>
public enum Verdict
{
    /// <summary>All it says is held already: nothing to write.</summary>
    Held,

    /// <summary>It says something new, and everything that it builds on is held or comes with it.</summary>
    New,

    /// <summary>It builds on something that is neither held nor comes with it; Yjs would keep it pending.</summary>
    Missing,
}

/// <summary>
/// What a server knows of a text without its document: how many clock ticks of each client it holds, and which of them are deleted.
/// Mutable, for one owner at a time. Clients are kept sorted, not hashed: ids come from outside, and could be chosen to collide.
/// </summary>
public sealed partial class TextState
{
    /// <summary>
    /// Up to this many new clients are put in one by one; more are merged in one pass, so that no update makes quadratic work.
    /// </summary>
    const int InsertsMax = 4;

    ClientClock[] _clocks = [];
    DeletedClocks?[] _deleted = [];

    /// <summary>How many clients have written.</summary>
    public int ClientCount { get; private set; }

    /// <summary>The state vector, by descending client. Valid until the state changes.</summary>
    public ReadOnlySpan<ClientClock> StateVector => _clocks.AsSpan(0, ClientCount);

    /// <summary>The state vector as Y.encodeStateVector writes it.</summary>
    public byte[] EncodeStateVector() => ClientClocks.Encode(StateVector);

    /// <summary>Whether somebody with that state vector (by descending client) holds every struct that is held here.</summary>
    public bool IsHeldBy(ReadOnlySpan<ClientClock> other)
    {
        foreach (ref readonly var clock in StateVector)
            if (ClientClocks.Of(other, clock.ClientId) < clock.Clock) return false;
        return true;
    }

    /// <summary>An update that brings no structs and deletes all that is deleted here: what somebody lacks at most who holds every struct.</summary>
    public byte[] EncodeDeletes()
    {
        var deletes = default(Rows<DeleteRange>);
        for (var i = 0; i < ClientCount; i++)
            for (var range = 0; range < (_deleted[i]?.Count ?? 0); range++)
                deletes.Add(new DeleteRange(_clocks[i].ClientId, _deleted[i]![range].From, _deleted[i]![range].To));
        var writer = new ByteWriter(deletes.Count * 8 + 16);
        writer.Uint(0);
        Deletes.Write(ref writer, deletes.Span);
        return writer.ToArray();
    }

    /// <summary>How many ranges of deleted clocks are held.</summary>
    public int DeleteRangeCount
    {
        get
        {
            var count = 0;
            foreach (var deleted in _deleted.AsSpan(0, ClientCount)) count += deleted?.Count ?? 0;
            return count;
        }
    }

    /// <summary>Compares an update with what is held. Changes nothing.</summary>
    /// <param name="update">The update.</param>
    /// <param name="fresh">
    /// If new: the part that is not held, which is the update itself where all of it is new. Its <see cref="Update.Ranges"/> say under
    /// which client ids it writes, one range for each. Else null.
    /// </param>
    public Verdict Check(Update update, out Update? fresh)
    {
        fresh = null;
        if (!TryCompareRanges(update, out var brings, out var isWhole)) return Verdict.Missing;
        if (!TryCompareDeletes(update, out var deletes, ref isWhole)) return Verdict.Missing;
        if (!brings && !deletes) return Verdict.Held;
        if (brings && !Dependencies.AreMet(update, StateVector)) return Verdict.Missing;
        fresh = isWhole ? update : Trimmed(update);
        return Verdict.New;
    }

    bool TryCompareRanges(Update update, out bool brings, out bool isWhole)
    {
        brings = false;
        isWhole = true;
        foreach (ref readonly var range in update.Ranges)
        {
            var held = ClientClocks.Of(StateVector, range.ClientId);
            if (range.From > held) return false;
            brings |= range.To > held;
            isWhole &= range.From == held;
        }
        return true;
    }

    bool TryCompareDeletes(Update update, out bool deletes, ref bool isWhole)
    {
        deletes = false;
        foreach (ref readonly var range in update.Deletes)
        {
            var at = IndexOf(range.ClientId);
            var held = at < 0 ? 0 : _clocks[at].Clock;
            if (range.To > held && range.To > Dependencies.EndOf(update, range.ClientId)) return false;
            var deleted = at < 0 ? null : _deleted[at];
            if (deleted is null) deletes = true;
            else if (deleted.Holds(range.From, range.To)) isWhole = false;
            else
            {
                deletes = true;
                isWhole &= !deleted.Touches(range.From, range.To);
            }
        }
        return true;
    }

    Update Trimmed(Update update)
    {
        var deletes = default(Rows<DeleteRange>);
        foreach (ref readonly var range in update.Deletes)
        {
            var at = IndexOf(range.ClientId);
            if (at >= 0 && _deleted[at] is { } deleted) deleted.Subtract(range, ref deletes);
            else deletes.Add(range);
        }
        var bytes = new Weave([update], StateVector).Write(deletes.Span);
        return Update.TryRead(bytes, out var trimmed, out var fault)
            ? trimmed
            : throw new InvalidOperationException($"The trimmed update cannot be read: {fault}.");
    }

    /// <summary>
    /// Adds an update that <see cref="Check"/> called new (or its fresh part). False, and nothing is added, if it leaves a gap to what is
    /// held.
    /// </summary>
    public bool Add(Update fresh)
    {
        if (!TryCompareRanges(fresh, out _, out _)) return false;
        foreach (ref readonly var range in fresh.Deletes)
            if (range.To > Math.Max(ClientClocks.Of(StateVector, range.ClientId), Dependencies.EndOf(fresh, range.ClientId))) return false;
        AddRanges(fresh.Ranges);
        AddDeletes(fresh.Deletes);
        return true;
    }

    void AddRanges(ReadOnlySpan<ClientRange> ranges)
    {
        var added = 0;
        foreach (ref readonly var range in ranges)
        {
            var at = IndexOf(range.ClientId);
            if (at >= 0) _clocks[at] = range.To > _clocks[at].Clock ? new ClientClock(range.ClientId, range.To) : _clocks[at];
            else if (++added <= InsertsMax) Insert(~at, new ClientClock(range.ClientId, range.To));
        }
        if (added > InsertsMax) InsertMany(ranges);
    }

    void AddDeletes(ReadOnlySpan<DeleteRange> deletes)
    {
        while (deletes.Length > 0)
        {
            var group = deletes[..Text.Deletes.GroupLength(deletes)];
            (_deleted[IndexOf(group[0].ClientId)] ??= new DeletedClocks()).Add(group);
            deletes = deletes[group.Length..];
        }
    }

    void Insert(int at, ClientClock entry)
    {
        if (ClientCount == _clocks.Length)
        {
            Array.Resize(ref _clocks, Math.Max(4, ClientCount * 2));
            Array.Resize(ref _deleted, _clocks.Length);
        }
        Array.Copy(_clocks, at, _clocks, at + 1, ClientCount - at);
        Array.Copy(_deleted, at, _deleted, at + 1, ClientCount - at);
        _clocks[at] = entry;
        _deleted[at] = null;
        ClientCount++;
    }

    /// <summary>Ranges and clients both descend, so one walk over the two puts in every client that is not there yet.</summary>
    void InsertMany(ReadOnlySpan<ClientRange> ranges)
    {
        var clocks = new ClientClock[ClientCount + ranges.Length];
        var deleted = new DeletedClocks?[clocks.Length];
        int own = 0, count = 0;
        foreach (ref readonly var range in ranges)
        {
            for (; own < ClientCount && _clocks[own].ClientId >= range.ClientId; own++)
                (clocks[count], deleted[count++]) = (_clocks[own], _deleted[own]);
            if (count == 0 || clocks[count - 1].ClientId != range.ClientId) clocks[count++] = new ClientClock(range.ClientId, range.To);
        }
        for (; own < ClientCount; own++) (clocks[count], deleted[count++]) = (_clocks[own], _deleted[own]);
        (_clocks, _deleted, ClientCount) = (clocks, deleted, count);
    }

    /// <summary>The client's place, or the complement of where it would be.</summary>
    int IndexOf(long client)
    {
        int low = 0, high = ClientCount - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var id = _clocks[middle].ClientId;
            if (id == client) return middle;
            if (id > client) low = middle + 1;
            else high = middle - 1;
        }
        return ~low;
    }
}
