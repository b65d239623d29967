using Annotate.Text;

namespace Annotate.Client;

/// <summary>
/// A text that is open: what it holds as Yjs updates, without a document. Edits are sent one at a time; what is edited meanwhile is merged
/// and sent together. Whatever was not acknowledged when the connection went is sent again. What the server refuses for good is set aside,
/// with all that was to follow it, and the text goes on without: see <see cref="Replaced"/>.
/// </summary>
/// <remarks>
/// Whoever shows a document of it: what others undid may stand elsewhere in one that got the updates one by one than in one that loads them.
/// When <see cref="Document.MayReadOtherwise"/> is true, show what <see cref="Document.Reloaded()"/> gives, after each change; that is what the
/// server and everybody who joins reads.
/// </remarks>
public sealed class OpenText : IResumable
{
    /// <summary>Edits that wait are sent together up to so many bytes: the server takes 1 MiB at once.</summary>
    const int BatchBytesMax = 512 << 10;

    readonly LiveClient _client;
    /// <summary>What the server is known to hold, as far as it came; <see cref="_pending"/> comes on top.</summary>
    readonly List<ReadOnlyMemory<byte>> _updates = [];
    TextState _state = new();
    RefusedEdits? _refused;
    readonly Queue<PendingEdit> _pending = new();
    readonly Lock _lock = new();
    bool _isSending;
    /// <summary>What was pushed before the answer to the opening came; null while the text is open.</summary>
    List<(long Version, byte[] Update)>? _pushed = [];
    bool _isEnded;
    volatile bool _isClosed;
    int _resumptions;

    internal OpenText(string text, LiveClient client) => (Text, _client) = (text, client);

    sealed record PendingEdit(byte[] Update, TaskCompletionSource<long> Durable);

    /// <summary>The text's id.</summary>
    public string Text { get; }

    /// <summary>The last version that was received.</summary>
    public long Version { get; private set; }

    /// <summary>Called with every update that others made, after it is part of <see cref="State"/>; on a thread of the connection.</summary>
    public event Action<byte[]>? Updated;

    /// <summary>
    /// The document that edits are made in has to be replaced: go on in a new one (with a new client id) that is made from
    /// <see cref="State"/>, as it is when this is called or later. Comes before the edits that it concerns fail. A handler shall be quick.
    /// </summary>
    public event Action<TextReplaced>? Replaced;

    /// <summary>
    /// Called with every awareness update. Of oneself they have one's own client id; of others, one that the server made and that names
    /// nothing else.
    /// </summary>
    public event Action<byte[]>? AwarenessChanged;

    /// <summary>Everything the text holds, as one Yjs update: what the server is known to hold, and the edits that are on their way there.</summary>
    public byte[] State
    {
        get
        {
            lock (_lock) return _pending.Count == 0 ? MergeHeld() : Merge([MergeHeld(), .. _pending.Select(edit => (ReadOnlyMemory<byte>)edit.Update)]);
        }
    }

    /// <summary>What it holds, as a Yjs state vector.</summary>
    public byte[] StateVector
    {
        get
        {
            lock (_lock) return _state.EncodeStateVector();
        }
    }

    /// <summary>Edits the text; answers with the text's version when the edit is durable.</summary>
    /// <param name="update">A Yjs update of format 1 that builds only on what the text holds.</param>
    /// <exception cref="ArgumentException">It cannot be read, or builds on something unknown.</exception>
    /// <exception cref="LiveException">The server refused it, or refused what it builds on: it is of a document that was to be replaced.</exception>
    /// <exception cref="ObjectDisposedException">The text was closed with its client, or may not be seen any more.</exception>
    public Task<long> EditAsync(ReadOnlyMemory<byte> update)
    {
        var pending = new PendingEdit(update.ToArray(), new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (!TryAdd(_state, pending.Update)) throw Unfounded(pending.Update);
            _pending.Enqueue(pending);
            if (_isSending) return pending.Durable.Task;
            _isSending = true;
        }

        _ = SendAsync();
        return pending.Durable.Task;
    }

    /// <summary>Tells others of this client's cursor.</summary>
    /// <param name="awareness">A y-protocols awareness update.</param>
    public Task AwareAsync(byte[] awareness) => _client.InvokeAsync<object?>("Aware", Text, awareness);

    /// <summary>Closes the text; edits under way are still answered.</summary>
    public Task CloseAsync()
    {
        _isClosed = true;
        return _client.CloseAsync(Text, "CloseText");
    }

    async Task IResumable.ResumeAsync()
    {
        // Others go on writing while it is opened: what they push builds on what the answer brings, and waits for it.
        lock (_lock) _pushed = [];
        await AskAsync();
        while (NextPushed() is { } pushed) Accept(pushed.Version, pushed.Update);
        bool hasPending;
        lock (_lock)
        {
            _resumptions++;
            hasPending = !_isSending && _pending.Count > 0;
            if (hasPending) _isSending = true;
        }

        if (hasPending) _ = SendAsync();
    }

