namespace Annotate.Text;

/// <content>Local changes.</content>
public sealed partial class Document
{
    long? _clientId;

    /// <summary>The changes of the transactions of an update, if anybody asks.</summary>
    List<TypeChange>? _watched;

    /// <summary>
    /// The client id under which local changes are written, at first that of the options. No two documents may write under one id; whoever
    /// sees that another does (an update brings clocks of it that were not written here) takes a new one.
    /// </summary>
    public long ClientId
    {
        get => _clientId ?? Options.ClientId;
        set => _clientId = value is >= 0 and <= Limits.ClockMax ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>Changes the document, in one transaction. If the change throws, it is taken back.</summary>
    /// <param name="change">What to do.</param>
    /// <returns>The update (format 1) that does the same elsewhere; one that says nothing if nothing changed.</returns>
    public byte[] Change(Action<DocumentEdit> change) => Change(change, out _, isWatched: false);

    /// <summary>Changes the document, in one transaction, and says what is another now.</summary>
    public byte[] Change(Action<DocumentEdit> change, out TypeChange[] changes) => Change(change, out changes, isWatched: true);

    byte[] Change(Action<DocumentEdit> change, out TypeChange[] changes, bool isWatched)
    {
        ThrowIfOnTrial();
        try
        {
            change(new DocumentEdit(_store, ClientId));
        }
        catch
        {
            _store.Undo();
            throw;
        }
        _store.DropUnused();
        changes = isWatched ? new ChangeReading(_store).Read() : [];
        _store.Collect();
        var update = new StateWriter(_store).WriteTransaction();
        _store.EndTransaction(isTyping: true);
        return update;
    }

    /// <summary>
    /// Applies an update like <see cref="TryApply(ReadOnlySpan{byte}, out UpdateFault)"/>, and says what is another now.
    /// </summary>
    public bool TryApply(ReadOnlySpan<byte> update, out TypeChange[] changes, out UpdateFault fault)
    {
        _watched = [];
        var isApplied = TryApply(update, out fault);
        changes = [.. _watched];
        _watched = null;
        return isApplied;
    }
}
