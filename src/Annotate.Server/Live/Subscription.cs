namespace Annotate.Server.Live;

/// <summary>What one connection follows, and how far it has been told. Its outlet asks it to send; nobody else does.</summary>
abstract class Subscription(Outlet outlet)
{
    int _isDirty;

    public Outlet Outlet => outlet;

    /// <summary>The last version that was sent.</summary>
    public long Cursor { get; protected set; }

    /// <summary>The connection follows it no longer.</summary>
    public abstract void End();

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
        return SendNewsAsync();
    }

    protected abstract ValueTask SendNewsAsync();
}
