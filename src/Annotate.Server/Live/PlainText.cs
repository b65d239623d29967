using Annotate.Client;
using Annotate.Deciding;
using Annotate.Following;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Annotate.Server.Live;

/// <summary>
/// What a text says, for the connections of this silo that only read it: a copy of its document, to which the durable updates are added that
/// editors get, and the last changes of its plain text. Reading the whole takes longer than passing an update on, so it is done beside the
/// notices, once for all that came meanwhile, and at most half of the time: neither editors nor other texts wait for it (G9).
/// </summary>
sealed class PlainText(LiveText text, ISectionGrain grain, TimeProvider clock, ILogger logger)
{
    readonly Lock _lock = new();
    readonly List<PlainNews> _news = [];
    readonly string _name = text.Id.ToString();
    Document? _document;
    PlainState? _state;
    PlainNews? _whole;
    long _newsUnits;
    Subscription[] _followers = [];
    PacedReading<PlainState>? _reading;
    int _isKeepingUp;

    /// <summary>What the text says now: everything that was durable when it was asked.</summary>
    public async Task<PlainState> OpenAsync()
    {
        await text.RenewAsync();
        return IsBehind ? await ReadAsync() : _state!;
    }

    public void Add(Subscription follower)
    {
        lock (_lock)
        {
            // Its connection may have gone while it was being set up.
            if (follower.HasEnded) return;
            _followers = [.. _followers, follower];
        }

        follower.Wake();
        // While nobody followed, nobody read on.
        Wake();
    }

    public void Remove(Subscription follower)
    {
        lock (_lock) _followers = Array.FindAll(_followers, other => other != follower);
    }

    /// <summary>The text may have changed.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _followers).Length > 0 && IsBehind && Interlocked.CompareExchange(ref _isKeepingUp, 1, 0) == 0) _ = Task.Run(KeepUpAsync);
    }

    /// <summary>What brings a follower on who is at a version; null when there is nothing.</summary>
    public PlainNews? After(long version)
    {
        lock (_lock)
        {
            var state = _state!;
            if (version >= state.Version) return null;
            for (var i = _news.Count - 1; i >= 0 && _news[i].Since >= version; i--)
                if (_news[i].Since == version) return _news[i];
            return _whole ??= new PlainNews(
                version, state.Version, new InvocationMessage(nameof(ILiveClient.PlainTextReset), [_name, state.Version, state.Text]), 0);
        }
    }

    bool IsBehind => Volatile.Read(ref _state) is not { } state || state.Version < text.Version;

    async Task KeepUpAsync()
    {
        var isNew = true;
        try
        {
            do
            {
                while (isNew && IsBehind)
                {
                    var version = _state?.Version;
                    isNew = (await ReadAsync()).Version != version;
                }

                Interlocked.Exchange(ref _isKeepingUp, 0);
            }
            while (isNew && IsBehind && Interlocked.CompareExchange(ref _isKeepingUp, 1, 0) == 0);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The next notice or renewal tries again; followers only wait longer.
            logger.LogWarning(exception, "What {Text} says could not be read", _name);
            Interlocked.Exchange(ref _isKeepingUp, 0);
        }
    }

    /// <summary>Reads on to where the text is.</summary>
    Task<PlainState> ReadAsync()
    {
        lock (_lock) _reading ??= new(ReadOnAsync, clock);
        return _reading.ReadAsync();
    }

    async Task<PlainState> ReadOnAsync()
    {
        // Not for as long as the text goes on: that would be without rest, and whoever opens it would wait until nobody writes.
        var (to, since) = (text.Version, FollowAnswer.Never);
        if (_document is null) Begin(await grain.OpenAsync([]));
        while (_state!.Version < to && _state.Version != since)
        {
            since = _state.Version;
            await AdvanceAsync(_state);
        }

        return _state!;
    }

    async Task AdvanceAsync(PlainState state)
    {
        var (entries, to) = (Array.Empty<Entry>(), state.Version);
        if (text.TryRead(state.Version, int.MaxValue, out var changes)) (entries, to) = (Array.ConvertAll(changes, change => change.Entry), changes[^1].Version);
        else
        {
            var answer = await text.AskAsync(state.Version);
            if (answer.State is TextOpening whole)
            {
                Begin(whole);
                return;
            }

            (entries, to) = ([.. answer.Entries], answer.Version);
        }

        if (Array.TrueForAll(entries, entry => entry.Event is not Edited edited || TryTake(_document!, edited.Update)))
        {
            if (_document!.MayReadOtherwise) _document = _document.Reloaded();
            if (to > state.Version) Publish(new PlainState(to, SectionReading.Plain(_document)));
            return;
        }

        logger.LogError("Durable updates of {Text} do not fit what came before; its text is read anew", _name);
        Begin(await grain.OpenAsync([]));
    }

    static bool TryTake(Document document, byte[] bytes) => Update.TryRead(bytes, out var update, out _) && document.TryReplay(update);

    void Begin(TextOpening opening)
    {
        var document = new Document();
        if (!TryTake(document, opening.Update)) throw new InvalidDataException($"{_name} cannot be read as a document.");
        var state = new PlainState(opening.Version, SectionReading.Plain(document));
        _document = document;
        lock (_lock)
        {
            (_state, _whole) = (state, null);
            _news.Clear();
            _newsUnits = 0;
        }

        WakeFollowers();
    }

    void Publish(PlainState next)
    {
        var changes = PlainDifference.Between(_state!.Text, next.Text);
        var message = new InvocationMessage(nameof(ILiveClient.PlainText), [_name, next.Version, changes]);
        var news = new PlainNews(_state.Version, next.Version, message, changes.Sum(change => (long)change.Insert.Length));
        lock (_lock)
        {
            (_state, _whole) = (next, null);
            _news.Add(news);
            _newsUnits += news.Units;
            while (_news.Count > Limits.PlainNewsMax || (_newsUnits > Limits.PlainNewsUnitsMax && _news.Count > 0))
            {
                _newsUnits -= _news[0].Units;
                _news.RemoveAt(0);
            }
        }

        WakeFollowers();
    }

    // Whoever read on: the one that keeps up, or somebody who just opened it. What is published once is news to all others.
    void WakeFollowers()
    {
        foreach (var follower in Volatile.Read(ref _followers)) follower.Wake();
    }
}

/// <summary>What a text said at a version.</summary>
sealed record PlainState(long Version, string Text);

/// <summary>A message that brings followers from one version to another; serialized once for all of them, in each protocol that is in use.</summary>
/// <param name="Units">How long what it inserts is.</param>
sealed record PlainNews(long Since, long To, InvocationMessage Invocation, long Units)
{
    public SerializedHubMessage Message { get; } = new(Invocation);
}

/// <summary>A hub connection that reads what a text says.</summary>
sealed class PlainSubscription(LiveText text, PlainText plain, HubOutlet outlet, Action<LiveText> release) : Subscription(outlet)
{
    /// <summary>Under which name the connection follows it, beside the text itself.</summary>
    public static string NameOf(string text) => $"plain/{text}";

    /// <summary>The client was given everything up to here.</summary>
    public void StartAt(long version) => Cursor = version;

    protected override void LetGo()
    {
        plain.Remove(this);
        text.ReleasePlain();
        release(text);
    }

    protected override async ValueTask SendNewsAsync()
    {
        while (!HasEnded && plain.After(Cursor) is { } news)
        {
            await outlet.SendAsync(news.Message);
            Cursor = news.To;
            outlet.Advance();
        }
    }
}
