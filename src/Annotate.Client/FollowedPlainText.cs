namespace Annotate.Client;

/// <summary>What a text says became so.</summary>
/// <param name="Version">Of the text; higher each time.</param>
/// <param name="Text">All that it says now.</param>
/// <param name="Changes">What changed, to be applied in order; null when that is not known, after a lost connection or when too much was missed.</param>
public sealed record PlainTextNews(long Version, string Text, IReadOnlyList<PlainChange>? Changes);

/// <summary>What a text says, kept as it is, over reconnections too. For programs that read and do not edit; they need no Yjs.</summary>
public sealed class FollowedPlainText : IResumable
{
    readonly LiveClient _client;
    readonly Lock _lock = new();
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    PlainTextNews _now = new(-1, "", null);

    /// <summary>What was pushed before the answer came; null when it has.</summary>
    List<Action>? _held = [];

    internal FollowedPlainText(string text, LiveClient client) => (Id, _client) = (text, client);

    /// <summary>The text's id.</summary>
    public string Id { get; }

    /// <summary>The last version that was received.</summary>
    public long Version => Now.Version;

    /// <summary>What the text says at that version: lines that end in "\n".</summary>
    public string Text => Now.Text;

    /// <summary>Version and text together.</summary>
    public PlainTextNews Now => Volatile.Read(ref _now);

    /// <summary>Called with each version that comes, in order, one after the other; a handler shall be quick.</summary>
    public event Action<PlainTextNews>? Changed;

    /// <summary>Completed when it was closed; fails with <see cref="LiveException"/> when the right to it went.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Follows it no longer.</summary>
    public Task CloseAsync()
    {
        ((IResumable)this).End(null);
        return _client.CloseAsync(NameOf(Id), "Unfollow");
    }

    /// <summary>Under which name it is followed, beside the text itself.</summary>
    internal static string NameOf(string text) => $"plain/{text}";

    async Task IResumable.ResumeAsync()
    {
        lock (_lock) _held = [];
        var opened = await FollowAsync();
        lock (_lock)
        {
            var held = _held;
            _held = null;
            // The server's word counts: after a restored backup its version may be lower.
            if (opened.Version != Version) Set(new PlainTextNews(opened.Version, opened.Text, null));
            foreach (var take in held) take();
        }
    }

    void IResumable.End(Exception? reason)
    {
        if (reason is null) _ended.TrySetResult();
        else if (_ended.TrySetException(reason)) _ = _ended.Task.Exception;
    }

    internal void Take(long version, PlainChange[] changes)
    {
        lock (_lock)
        {
            if (_held is not null) _held.Add(() => Take(version, changes));
            else if (version > Version) Set(new PlainTextNews(version, PlainChange.Apply(Text, changes), changes));
        }
    }

    internal void Reset(long version, string plain)
    {
        lock (_lock)
        {
            if (_held is not null) _held.Add(() => Reset(version, plain));
            else if (version > Version) Set(new PlainTextNews(version, plain, null));
        }
    }

    async Task<OpenedPlainText> FollowAsync()
    {
        try
        {
            return await _client.InvokeAsync<OpenedPlainText>("FollowPlainText", Id);
        }
        catch (LiveException exception) when (exception.Problem.Status == 409)
        {
            // Whoever opened it and a reconnection met: this connection follows it already.
            await _client.InvokeAsync<object?>("UnfollowPlainText", Id);
            return await _client.InvokeAsync<OpenedPlainText>("FollowPlainText", Id);
        }
    }

    // Under the lock, so that handlers are called in order.
    void Set(PlainTextNews news)
    {
        Volatile.Write(ref _now, news);
        Changed?.Invoke(news);
    }
}
