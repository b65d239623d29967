using Annotate.Text;

namespace Annotate.Client;

/// <summary>
/// A text that is open: what it holds as Yjs updates, without a document. Edits are sent one at a time; what is edited meanwhile is merged
/// and sent together. Whatever was not acknowledged when the connection went is sent again.
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
    readonly TextState _state = new();
    readonly List<ReadOnlyMemory<byte>> _updates = [];
    readonly Queue<PendingEdit> _pending = new();
    readonly Lock _lock = new();
    bool _isSending;
    /// <summary>What was pushed before the answer to the opening came; null while the text is open.</summary>
    List<(long Version, byte[] Update)>? _pushed = [];
    bool _isEnded;
    int _resumptions;

    internal OpenText(string text, LiveClient client) => (Text, _client) = (text, client);

    sealed record PendingEdit(byte[] Update, TaskCompletionSource<long> Durable);

    /// <summary>The text's id.</summary>
    public string Text { get; }

    /// <summary>The last version that was received.</summary>
    public long Version { get; private set; }

    /// <summary>Called with every update that others made, after it is part of <see cref="State"/>; on a thread of the connection.</summary>
    public event Action<byte[]>? Updated;

    /// <summary>Called with every awareness update.</summary>
    public event Action<byte[]>? AwarenessChanged;

    /// <summary>Everything the text holds, as one Yjs update.</summary>
    public byte[] State
    {
        get
        {
            lock (_lock)
            {
                if (!Updates.TryMerge(_updates, out var merged)) throw new InvalidOperationException("Updates that were read do not merge.");
                _updates.Clear();
                _updates.Add(merged);
                return merged;
            }
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
    /// <exception cref="LiveException">The server refused it.</exception>
    /// <exception cref="ObjectDisposedException">The text was closed with its client, or may not be seen any more.</exception>
    public Task<long> EditAsync(ReadOnlyMemory<byte> update)
    {
        var pending = new PendingEdit(update.ToArray(), new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (!Add(pending.Update)) throw new ArgumentException("The update cannot be read, or builds on something unknown.", nameof(update));
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
    public Task CloseAsync() => _client.CloseAsync(Text, "CloseText");

    async Task IResumable.ResumeAsync()
    {
        // Others go on writing while it is opened: what they push builds on what the answer brings, and waits for it.
        lock (_lock) _pushed = [];
        var opened = await _client.InvokeAsync<OpenedText>("OpenText", Text, StateVector);
        Accept(opened.Version, opened.Update);
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
            Add(update);
            Version = Math.Max(Version, version);
        }

        Updated?.Invoke(update);
    }

    internal void TakeAwareness(byte[] awareness) => AwarenessChanged?.Invoke(awareness);

    bool Add(ReadOnlyMemory<byte> bytes)
    {
        if (!Update.TryRead(bytes, out var update, out _)) return false;
        switch (_state.Check(update, out var fresh))
        {
            case Verdict.Missing: return false;
            case Verdict.New:
                _state.Add(fresh!);
                _updates.Add(fresh!.Bytes);
                break;
        }

        return true;
    }

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
            var merged = batch.Length == 1 ? batch[0].Update : Merge(batch);
            var answer = await _client.InvokeAsync<EditAnswer>("Edit", Text, merged);
            if (answer.Status == "missing") answer = await _client.InvokeAsync<EditAnswer>("Edit", Text, Lacking(answer.StateVector!));
            // Not taken now: there was too much to write, or what it builds on came from others meanwhile.
            if (answer.Problem is { } passing && LiveException.IsPassingProblem(passing) || answer.Status == "missing") return Sending.Later;
            Settle(batch, edit =>
            {
                if (answer.Problem is { } problem) edit.Durable.TrySetException(new LiveException(problem));
                else edit.Durable.TrySetResult(answer.Version);
            });
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
            Settle(batch, edit => edit.Durable.TrySetException(exception));
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

    static byte[] Merge(PendingEdit[] batch) => Updates.TryMerge(Array.ConvertAll(batch, edit => (ReadOnlyMemory<byte>)edit.Update), out var merged)
        ? merged
        : throw new InvalidOperationException("Updates that were read do not merge.");

    void Settle(PendingEdit[] batch, Action<PendingEdit> settle)
    {
        lock (_lock)
            for (var i = 0; i < batch.Length && _pending.Count > 0; i++) _pending.Dequeue();
        foreach (var edit in batch) settle(edit);
    }
}
