using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>How a document behaves.</summary>
public sealed record DocumentOptions
{
    /// <summary>The client id under which local changes are written.</summary>
    public long ClientId { get; init; }

    /// <summary>Deleted content is taken out when its transaction ends, as in yjs where nothing says otherwise.</summary>
    public bool CollectsGarbage { get; init; } = true;

    /// <summary>
    /// Formatting marks that others' changes made needless are deleted, as every yjs client does that has the text open. A server that keeps
    /// what its clients write leaves that to them.
    /// </summary>
    public bool TidiesFormats { get; init; }
}

/// <summary>
/// A Yjs document: applies updates in any order, and always comes to what yjs comes to. Mutable, for one owner at a time. An update that is
/// refused leaves it as it was.
/// </summary>
public sealed partial class Document
{
    readonly ItemStore _store;
    readonly Intake _intake;
    Update _pending = Update.Nothing;
    ClientClock[] _pendingFor = [];

    /// <summary>An empty document.</summary>
    public Document(DocumentOptions? options = null)
    {
        Options = options ?? new DocumentOptions();
        _store = new ItemStore { CollectsGarbage = Options.CollectsGarbage };
        _intake = new Intake(_store);
    }

    /// <summary>How it behaves.</summary>
    public DocumentOptions Options { get; }

    internal ItemStore Store => _store;

    /// <summary>Something came that builds on what is not here yet. It is kept, and taken in when that comes.</summary>
    public bool HasPending => !_pending.IsEmpty;

    /// <summary>The state vector, by descending client.</summary>
    public ClientClock[] StateVector()
    {
        var vector = new ClientClock[_store.Writers.Length];
        for (var i = 0; i < vector.Length; i++) vector[i] = new ClientClock(_store.Writers[i].ClientId, _store.Writers[i].Clock);
        vector.AsSpan().Sort(static (a, b) => b.ClientId.CompareTo(a.ClientId));
        return vector;
    }

    /// <summary>The state vector as Y.encodeStateVector writes it.</summary>
    public byte[] EncodeStateVector() => ClientClocks.Encode(StateVector());

    /// <summary>
    /// Applies an update (format 1). What builds on something missing is kept until that comes; see <see cref="HasPending"/>.
    /// </summary>
    /// <param name="update">The update. Not kept.</param>
    /// <param name="fault">Why it was refused, or <see cref="UpdateFault.None"/>.</param>
    /// <returns>False, and nothing has changed, if it cannot be read or is beyond a limit.</returns>
    public bool TryApply(ReadOnlySpan<byte> update, out UpdateFault fault)
    {
        ThrowIfOnTrial();
        Tidied = Update.Nothing.Bytes;
        fault = UpdateFault.TooLarge;
        if (update.Length > Limits.UpdateBytesMax || !HasRoomFor(update)) return false;
        var reader = new ByteReader(update);
        if (!_intake.TryRead(ref reader))
        {
            fault = reader.Fault;
            return fault == UpdateFault.Clients && SectionOrder.TryRestore(update, out var ordered) && TryApply(ordered, out fault);
        }
        if (!TryPlace(update, out fault)) return false;
        RetryPending();
        return true;
    }

    /// <summary>
    /// What the last update that was applied made this document delete, as an update to be passed on; one that says nothing unless the
    /// document <see cref="DocumentOptions.TidiesFormats"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Tidied { get; private set; } = Update.Nothing.Bytes;

    void Tidy()
    {
        var others = _store.Deleted.Length;
        _store.SealDeleted();
        new FormatTidying(_store).TidyTransaction();
        if (_store.Deleted.Length == others || !Update.TryRead(Tidied, out var before, out _)) return;
        var rows = default(Rows<DeleteRange>);
        foreach (ref readonly var range in before.Deletes) rows.Add(range);
        foreach (var span in _store.Deleted[others..]) rows.Add(new DeleteRange(_store.Writers[span.Writer].ClientId, span.From, span.To));
        Deletes.Normalise(ref rows);
        Tidied = new Weave([], []).Write(rows.Span);
    }

