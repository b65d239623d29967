using Annotate.Text;

namespace Annotate.Client;

// The way of an edit to the server, and what becomes of those that do not get there.
public sealed partial class OpenText
{
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
            if (answer.Problem is { } problem) await SetAsideAsync(batch, problem);
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
        var late = new List<PendingEdit>();
        lock (_lock)
        {
            foreach (var edit in batch)
            {
                _held.Add(edit.Update);
                if (_pending.TryPeek(out var first) && first == edit)
                {
                    _pending.Dequeue();
                    continue;
                }

                // Given up meanwhile, and in the text all the same.
                TryAdd(_state, edit.Update);
                late.Add(edit);
            }
        }

        foreach (var edit in batch) edit.Durable.TrySetResult(version);
        foreach (var edit in late) Updated?.Invoke(edit.Update);
    }

    /// <summary>
    /// Nothing that waits is sent any more: it may build on what is refused, and so may all that its document makes from now on. The text is
    /// again what the server holds, which is asked first, because an earlier attempt may have been taken without an answer.
    /// </summary>
    /// <param name="batch">Those that were sent together and refused: the first that wait.</param>
    async Task SetAsideAsync(PendingEdit[] batch, LiveProblem problem)
    {
        // Whoever has closed it does not open it again.
        if (!_isClosed) await AskAsync();
        PendingEdit[] kept, unsent;
        lock (_lock)
        {
            // Else they were given up meanwhile.
            if (!_pending.TryPeek(out var first) || first != batch[0]) return;
            var whole = GoBack(out var all);
            kept = Array.FindAll(all, IsHeld);
            unsent = Array.FindAll(all, edit => !IsHeld(edit));
            var together = batch.Count(edit => !IsHeld(edit));
            if (unsent.Length > 0) _refused = new RefusedEdits(Text, problem, MergeOf(unsent[..together]), MergeOf(unsent[together..]), whole, _client.Clock.GetUtcNow());
        }

        foreach (var edit in kept) edit.Durable.TrySetResult(Version);
        if (unsent.Length > 0) Fail(unsent, new LiveException(problem, Tell(new TextReplaced(this, _refused))));
    }

    /// <summary>Nothing waits any more, and the text is again what the server is known to hold. Under the lock.</summary>
    /// <returns>The whole text as it was.</returns>
    byte[] GoBack(out PendingEdit[] waited)
    {
        waited = TakePending();
        var held = _held.Merge();
        // Its own first: where both have text under one client id, the document has its own.
        var whole = HeldText.Merge([MergeOf(waited), held]);
        _state = new TextState();
        TryAdd(_state, held);
        return whole;
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

    static byte[] MergeOf(PendingEdit[] edits) => HeldText.Merge(Array.ConvertAll(edits, edit => (ReadOnlyMemory<byte>)edit.Update));

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
