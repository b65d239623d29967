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
public sealed partial class OpenText : IResumable
{
    /// <summary>Edits that wait are sent together up to so many bytes: the server takes 1 MiB at once.</summary>
    const int BatchBytesMax = 512 << 10;

    static readonly LiveProblem GivenUp = new("given-up", 0, "These edits were given up before the server took them.", null);

    readonly LiveClient _client;
    /// <summary>What the server is known to hold, as far as it came; <see cref="_pending"/> comes on top.</summary>
    readonly HeldText _held = new();
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
            lock (_lock) return _pending.Count == 0 ? _held.Merge() : HeldText.Merge([_held.Merge(), .. _pending.Select(edit => (ReadOnlyMemory<byte>)edit.Update)]);
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

    /// <summary>
    /// Gives up sending what waits, however long the server has been away or in trouble: it is set aside as if it had been refused (see
    /// <see cref="Replaced"/>), and the edits that wait fail with the code <c>given-up</c>. What was on its way may be
    /// kept all the same, and comes back as <see cref="Updated"/> then.
    /// </summary>
    /// <returns>What was set aside; null when nothing waited.</returns>
    public RefusedEdits? GiveUp()
    {
        PendingEdit[] unsent;
        RefusedEdits given;
        lock (_lock)
        {
            if (_pending.Count == 0) return null;
            var whole = GoBack(out unsent);
            _refused = given = new RefusedEdits(Text, GivenUp, MergeOf(unsent), MergeOf([]), whole, _client.Clock.GetUtcNow());
        }

        Fail(unsent, new LiveException(GivenUp, Tell(new TextReplaced(this, given))));
        return given;
    }

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
        lock (_lock) held = _held.Merge();
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
                if (!read.Ranges.IsEmpty || !read.Deletes.IsEmpty) _held.Add(update);
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
            foreach (var part in new[] { _held.Merge(), _refused.Refused, _refused.Later }) TryAdd(old, part);
            if (TryAdd(old, update)) return new LiveException(_refused.Problem);
        }

        return new ArgumentException("The update cannot be read, or builds on something unknown.", nameof(update));
    }
}