    /// <summary>
    /// Takes what the server holds beyond what it is known to hold. An edit that was never answered may be in it: then it was kept, whatever
    /// becomes of it when it is sent again.
    /// </summary>
    async Task AskAsync()
    {
        byte[] held;
        lock (_lock) held = MergeHeld();
        if (!Updates.TryStateVectorOf(held, out var vector)) throw new InvalidOperationException("Updates that were read have no state vector.");
        var opened = await _client.InvokeAsync<OpenedText>("OpenText", Text, vector);
        Accept(opened.Version, opened.Update);
    }

    (long Version, byte[] Update)? NextPushed()
    {
        lock (_lock)
        {
            if (_pushed is not [var first, ..])
            {
                _pushed = null;
                return null;
            }

            _pushed.RemoveAt(0);
            return first;
        }
    }

    void IResumable.End(Exception? reason)
    {
        lock (_lock)
        {
            _isEnded = true;
            while (_pending.TryDequeue(out var pending))
            {
                if (reason is null) pending.Durable.TrySetCanceled();
                else pending.Durable.TrySetException(reason);
            }
        }
    }

    internal void Take(long version, byte[] update)
    {
        lock (_lock)
        {
            if (_pushed is not null)
            {
                _pushed.Add((version, update));
                return;
            }
        }

        Accept(version, update);
    }

    void Accept(long version, byte[] update)
    {
        lock (_lock)
        {
            if (Update.TryRead(update, out var read, out _))
            {
                // Kept even if it builds on an edit of ours whose answer is still on its way.
                if (!read.Ranges.IsEmpty || !read.Deletes.IsEmpty) _updates.Add(update);
                TryAdd(_state, read);
            }

            Version = Math.Max(Version, version);
        }

        // A copy, since the text goes on reading its own: whoever is told may do with theirs what they like.
        Updated?.Invoke([.. update]);
    }

    internal void TakeAwareness(byte[] awareness) => AwarenessChanged?.Invoke(awareness);

    /// <returns>False when it builds on something that is not there.</returns>
    static bool TryAdd(TextState state, Update update)
    {
        var verdict = state.Check(update, out var fresh);
        if (verdict == Verdict.New) state.Add(fresh!);
        return verdict != Verdict.Missing;
    }

    /// <returns>False also when it cannot be read.</returns>
    static bool TryAdd(TextState state, ReadOnlyMemory<byte> bytes) => Update.TryRead(bytes, out var update, out _) && TryAdd(state, update);

    // What comes of the old document after a refusal shall not look like a mistake of its writer's.
    Exception Unfounded(byte[] update)
    {
        if (_refused is not null)
        {
            var old = new TextState();
            foreach (var part in new[] { MergeHeld(), _refused.Refused, _refused.Later }) TryAdd(old, part);
            if (TryAdd(old, update)) return new LiveException(_refused.Problem);
        }

        return new ArgumentException("The update cannot be read, or builds on something unknown.", nameof(update));
    }

    // Under the lock. In place, so that it stays one.
    byte[] MergeHeld()
    {
        var merged = Merge([.. _updates]);
        _updates.Clear();
        _updates.Add(merged);
        return merged;
    }

    static byte[] Merge(ReadOnlyMemory<byte>[] updates) => Updates.TryMerge(updates, out var merged)
        ? merged
        : throw new InvalidOperationException("Updates that were read do not merge.");

    async Task SendAsync()
    {
        for (var tries = 0; ; tries++)
        {
            PendingEdit[] batch;
            int resumptions;
            lock (_lock)
            {
                resumptions = _resumptions;
                batch = TakeBatch();
                if (batch.Length == 0)
                {
                    _isSending = false;
                    return;
                }
            }

            var outcome = await TrySendAsync(batch);
            if (outcome == Sending.Settled) tries = -1;
            else if (outcome == Sending.Later) await Waits.BeforeAsync(tries, _client.WhileConnected);
            else if (StopsSending(resumptions)) return;
        }
    }

    // What waits, as far as it may be sent together; it stays pending until it is answered.
    PendingEdit[] TakeBatch()
    {
        var bytes = 0;
        var batch = new List<PendingEdit>();
        foreach (var edit in _pending)
        {
            bytes += edit.Update.Length;
            if (batch.Count > 0 && bytes > BatchBytesMax) break;
            batch.Add(edit);
        }

        return [.. batch];
    }

    /// <summary>What became of an attempt to send.</summary>
    enum Sending
    {
        Settled,

