using Annotate.Deciding;
using Annotate.Following;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>
/// Cursors and selections in one text, as this silo knows them: for each person and client id the last word. Nothing is kept on disk.
/// Silos say again and again which of their connections are still there: what is not heard of any more has gone.
/// </summary>
/// <remarks>
/// A client id belongs to whoever writes under it first, so nobody but its own person is told of it: others are told of an id that the
/// server made. What they say of that is dropped, since stock clients repeat what they hear.
/// </remarks>
/// <param name="silo">This one.</param>
/// <param name="silence">After so long without a word another silo is gone.</param>
/// <param name="newId">Makes the ids that are shown.</param>
sealed class Awareness(long silo, TimeSpan silence, TimeProvider clock, Func<long> newId)
{
    readonly Lock _lock = new();
    readonly Dictionary<(string Person, long ClientId), Known> _states = [];
    readonly HashSet<long> _shown = [];
    readonly Dictionary<long, long> _heardAt = [];
    long _sequence;
    bool _saidSomebody;

    /// <param name="Entry">Under the client's own id.</param>
    /// <param name="ShownAs">Its id for others.</param>
    sealed record Known(AwarenessEntry Entry, long ShownAs, string Person, long Origin, long Silo, long Sequence)
    {
        public AwarenessEntry For(string person) => person == Person ? Entry : Entry with { ClientId = ShownAs };
    }

    /// <summary>Takes what is new and its sender's own.</summary>
    /// <returns>That part, for the other silos; null when there is none.</returns>
    public AwarenessNotice? Take(ReadOnlyMemory<byte> update, By by, long origin) => NoticeOf(Take(update, by, origin, silo, null), origin, by);

    /// <summary>Takes another silo's word.</summary>
    /// <returns>Whether there is something to tell.</returns>
    public bool Hear(AwarenessNotice notice)
    {
        // Our own comes back from the grain as well.
        if (notice.Silo == silo) return false;
        lock (_lock) _heardAt[notice.Silo] = clock.GetTimestamp();
        if (notice.StillHere is not { } present) return Take(notice.Bytes, notice.By, notice.Origin, notice.Silo, notice.ShownAs).Count > 0;
        return Remove(known => known.Silo == notice.Silo && !present.Contains(known.Origin)).Count > 0;
    }

    /// <summary>Forgets what a connection said, as "gone".</summary>
    /// <returns>The removals, for the other silos; null when it said nothing.</returns>
    public AwarenessNotice? Remove(By by, long origin) => NoticeOf(Remove(known => known.Origin == origin), origin, by);

    /// <summary>Forgets what people of silos said that have been silent for too long.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ForgetSilent()
    {
        lock (_lock)
        {
            var silent = _heardAt.Where(heard => clock.GetElapsedTime(heard.Value) > silence).Select(heard => heard.Key).ToArray();
            foreach (var gone in silent) _heardAt.Remove(gone);
            return silent.Length > 0 && Remove(known => silent.Contains(known.Silo)).Count > 0;
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

    /// <summary>What was said after a cursor, as one awareness update for a person; null when nothing was.</summary>
    public byte[]? After(long cursor, string person, out long seen)
    {
        // Nearly always nothing was said, and every sender asks after every update.
        seen = Volatile.Read(ref _sequence);
        if (seen == cursor) return null;
        lock (_lock)
        {
            seen = _sequence;
            var entries = _states.Values.Where(known => known.Sequence > cursor).Select(known => known.For(person)).ToArray();
            return entries.Length == 0 ? null : AwarenessUpdate.Write(entries);
        }
    }

    /// <summary>What of an update its sender says of client ids of their own, not of others that they were told of; null when nothing is.</summary>
    public byte[]? OwnOf(ReadOnlyMemory<byte> update)
    {
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return null;
        lock (_lock) entries = Array.FindAll(entries, entry => !_shown.Contains(entry.ClientId));
        return entries.Length == 0 ? null : AwarenessUpdate.Write(entries);
    }

    AwarenessNotice? NoticeOf(List<Known> said, long origin, By by) => said.Count == 0 ? null : new AwarenessNotice(
        AwarenessUpdate.Write([.. said.Select(known => known.Entry)]), origin, by, silo, ShownAs: [.. said.Select(known => known.ShownAs)]);

    List<Known> Take(ReadOnlyMemory<byte> update, By by, long origin, long from, long[]? shownAs)
    {
        var taken = new List<Known>();
        if (!AwarenessUpdate.TryRead(update, out var entries, out _)) return taken;
        lock (_lock)
        {
            for (var i = 0; i < entries.Length; i++)
                if (IsNews(entries[i], by, origin)) taken.Add(Keep(entries[i], by.Person, origin, from, shownAs?.ElementAtOrDefault(i) ?? 0));
        }

        return taken;
    }

    List<Known> Remove(Func<Known, bool> isGone)
    {
        var removed = new List<Known>();
        lock (_lock)
        {
            foreach (var known in _states.Values.Where(known => !known.Entry.IsRemoval && isGone(known)).ToArray())
            {
                var gone = new AwarenessEntry(known.Entry.ClientId, known.Entry.Clock + 1, "null"u8.ToArray());
                removed.Add(_states[(known.Person, gone.ClientId)] = known with { Entry = gone, Sequence = ++_sequence });
            }
        }

        return removed;
    }

    bool IsNews(AwarenessEntry entry, By by, long origin)
    {
        if (_shown.Contains(entry.ClientId)) return false;
        if (!_states.TryGetValue((by.Person, entry.ClientId), out var known)) return !entry.IsRemoval && HasShare(by) && MakeRoom();
        // The same person on a new connection goes on counting; a repeat on another connection is an echo.
        return entry.Clock > known.Entry.Clock || (entry.Clock == known.Entry.Clock && entry.IsRemoval && !known.Entry.IsRemoval && origin == known.Origin);
    }

    /// <param name="shownElsewhere">The id by which another silo shows it; 0 for none.</param>
    Known Keep(AwarenessEntry entry, string person, long origin, long from, long shownElsewhere)
    {
        var key = (person, entry.ClientId);
        var before = _states.GetValueOrDefault(key);
        // The same everywhere, since a client may carry what it was told to another silo; but nobody changes who is being shown.
        var shownAs = before is { Entry.IsRemoval: false } || shownElsewhere == 0 ? before?.ShownAs ?? newId() : shownElsewhere;
        if (before is not null) _shown.Remove(before.ShownAs);
        _shown.Add(shownAs);
        // Copied: the entry points into the message it came with.
        return _states[key] = new Known(entry with { State = entry.State.ToArray() }, shownAs, person, origin, from, ++_sequence);
    }

    // One person must not take all the room, and with it everybody else's cursor.
    bool HasShare(By by) =>
        _states.Values.Count(known => known.Person == by.Person && !known.Entry.IsRemoval) < Limits.AwarenessStatesPerPersonMax;

    bool MakeRoom()
    {
        if (_states.Count < Limits.AwarenessStatesMax) return true;
        foreach (var (key, known) in _states)
        {
            if (!known.Entry.IsRemoval) continue;
            _states.Remove(key);
            _shown.Remove(known.ShownAs);
        }

        return _states.Count < Limits.AwarenessStatesMax;
    }
}
