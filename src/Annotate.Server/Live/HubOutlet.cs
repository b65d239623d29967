using Annotate.Client;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Annotate.Server.Live;

/// <summary>A connection of <c>/live</c> and what it follows.</summary>
sealed class HubOutlet(HubConnectionContext connection, Principal principal, Quota quota, TimeProvider clock, ILogger logger) : Outlet(clock)
{
    /// <summary>Why a topic is not followed a second time.</summary>
    public static readonly Problem FollowedAlready = Problem.Conflict("This connection follows the topic already.");

    static readonly Problem TooManyTopics =
        Problem.TooLarge($"A connection follows at most {Limits.SubscriptionsPerConnectionMax} topics and texts.");

    readonly Dictionary<string, HubSubscription> _subscriptions = [];
    readonly Lock _lock = new();
    bool _isClosed;

    public string ConnectionId => connection.ConnectionId;

    public override Principal Principal => principal;

    public Quota Quota => quota;

    public override void Abort() => connection.Abort();

    public ValueTask SendAsync(SerializedHubMessage message) => connection.WriteAsync(message, connection.ConnectionAborted);

    public ValueTask SendAsync(string method, params object?[] arguments) =>
        connection.WriteAsync(new InvocationMessage(method, arguments), connection.ConnectionAborted);

    public T? Find<T>(string topic) where T : Subscription
    {
        lock (_lock) return _subscriptions.TryGetValue(topic, out var found) ? found.Subscription as T : null;
    }

    /// <param name="tier">Whose topic it is within the coalition: somebody who changes organisation may not go on following it.</param>
    /// <returns>Null when it was added; else why not: the topic is followed already, too many are, or the connection has gone.</returns>
    public Problem? Add(string topic, string coalition, Tier tier, Subscription subscription)
    {
        lock (_lock)
        {
            if (_isClosed) return Problem.NotFound;
            if (_subscriptions.ContainsKey(topic)) return FollowedAlready;
            if (_subscriptions.Count >= Limits.SubscriptionsPerConnectionMax) return TooManyTopics;
            if (!quota.TryFollow()) return QuotaProblems.TooManyTopics;
            _subscriptions.Add(topic, new HubSubscription(coalition, tier, subscription));
            return null;
        }
    }

    public Subscription? Remove(string topic)
    {
        lock (_lock)
        {
            if (!_subscriptions.Remove(topic, out var removed)) return null;
            quota.Unfollow();
            return removed.Subscription;
        }
    }

    /// <summary>The connection has gone: a call that is still under way adds nothing any more.</summary>
    /// <returns>What it follows, to be ended.</returns>
    public string[] Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            return [.. _subscriptions.Keys];
        }
    }

    /// <summary>
    /// Rights in a coalition changed: a connection that lost its right to read, or the organisation whose topics it follows, is told what
    /// it follows no longer; the first is ended.
    /// </summary>
    public override async Task LookAgainAsync(string coalition, Func<Principal, string, Task<Standing?>> standingOf)
    {
        HubSubscription[] followed;
        lock (_lock) followed = [.. _subscriptions.Values.Where(each => each.Coalition == coalition)];
        if (followed.Length == 0 && principal.Coalition != coalition) return;
        var standing = await standingOf(principal, coalition);
        string[] gone;
        lock (_lock)
            gone = [.. _subscriptions.Where(each => each.Value.Coalition == coalition && !IsOpen(each.Value.Tier, standing)).Select(each => each.Key)];
        if (standing is not null)
            foreach (var topic in gone) Remove(topic)?.End();
        if (gone.Length > 0) await SayGoneAsync(gone);
        if (standing is null) Abort();
    }

    static bool IsOpen(Tier tier, Standing? standing) => standing is not null && TopicDoor.IsOpenTo(tier, standing);

    async Task SayGoneAsync(string[] topics)
    {
        try
        {
            var goodbye = Task.WhenAll(topics.Select(topic => SendAsync(nameof(ILiveClient.Gone), topic, Problem.NotFound.Json()).AsTask()));
            await goodbye.WaitAsync(TimeSpan.FromMilliseconds(Limits.GoodbyeTimeoutMilliseconds), Clock);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException or IOException)
        {
            // It takes nothing any more; it goes without a word.
            Abort();
        }
    }

    protected override void Report(Exception exception)
    {
        if (exception is not (OperationCanceledException or IOException or ObjectDisposedException))
            logger.LogWarning(exception, "A connection of the hub could not be served");
    }

    readonly record struct HubSubscription(string Coalition, Tier Tier, Subscription Subscription);
}

/// <summary>A text that a hub connection has open.</summary>
sealed class HubTextSubscription(LiveText text, HubOutlet outlet, Action<LiveText> release) : TextSubscription(text, outlet)
{
    readonly string _name = text.Id.ToString();

    protected override void LetGo()
    {
        base.LetGo();
        release(Text);
    }

    protected override ValueTask SendAsync(TextFrame frame)
    {
        // Serialized once for every hub connection that stands at the same version, in each protocol that is in use.
        var message = frame.HubMessage ??= new SerializedHubMessage(
            new InvocationMessage(nameof(ILiveClient.Text), [_name, frame.To, frame.Update]));
        return outlet.SendAsync(message);
    }

    protected override ValueTask SendAwarenessAsync(byte[] awareness) => outlet.SendAsync(nameof(ILiveClient.Aware), _name, awareness);
}

/// <summary>A topic that a hub connection follows: changes in order, or the state when too many were missed.</summary>
sealed class HubTopicSubscription(LiveTopic topic, HubOutlet outlet, Func<Task<TopicState?>> readState, Action<LiveTopic> release)
    : Subscription(outlet)
{
    public void StartAt(long version) => Cursor = version;

    protected override void LetGo()
    {
        topic.Remove(this);
        release(topic);
    }

    protected override async ValueTask SendNewsAsync()
    {
        while (true)
        {
            if (!topic.TryRead(Cursor, Limits.ChangesPerMessageMax, out var changes))
            {
                await CatchUpAsync();
                continue;
            }

            if (changes.Length == 0) return;
            var sent = Array.ConvertAll(changes, change => LiveChanges.Of(change.Version, change.Entry));
            await outlet.SendAsync(nameof(ILiveClient.Changed), topic.Topic, sent);
            Cursor = changes[^1].Version;
            outlet.Advance();
        }
    }

    async Task CatchUpAsync()
    {
        var answer = await topic.AskAsync(Cursor);
        if (answer.State is null)
        {
            foreach (var part in answer.Entries.Chunk(Limits.ChangesPerMessageMax))
            {
                var sent = new LiveChange[part.Length];
                for (var i = 0; i < part.Length; i++) sent[i] = LiveChanges.Of(Cursor + 1 + i, part[i]);
                await outlet.SendAsync(nameof(ILiveClient.Changed), topic.Topic, sent);
                Cursor += part.Length;
                outlet.Advance();
            }

            return;
        }

        var state = await readState() ?? throw new InvalidOperationException($"{topic.Topic} has no state to give.");
        await outlet.SendAsync(nameof(ILiveClient.Reset), topic.Topic, state.Version, state.Json);
        Cursor = state.Version;
    }
}

/// <param name="Json">The same JSON as the topic's HTTP GET.</param>
sealed record TopicState(long Version, string Json);
