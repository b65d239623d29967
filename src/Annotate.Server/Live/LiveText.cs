using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Following;
using Annotate.Server.Access;
using Annotate.Statements;
using Annotate.Text;
using Orleans.Concurrency;

namespace Annotate.Server.Live;

/// <summary>
/// A text that connections of this silo have open. Their edits go to the grain together, one call at a time: while one call waits for
/// the disk, or for its turn at the gate, the next gathers, just as the journal gathers entries while a write is in flight.
/// </summary>
sealed class LiveText(
    TextId id, ISectionGrain grain, Awareness awareness, EditGate gate, IGrainFactory grains, TimeProvider clock, ILogger logger)
    : LiveTopic($"section/{id.Key}", grain, grains, logger)
{
    /// <summary>A range this short is merged without a connection's own edits; a longer one is merged once for everybody.</summary>
    const int OwnMergeMax = 8;

    readonly Lock _editLock = new();
    readonly Queue<PendingEdit> _pending = new();
    long _pendingBytes;
    bool _isSending;
    TextFrame? _lastFrame;
    readonly EarlyAwareness _early = new(grain.StateVectorAsync, logger);
    readonly Lock _plainLock = new();
    PlainText? _plain;
    int _plainLeases;
    bool _wasPlainIdle;

    public TextId Id => id;

    public Awareness Awareness => awareness;

    readonly record struct PendingEdit(Edit Edit, IEditor Editor);

    public Task<TextOpening> OpenAsync(byte[] stateVector) => grain.OpenAsync(stateVector);

    /// <summary>What the text holds.</summary>
    public Task<byte[]> StateVectorAsync() => grain.StateVectorAsync();

    /// <summary>
    /// What the text says, for those who only read it; there while anybody does, and until the next renewal but one: who comes and goes shall
    /// not have it read anew each time. <see cref="ReleasePlain"/> afterwards.
    /// </summary>
    public PlainText LeasePlain()
    {
        lock (_plainLock)
        {
            _plainLeases++;
            _wasPlainIdle = false;
            return _plain ??= new PlainText(this, grain, clock, Logger);
        }
    }

    public void ReleasePlain()
    {
        lock (_plainLock) _plainLeases--;
    }

    void ForgetIdlePlain()
    {
        lock (_plainLock)
        {
            if (_plainLeases > 0) return;
            if (_wasPlainIdle) _plain = null;
            _wasPlainIdle = true;
        }
    }

    protected override void WakeAll()
    {
        base.WakeAll();
        Volatile.Read(ref _plain)?.Wake();
        if (_early.IsAny) TellEarlyAsync().Ignore();
    }

    /// <summary>The editor is answered when the edit is durable, or why it is not. A full queue is the sender's problem, who keeps the edit.</summary>
    public void Edit(Edit edit, IEditor editor)
    {
        var bytes = edit.Update.Length;
        lock (_editLock)
        {
            if (_pendingBytes <= Limits.PendingEditsBytesMax)
            {
                _pending.Enqueue(new PendingEdit(edit, editor));
                _pendingBytes += bytes;
                if (_isSending) return;
                _isSending = true;
                editor = null!;
            }
        }

        if (editor is null) gate.Enter(SendEdits);
        else editor.Answer(new EditOutcome(EditStatus.Refused, Version, null, Problem.Busy));
    }

    /// <inheritdoc cref="Edit"/>
    public Task<EditOutcome> EditAsync(Edit edit)
    {
        var editor = new AwaitedEdit();
        Edit(edit, editor);
        return editor.Task;
    }

    /// <summary>
    /// Keeps what a connection says of its client ids, and passes it on to the other silos. Only people who may write here have a cursor
    /// for others: whoever reads is not watched reading, and cannot disturb an editor.
    /// </summary>
    /// <returns>False when it is told to nobody, or not yet.</returns>
    public async ValueTask<bool> AwareAsync(ReadOnlyMemory<byte> update, Standing standing, long origin)
    {
        if (!standing.May(Right.Draft))
        {
            Leave(standing.By, origin);
            return false;
        }

        var saying = AwarenessState.Said(update, standing, _early.Written);
        if (saying.NamesUnwritten && await _early.TryAskAsync(Version)) saying = AwarenessState.Said(update, standing, _early.Written);
        if (_early.Take(new EarlyWord(update, standing, origin), saying, Keep) is { } accepted) PassOn(accepted);
        if (saying.WaitsFor is null) return true;
        // It may have been written since that was asked.
        TellEarlyAsync().Ignore();
        return false;
    }

    /// <summary>The connection is gone, and its cursors with it.</summary>
    public void Leave(By by, long origin)
    {
        _early.Forget(origin);
        if (awareness.Remove(by, origin) is { } removed) PassOn(removed);
    }

    public override Task AwareAsync(AwarenessNotice notice)
    {
        if (awareness.Hear(notice)) WakeAll();
        return Task.CompletedTask;
    }

    /// <summary>Says who is still here, and forgets the silos that have fallen silent.</summary>
    public override void Tend()
    {
        ForgetIdlePlain();
        if (awareness.StillHere() is { } present) grain.AwareAsync(present).Ignore();
        if (awareness.ForgetSilent()) WakeAll();
    }

    AwarenessNotice? Keep(byte[] told, EarlyWord word) => awareness.Take(told, word.Standing.By, word.Origin);

    void PassOn(AwarenessNotice accepted)
    {
        grain.AwareAsync(accepted).Ignore();
        WakeAll();
    }

    async Task TellEarlyAsync()
    {
        await _early.TryAskAsync(Version);
        foreach (var accepted in _early.TakeWritten(Keep)) PassOn(accepted);
    }

    /// <summary>What a connection that is at <paramref name="since"/> must be sent; null when nothing; throws nothing.</summary>
    /// <param name="frame">Null when there is nothing to send up to <paramref name="to"/>.</param>
    /// <returns>False when the silo does not keep enough any more.</returns>
    public bool TryReadFrame(long since, long origin, out TextFrame? frame, out long to)
    {
        frame = null;
        to = since;
        var last = Volatile.Read(ref _lastFrame);
        if (last is not null && last.Since == since && last.To == Version)
        {
            to = last.To;
            if (!last.IsAllFrom(origin)) frame = last;
            return true;
        }

        if (!TryRead(since, int.MaxValue, out var changes)) return false;
        if (changes.Length == 0) return true;
        to = changes[^1].Version;
        if (Array.TrueForAll(changes, change => change.Origin == origin)) return true;
        if (changes.Length is > 1 and <= OwnMergeMax && Array.Exists(changes, change => change.Origin == origin))
        {
            frame = Merge(since, Array.FindAll(changes, change => change.Origin != origin), to);
            return true;
        }

        frame = Merge(since, changes, to);
        Volatile.Write(ref _lastFrame, frame);
        return true;
    }

    static TextFrame Merge(long since, Change[] changes, long to)
    {
        var origin = Array.TrueForAll(changes, change => change.Origin == changes[0].Origin) ? changes[0].Origin : 0;
        return new TextFrame(since, to, origin, Merge(changes));
    }

    static byte[] Merge(Change[] changes)
    {
        if (changes.Length == 1) return ((Edited)changes[0].Entry.Event).Update;
        var updates = new List<ReadOnlyMemory<byte>>(changes.Length);
        foreach (var change in changes)
            if (change.Entry.Event is Edited edited) updates.Add(edited.Update);
        // They were all read when they were taken, so a failure is a defect of ours; the connection ends and its client resumes.
        return Updates.TryMerge(updates, out var merged) ? merged : throw new InvalidOperationException("Durable updates do not merge.");
    }

    void SendEdits(EditTurn turn) => _ = SendEditsAsync(turn);

    async Task SendEditsAsync(EditTurn turn)
    {
        do
        {
            await SendAsync(TakePending());
            if (TryStop())
            {
                gate.Leave(turn);
                return;
            }
        }
        while (gate.TryGoOn(ref turn, SendEdits));
    }

    async Task SendAsync(PendingEdit[] batch)
    {
        EditOutcome[] outcomes;
        try
        {
            outcomes = await grain.EditAsync(new Immutable<Edit[]>(Array.ConvertAll(batch, pending => pending.Edit)));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // In doubt: each sender is told so, keeps its edit, and sends it again after it resumed.
            foreach (var pending in batch) Tell(pending.Editor, null, exception);
            return;
        }

        for (var i = 0; i < batch.Length; i++) Tell(batch[i].Editor, outcomes[i], null);
    }

    // What goes wrong with one sender must neither reach the others of its batch nor end the loop that sends everybody's edits.
    void Tell(IEditor editor, EditOutcome? outcome, Exception? doubt)
    {
        try
        {
            if (doubt is null) editor.Answer(outcome!);
            else editor.Fail(doubt);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Logger.LogError(exception, "A sender of {Text} could not be told what became of its edit", id);
        }
    }

    PendingEdit[] TakePending()
    {
        lock (_editLock)
        {
            var batch = new PendingEdit[Math.Min(_pending.Count, Annotate.Limits.EditsPerCallMax)];
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = _pending.Dequeue();
                _pendingBytes -= batch[i].Edit.Update.Length;
            }

            return batch;
        }
    }

    bool TryStop()
    {
        lock (_editLock)
        {
            if (_pending.Count == 0) _isSending = false;
            return !_isSending;
        }
    }
}