        /// <summary>The server is in doubt or cannot now. The edits stay pending; a text that holds them already takes no harm.</summary>
        Later,

        /// <summary>The connection went. The edits stay pending, and resuming sends them.</summary>
        Lost,
    }

    // The connection may have come back, and the text been resumed, before this attempt was known to be lost.
    bool StopsSending(int resumptions)
    {
        lock (_lock)
        {
            if (resumptions != _resumptions) return false;
            _isSending = false;
            return true;
        }
    }

    async Task<Sending> TrySendAsync(PendingEdit[] batch)
    {
        try
        {
            var merged = batch.Length == 1 ? batch[0].Update : MergeOf(batch);
            var answer = await _client.InvokeAsync<EditAnswer>("Edit", Text, merged);
            if (answer.Status == "missing") answer = await _client.InvokeAsync<EditAnswer>("Edit", Text, Lacking(answer.StateVector!));
            // Not taken now: there was too much to write, or what it builds on came from others meanwhile.
            if (answer.Problem is { } passing && LiveException.IsPassingProblem(passing) || answer.Status == "missing") return Sending.Later;
            if (answer.Problem is { } problem) await SetAsideAsync(batch.Length, problem);
            else Settle(batch, answer.Version);
            return Sending.Settled;
        }
        catch (LiveException exception) when (exception.IsPassing)
        {
            return Sending.Later;
        }
        catch (LiveException exception) when (exception.Problem.Status == 409)
        {
            // A new connection has not opened the text yet; opening it sends what is pending.
            return Sending.Lost;
        }
        catch (LiveException exception)
        {
            // Not the words are refused, but the caller, who may not see the text any more.
            Fail(TakePending(), exception);
            return Sending.Settled;
        }
        catch (Exception exception) when (LiveClient.IsLoss(exception))
        {
            return Sending.Lost;
        }
    }

    byte[] Lacking(byte[] stateVector) => Updates.TryDiff(State, stateVector, out var lacking)
        ? lacking
        : throw new LiveException(new LiveProblem("invalid", 400, "The server's state vector cannot be read.", null));

    void Settle(PendingEdit[] batch, long version)
    {
        lock (_lock)
        {
            for (var i = 0; i < batch.Length && _pending.TryDequeue(out var edit); i++) _updates.Add(edit.Update);
        }

        foreach (var edit in batch) edit.Durable.TrySetResult(version);
    }

    /// <summary>
    /// Nothing that waits is sent any more: it may build on what is refused, and so may all that its document makes from now on. The text is
    /// again what the server holds, which is asked first, because an earlier attempt may have been taken without an answer.
    /// </summary>
    /// <param name="refused">How many of the edits that wait were sent together and refused.</param>
    async Task SetAsideAsync(int refused, LiveProblem problem)
    {
        // Whoever has closed it does not open it again.
        if (!_isClosed) await AskAsync();
        PendingEdit[] kept, unsent;
        TextReplaced replaced;
        lock (_lock)
        {
            var all = TakePending();
            // Its own first: where both have text under one client id, the document has its own.
            var whole = Merge([MergeOf(all), MergeHeld()]);
            _state = new TextState();
            TryAdd(_state, MergeHeld());
            kept = Array.FindAll(all, IsHeld);
            unsent = Array.FindAll(all, edit => !IsHeld(edit));
            var together = all.Take(refused).Count(edit => !IsHeld(edit));
            if (unsent.Length > 0) _refused = new RefusedEdits(Text, problem, MergeOf(unsent[..together]), MergeOf(unsent[together..]), whole, _client.Clock.GetUtcNow());
            replaced = new TextReplaced(this, ReplacementReason.Refused, _refused);
        }

        foreach (var edit in kept) edit.Durable.TrySetResult(Version);
        if (unsent.Length > 0) Fail(unsent, new LiveException(problem, Tell(replaced)));
    }

    /// <returns>What a handler threw; null when all went well.</returns>
    Exception? Tell(TextReplaced replaced)
    {
        try
        {
            Replaced?.Invoke(replaced);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The sending goes on; whoever waits for the edits hears of it.
            return exception;
        }
    }

    bool IsHeld(PendingEdit edit) => Update.TryRead(edit.Update, out var update, out _) && _state.Check(update, out _) == Verdict.Held;

    static byte[] MergeOf(PendingEdit[] edits) => Merge(Array.ConvertAll(edits, edit => (ReadOnlyMemory<byte>)edit.Update));

    PendingEdit[] TakePending()
    {
        lock (_lock)
        {
            PendingEdit[] all = [.. _pending];
            _pending.Clear();
            return all;
        }
    }

    static void Fail(PendingEdit[] edits, Exception reason)
    {
        foreach (var edit in edits) edit.Durable.TrySetException(reason);
    }
}