    /// <summary>If too much is pending already, then only an update of which nothing is missing is taken.</summary>
    bool HasRoomFor(ReadOnlySpan<byte> update)
    {
        if (!HasPending || (long)update.Length + _pending.Bytes.Length <= Limits.PendingBytesMax) return true;
        var held = StateVector();
        if (!Update.TryRead(update.ToArray(), out var read, out _)) return true;
        foreach (ref readonly var range in read.Ranges)
            if (range.From > ClientClocks.Of(held, range.ClientId)) return false;
        foreach (ref readonly var range in read.Deletes)
            if (range.To > Math.Max(ClientClocks.Of(held, range.ClientId), Dependencies.EndOf(read, range.ClientId))) return false;
        return Dependencies.AreMet(read, held);
    }

    /// <summary>Puts in what was read, in one transaction.</summary>
    bool TryPlace(ReadOnlySpan<byte> update, out UpdateFault fault)
    {
        if (!TryPut(update, out fault)) return false;
        if (_intake.StructsLeft > 0 || _intake.DeletesLeft.Count > 0) Keep(update);
        EndPlacing();
        return true;
    }

    /// <summary>Puts in what was read, and leaves the transaction open.</summary>
    bool TryPut(ReadOnlySpan<byte> update, out UpdateFault fault)
    {
        _store.Expect(update.Length, _intake.StructCount);
        _intake.Place(update);
        fault = _store.Overrun;
        if (fault != UpdateFault.None) _store.Undo();
        return fault == UpdateFault.None;
    }

    void EndPlacing()
    {
        if (Options.TidiesFormats) Tidy();
        _watched?.AddRange(new ChangeReading(_store).Read());
        _store.Collect();
        _store.EndTransaction();
        _store.EndExpectation(_intake.StructCount);
    }

    /// <summary>Keeps what could not be put in, together with what is kept already, less what is held by now.</summary>
    void Keep(ReadOnlySpan<byte> update)
    {
        if (!Update.TryRead(update.ToArray(), out var read, out _)) return;
        var deletes = default(Rows<DeleteRange>);
        foreach (ref readonly var range in _pending.Deletes) deletes.Add(range);
        foreach (ref readonly var range in _intake.DeletesLeft.Span) deletes.Add(range);
        Deletes.Normalise(ref deletes);
        Update[] updates = _intake.StructsLeft > 0 ? [_pending, read] : [_pending];
        if (Update.TryRead(new Weave(updates, StateVector()).Write(deletes.Span), out var kept, out _)) _pending = kept;
        _pendingFor = [.. _pendingFor, .. _intake.Missing.Span];
    }

    void RetryPending()
    {
        while (HasPending && Array.Exists(_pendingFor, missing => ClockOf(missing.ClientId) > missing.Clock)) Retry();
    }

    /// <summary>Takes up what is pending again. If it goes beyond a limit now, it is dropped: whoever sent it will offer it again.</summary>
    void Retry()
    {
        var bytes = _pending.Bytes.Span;
        _pending = Update.Nothing;
        _pendingFor = [];
        var reader = new ByteReader(bytes);
        if (_intake.TryRead(ref reader)) TryPlace(bytes, out _);
    }

    /// <summary>
    /// The state as one update (format 1), the same bytes that yjs' encodeStateAsUpdate gives where it got all of it at once. What is pending
    /// comes with it.
    /// </summary>
    /// <param name="held">What the other side holds, by descending client; nothing if left out.</param>
    public byte[] EncodeState(ReadOnlySpan<ClientClock> held = default)
    {
        var state = new StateWriter(_store).Write(held);
        if (!HasPending || !Update.TryRead(state, out var read, out _)) return state;
        return Updates.MergeSince([read, _pending], held);
    }

    /// <summary>A document that begins with a state.</summary>
    public static bool TryLoad(
        ReadOnlySpan<byte> state, [NotNullWhen(true)] out Document? document, out UpdateFault fault, DocumentOptions? options = null)
    {
        var loaded = new Document(options);
        document = loaded.TryApply(state, out fault) ? loaded : null;
        return document is not null;
    }
}
