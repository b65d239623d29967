using Annotate.Client;

namespace Annotate.Server.Tests.Live;

/// <summary>Checks everything that a follower of a plain text is told: no version twice or backwards, and changes that make what it says (G2).</summary>
sealed class PlainReader
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly FollowedPlainText _followed;
    readonly Lock _lock = new();
    readonly List<(long Version, TaskCompletionSource Done)> _waits = [];
    PlainTextNews _last;
    string? _fault;

    PlainReader(FollowedPlainText followed)
    {
        _followed = followed;
        _last = followed.Now;
        followed.Changed += Take;
    }

    public static async Task<PlainReader> StartAsync(LiveClient client, string text) => new(await client.FollowPlainTextAsync(text));

    public FollowedPlainText Followed => _followed;

    /// <summary>How often changes came, and how often all of it.</summary>
    public int Changes { get; private set; }

    public int Wholes { get; private set; }

    /// <summary>Waits until it is at a version at least.</summary>
    public async Task<PlainTextNews> WaitAsync(long version)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waits.Add((version, done));
            Look();
        }

        try
        {
            await done.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It stays at version {_followed.Version} instead of {version}.");
        }

        Assert.Null(_fault);
        return _followed.Now;
    }

    void Take(PlainTextNews news)
    {
        lock (_lock)
        {
            // What came before this looked on is not known to it.
            if (news.Version <= _last.Version && Changes + Wholes > 0) _fault ??= $"{news.Version} came after {_last.Version}.";
            if (news.Changes is null) Wholes++;
            else
            {
                if (Changes + Wholes > 0 && PlainChange.Apply(_last.Text, news.Changes) != news.Text) _fault ??= $"The changes to {news.Version} do not make its text.";
                Changes++;
            }

            _last = news;
            Look();
        }
    }

    void Look()
    {
        foreach (var (version, done) in _waits)
            if (_fault is not null || _followed.Version >= version) done.TrySetResult();
    }
}
