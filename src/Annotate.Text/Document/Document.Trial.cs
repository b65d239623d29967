namespace Annotate.Text;

/// <content>
/// For a server that keeps the document: what an update would bring, and putting one in on trial, so that the document is as it was if the
/// update cannot be kept.
/// </content>
public sealed partial class Document
{
    bool _isOnTrial;

    /// <summary>The client ids that anybody has written under.</summary>
    public int ClientCount => _store.Writers.Length;

    /// <summary>How many items the document consists of; each takes 44 bytes and its content.</summary>
    public int ItemCount => _store.ItemCount;

    /// <summary>
    /// Bytes of what the items hold, without their places, with the names of types and keys, and the room that is kept for what comes: text
    /// takes one a character, or two.
    /// </summary>
    public long ContentBytes => _store.Content.Length - _store.Content.Waste + _store.NameUnits;

    /// <summary>Compares an update with what is here. Changes nothing.</summary>
    /// <param name="update">The update.</param>
    /// <param name="fresh">
    /// If new: the part that is not here, which is the update itself where all of it is new. Its <see cref="Update.Ranges"/> say under
    /// which client ids it writes, one range for each. Else null.
    /// </param>
    public Verdict Check(Update update, out Update? fresh)
    {
        fresh = null;
        if (!TryCompareRanges(update, out var brings, out var isWhole)) return Verdict.Missing;
        if (!TryCompareDeletes(update, out var deletes, ref isWhole)) return Verdict.Missing;
        if (!brings && !deletes) return Verdict.Held;
        if (brings && !AreDependenciesMet(update)) return Verdict.Missing;
        fresh = isWhole ? update : Trimmed(update);
        return Verdict.New;
    }

    /// <summary>
    /// Puts in an update that <see cref="Check"/> called new, on trial: reading shows it already. <see cref="Accept"/> or
    /// <see cref="TakeBack"/> ends that, and has to come before anything else is changed.
    /// </summary>
    /// <param name="fresh">The update. Not kept.</param>
    /// <param name="fault">Why it was refused, or <see cref="UpdateFault.None"/>.</param>
    /// <returns>
    /// False, and nothing has changed, if it is beyond a limit, something that it builds on is missing, or it puts something between two
    /// things of different types: it would be in one of them until the other is deleted.
    /// </returns>
    public bool TryPropose(Update fresh, out UpdateFault fault)
    {
        ThrowIfOnTrial();
        Tidied = Update.Nothing.Bytes;
        var bytes = fresh.Bytes.Span;
        var reader = new ByteReader(bytes);
        if (!_intake.TryRead(ref reader))
        {
            fault = reader.Fault;
            return false;
        }
        if (!TryPut(bytes, out fault)) return false;
        var isWhole = _intake.StructsLeft == 0 && _intake.DeletesLeft.Count == 0;
        _isOnTrial = isWhole && (_store.IsReplaying || !_store.Crosses);
        if (_isOnTrial) return true;
        _store.Undo();
        fault = UpdateFault.Reference;
        return false;
    }

    /// <summary>What was proposed stays.</summary>
    public void Accept()
    {
        if (!_isOnTrial) throw new InvalidOperationException("Nothing was proposed.");
        _isOnTrial = false;
        EndPlacing();
        RetryPending();
    }

    /// <summary>The document is as it was before <see cref="TryPropose"/>. Nothing happens if nothing was proposed.</summary>
    public void TakeBack()
    {
        if (!_isOnTrial) return;
        _isOnTrial = false;
        _store.Undo();
    }

    /// <summary>
    /// Puts in again what a document like this one has accepted before, however much work that makes: the limit on it is for what comes
    /// from outside, and how much it is depends on what came into the document together.
    /// </summary>
    /// <returns>False, and nothing has changed, if it is beyond another limit or something that it builds on is missing.</returns>
    public bool TryReplay(Update accepted) => TryReplay(accepted, out _);

    /// <inheritdoc cref="TryReplay(Update)"/>
    /// <param name="accepted">The update. Not kept.</param>
    /// <param name="steps">How much work it was, in the units of <see cref="Limits.PlacingStepsMax"/>.</param>
    public bool TryReplay(Update accepted, out long steps)
    {
        _store.IsReplaying = true;
        try
        {
            var isTaken = TryPropose(accepted, out _);
            steps = _store.Steps;
            if (isTaken) Accept();
            return isTaken;
        }
        finally
        {
            _store.IsReplaying = false;
        }
    }

    /// <summary>
    /// Something stands between two things that never stood side by side, as what yjs' UndoManager brings back may. What a document says that holds
    /// such a thing depends on what came first, and all who load the same may read something else; what counts is what they read. Whoever
    /// shows the document, or tells what it says, takes what <see cref="Reloaded()"/> gives in its place, each time after it has changed.
    /// </summary>
    public bool MayReadOtherwise => _store.HoldsOdd;