/// <summary>Whoever sent an edit and is told what became of it; must not throw or block.</summary>
interface IEditor
{
    void Answer(EditOutcome outcome);

    /// <summary>It is in doubt whether the edit is kept.</summary>
    void Fail(Exception exception);
}

sealed class AwaitedEdit : IEditor
{
    readonly TaskCompletionSource<EditOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<EditOutcome> Task => _outcome.Task;

    public void Answer(EditOutcome outcome) => _outcome.SetResult(outcome);

    public void Fail(Exception exception) => _outcome.SetException(exception);
}

/// <summary>One merged update, made once for every connection that stands at the same version.</summary>
/// <param name="Since">What the receiver has.</param>
/// <param name="To">What it has afterwards.</param>
/// <param name="Origin">The one connection it all came from; 0 when there are several.</param>
/// <param name="Update">A Yjs update of format 1.</param>
sealed record TextFrame(long Since, long To, long Origin, byte[] Update)
{
    /// <summary>As a y-protocols message, made when the first stock client needs it.</summary>
    public byte[] YjsMessage => field ??= Messages.Write(MessageKind.Update, Update);

    /// <summary>As a hub message, serialized once for each hub protocol.</summary>
    public Microsoft.AspNetCore.SignalR.SerializedHubMessage? HubMessage { get; set; }

    public bool IsAllFrom(long origin) => Origin != 0 && Origin == origin;
}
