using Annotate.Deciding;
using Annotate.Following;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>
/// Cursors and selections in one text, as this silo knows them: for each client id the last word, and whose it is. Nothing is kept on
/// disk. A connection speaks only for client ids that nobody else speaks for; what it says of others is dropped, since stock clients
/// repeat what they hear. Silos say again and again which of their connections are still there: what is not heard of any more has gone.
/// </summary>
/// <param name="silo">This one.</param>
/// <param name="silence">After so long without a word another silo is gone.</param>
sealed class Awareness(long silo, TimeSpan silence, TimeProvider clock)
{
    readonly Lock _lock = new();
    readonly Dictionary<long, Known> _states = [];
    readonly Dictionary<long, long> _heardAt = [];
    long _sequence;
    bool _saidSomebody;

    sealed record Known(AwarenessEntry Entry, string Person, long Origin, long Silo, long Sequence);

    public long Silo => silo;

    /// <summary>Takes what is new and its sender's own.</summary>
    /// <returns>That part, as an awareness update; null when there is none.</returns>
    public byte[]? Take(ReadOnlyMemory<byte> update, By by, long origin, long from)
    {
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return null;
        var taken = new List<AwarenessEntry>();
        lock (_lock)
        {
            foreach (var entry in entries)
                if (IsNews(entry, by, origin)) taken.Add(Keep(entry, by, origin, from));
        }

        return taken.Count == 0 ? null : AwarenessUpdate.Write(taken.ToArray());
    }

    /// <summary>Takes another silo's word.</summary>
    /// <returns>Whether there is something to tell.</returns>
    public bool Hear(AwarenessNotice notice)
    {
        // Our own comes back from the grain as well.
        if (notice.Silo == silo) return false;
        lock (_lock) _heardAt[notice.Silo] = clock.GetTimestamp();
        if (notice.StillHere is not { } present) return Take(notice.Bytes, notice.By, notice.Origin, notice.Silo) is not null;
        return Remove(known => known.Silo == notice.Silo && !present.Contains(known.Origin)) is not null;
    }

    /// <summary>Forgets what a connection said, as "gone".</summary>
    /// <returns>The removals, for others; null when it said nothing.</returns>
    public byte[]? Remove(long origin) => Remove(known => known.Origin == origin);

    /// <summary>Forgets what people of silos said that have been silent for too long.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ForgetSilent()
    {
        lock (_lock)
        {
            var silent = _heardAt.Where(heard => clock.GetElapsedTime(heard.Value) > silence).Select(heard => heard.Key).ToArray();
            foreach (var gone in silent) _heardAt.Remove(gone);
            return silent.Length > 0 && Remove(known => silent.Contains(known.Silo)) is not null;
        }
    }

    /// <summary>Which connections of this silo are still there, for the other silos; null when there is nobody, and that has been said.</summary>
    public AwarenessNotice? StillHere()
    {
        lock (_lock)
        {
            var present = _states.Values.Where(known => known.Silo == silo && !known.Entry.IsRemoval).Select(known => known.Origin).Distinct().ToArray();
            if (present.Length == 0 && !_saidSomebody) return null;
            _saidSomebody = present.Length > 0;
            return new AwarenessNotice([], 0, By.Operator, silo, present);
        }
    }

    /// <summary>What was said after a cursor, as one awareness update; null when nothing was.</summary>
    public byte[]? After(long cursor, out long seen)
    {
        // Nearly always nothing was said, and every sender asks after every update.
        seen = Volatile.Read(ref _sequence);
        if (seen == cursor) return null;
        lock (_lock)
        {
            seen = _sequence;
            var entries = _states.Values.Where(known => known.Sequence > cursor).Select(known => known.Entry).ToArray();
            return entries.Length == 0 ? null : AwarenessUpdate.Write(entries);
        }
    }

    /// <summary>What of an update is of client ids that nobody here speaks for; null when nothing is.</summary>
    public byte[]? OfUnknown(ReadOnlyMemory<byte> update)
    {
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return null;
        lock (_lock) entries = Array.FindAll(entries, entry => !_states.ContainsKey(entry.ClientId));
        return entries.Length == 0 ? null : AwarenessUpdate.Write(entries);
    }

    byte[]? Remove(Func<Known, bool> isGone)
    {
        var removed = new List<AwarenessEntry>();
        lock (_lock)
        {
            foreach (var known in _states.Values.Where(known => !known.Entry.IsRemoval && isGone(known)).ToArray())
            {
                var gone = new AwarenessEntry(known.Entry.ClientId, known.Entry.Clock + 1, "null"u8.ToArray());
                _states[gone.ClientId] = known with { Entry = gone, Sequence = ++_sequence };
                removed.Add(gone);
            }
        }

        return removed.Count == 0 ? null : AwarenessUpdate.Write(removed.ToArray());
    }

    bool IsNews(AwarenessEntry entry, By by, long origin)
    {
        if (!_states.TryGetValue(entry.ClientId, out var known)) return !entry.IsRemoval && HasShare(by) && MakeRoom();
        if (known.Person != by.Person) return false;
        // The same person on a new connection goes on counting; a repeat on another connection is an echo.
        return entry.Clock > known.Entry.Clock || (entry.Clock == known.Entry.Clock && entry.IsRemoval && !known.Entry.IsRemoval && origin == known.Origin);
    }

    AwarenessEntry Keep(AwarenessEntry entry, By by, long origin, long from)
    {
        // Copied: the entry points into the message it came with.
        var kept = entry with { State = entry.State.ToArray() };
        _states[entry.ClientId] = new Known(kept, by.Person, origin, from, ++_sequence);
        return kept;
    }

    // One person must not take all the room, and with it everybody else's cursor.
    bool HasShare(By by) =>
        _states.Values.Count(known => known.Person == by.Person && !known.Entry.IsRemoval) < Limits.AwarenessStatesPerPersonMax;

    bool MakeRoom()
    {
        if (_states.Count < Limits.AwarenessStatesMax) return true;
        foreach (var (client, known) in _states)
            if (known.Entry.IsRemoval) _states.Remove(client);
        return _states.Count < Limits.AwarenessStatesMax;
    }
}