    /// <summary>A document that has loaded what this one holds: it says what everybody reads who loads the same, however it came.</summary>
    public Document Reloaded() => Reloaded(out _);

    /// <inheritdoc cref="Reloaded()"/>
    /// <param name="steps">How much work it was, in the units of <see cref="Limits.PlacingStepsMax"/>.</param>
    public Document Reloaded(out long steps)
    {
        ThrowIfOnTrial();
        var fresh = new Document(Options) { _clientId = _clientId };
        fresh._store.IsReplaying = true;
        if (!fresh.TryApply(EncodeState(), out var fault)) throw new InvalidOperationException($"The document cannot be loaded: {fault}.");
        fresh._store.IsReplaying = false;
        steps = fresh._store.StepsBefore;
        return fresh;
    }

    void ThrowIfOnTrial()
    {
        if (_isOnTrial) throw new InvalidOperationException("An update is on trial: accept it or take it back first.");
    }

    long ClockOf(long client) => _store.WriterOf(client)?.Clock ?? 0;

    bool TryCompareRanges(Update update, out bool brings, out bool isWhole)
    {
        brings = false;
        isWhole = true;
        foreach (ref readonly var range in update.Ranges)
        {
            var held = ClockOf(range.ClientId);
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
            var writer = _store.WriterOf(range.ClientId);
            var held = writer?.Clock ?? 0;
            if (range.To > held && range.To > Dependencies.EndOf(update, range.ClientId)) return false;
            deletes |= range.To > held;
            if (writer is null || range.From >= held) continue;
            foreach (var part in new DeletedParts(_store, writer, (int)range.From, (int)Math.Min(range.To, held)))
            {
                deletes |= !part.IsDeleted;
                isWhole &= !part.IsDeleted;
            }
        }
        return true;
    }

    bool AreDependenciesMet(Update update)
    {
        foreach (ref readonly var need in update.Dependencies)
            if (need.Clock >= ClockOf(need.Client)) return Dependencies.AreMet(update, StateVector());
        return true;
    }

    Update Trimmed(Update update)
    {
        var deletes = default(Rows<DeleteRange>);
        foreach (ref readonly var range in update.Deletes) AddFresh(ref deletes, range);
        var bytes = new Weave([update], HeldOf(update)).Write(deletes.Span);
        return Update.TryRead(bytes, out var trimmed, out var fault)
            ? trimmed
            : throw new InvalidOperationException($"The trimmed update cannot be read: {fault}.");
    }

    ClientClock[] HeldOf(Update update)
    {
        var held = new List<ClientClock>();
        foreach (ref readonly var range in update.Ranges)
            if (held.Count == 0 || held[^1].ClientId != range.ClientId) held.Add(new ClientClock(range.ClientId, ClockOf(range.ClientId)));
        return [.. held];
    }

    /// <summary>Adds to the rows what of a range is not deleted yet.</summary>
    void AddFresh(ref Rows<DeleteRange> rows, in DeleteRange range)
    {
        var from = range.From;
        if (_store.WriterOf(range.ClientId) is { } writer && from < writer.Clock)
        {
            foreach (var part in new DeletedParts(_store, writer, (int)from, (int)Math.Min(range.To, writer.Clock)))
            {
                if (!part.IsDeleted) continue;
                if (part.From > from) rows.Add(range with { From = from, To = part.From });
                from = part.To;
            }
        }
        if (from < range.To) rows.Add(range with { From = from });
    }

    /// <summary>Clocks of a writer, cut where deleted ones end and others begin.</summary>
    readonly ref struct DeletedParts(ItemStore store, Writer writer, int from, int to)
    {
        readonly ItemStore _store = store;
        readonly Writer _writer = writer;
        readonly int _from = from;
        readonly int _to = to;

        public Enumerator GetEnumerator() => new(_store, _writer, _from, _to);

        public readonly record struct Part(int From, int To, bool IsDeleted);

        public ref struct Enumerator(ItemStore store, Writer writer, int from, int to)
        {
            int _next = writer.Find(from);
            int _at = from;

            public Part Current { get; private set; }

            public bool MoveNext()
            {
                if (_at >= to) return false;
                var isDeleted = store[_next].IsDeleted;
                var start = _at;
                while (_at < to && store[_next].IsDeleted == isDeleted)
                {
                    _at = Math.Min(store[_next].End, to);
                    if (_at < to) _next = writer.Next();
                }
                Current = new Part(start, _at, isDeleted);
                return true;
            }
        }
    }
}
