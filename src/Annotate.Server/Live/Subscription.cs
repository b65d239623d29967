namespace Annotate.Server.Live;

/// <summary>What one connection follows, and how far it has been told. Its outlet asks it to send; nobody else does.</summary>
abstract class Subscription(Outlet outlet)
{
    int _isDirty;
    bool _hasEnded;

    public Outlet Outlet => outlet;

    /// <summary>The last version that was sent.</summary>
    public long Cursor { get; protected set; }

    /// <summary>Set before the topic lets it go, so that it is not added after its end.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>The connection follows it no longer. Once is enough.</summary>
    public void End()
    {
        if (!Interlocked.Exchange(ref _hasEnded, true)) LetGo();
    }

    protected abstract void LetGo();

    /// <summary>There may be something to send.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isDirty, 1) == 0) outlet.Enqueue(this);
    }

    /// <summary>Sends what there is after the cursor. Called by the outlet, one call at a time.</summary>
    public ValueTask SendAsync()
    {
        // Before looking, so that what comes while it looks wakes it again.
        Interlocked.Exchange(ref _isDirty, 0);
        return HasEnded ? ValueTask.CompletedTask : SendNewsAsync();
    }

    protected abstract ValueTask SendNewsAsync();
}
