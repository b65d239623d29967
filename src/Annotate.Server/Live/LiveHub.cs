using Annotate.Calls;
using Annotate.Client;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.AspNetCore.SignalR;

namespace Annotate.Server.Live;

/// <summary>
/// <c>/live</c>: follow topics, open and edit texts. Every method checks the caller's standing as it is at that moment. What goes to the
/// client is sent by its <see cref="HubOutlet"/>, at the client's own pace.
/// </summary>
sealed class LiveHub(LiveConnections connections, LiveTexts texts, LiveTopics topics, LivePresence presence, TopicDoors topicDoors, Doors doors)
    : Hub<ILiveClient>
{
    const string PresenceKind = "presence/";

    HubOutlet Outlet => connections.Find(Context.ConnectionId) ?? throw Refusal(Problem.SignInNeeded);

    public override Task OnConnectedAsync()
    {
        if (Outlet.Principal is { Coalition: { } coalition, Person: var person }) Context.Items[nameof(LivePresence)] = presence.Enter(coalition, person);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (connections.Find(Context.ConnectionId) is not { } outlet) return Task.CompletedTask;
        foreach (var topic in outlet.Close()) End(outlet, topic);
        (Context.Items[nameof(LivePresence)] as IDisposable)?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Follows a topic.</summary>
    /// <param name="topic">Kind and key, "thread/…".</param>
    /// <param name="since">The last version the client has; -1 for the state. What happened since then comes as Changed (or Reset).</param>
    public async Task<Followed> Follow(string topic, long since)
    {
        var outlet = Outlet;
        Given(topic, "topic");
        if (topic.StartsWith(PresenceKind, StringComparison.Ordinal)) return await FollowPresenceAsync(outlet, topic);
        if (!topicDoors.TryFind(topic, out var door)) throw Refusal(Problem.NotFound);
        await AdmitAsync(outlet, door.Coalition, door.Tier);
        if (outlet.Find<Subscription>(topic) is not null) throw Refusal(HubOutlet.FollowedAlready);
        return await FollowAsync(outlet, door, since);
    }

    public Task Unfollow(string topic)
    {
        Given(topic, "topic");
        End(Outlet, topic);
        return Task.CompletedTask;
    }

    /// <summary>Opens a text: what the client lacks now, and every change from then on.</summary>
    /// <param name="stateVector">A Yjs state vector; empty for a client that has nothing.</param>
    public async Task<OpenedText> OpenText(string text, byte[] stateVector)
    {
        var outlet = Outlet;
        Given(stateVector, "stateVector");
        var id = Parse(text);
        await StandingAsync(outlet, id.Coalition);
        if (stateVector.Length > 0 && !ClientClocks.TryRead(stateVector, out _, out var fault))
            throw Refusal(Problem.Invalid($"The state vector cannot be read: {fault}."));
        if (outlet.Find<HubTextSubscription>(text) is { } open) return LiveAnswers.Of(await open.Text.OpenAsync(stateVector));
        if (!await texts.ExistsAsync(id)) throw Refusal(Problem.NotFound);

        var live = await texts.OpenAsync(id);
        // An opening that fails leaves nothing behind that looks open.
        var opening = await OpenOrCloseAsync(live, stateVector);
        var subscription = new HubTextSubscription(live, outlet, texts.Close);
        subscription.StartAt(opening.Version);
        if (outlet.Add(text, id.Coalition, Tier.Coalition, subscription) is not { } refused)
        {
            await AdmitStillAsync(outlet, text, id.Coalition, Tier.Coalition);
            live.Add(subscription);
        }
        else
        {
            texts.Close(live);
            // Another call opened it meanwhile: then it is open, and this one only asked what it lacks.
            if (refused != HubOutlet.FollowedAlready) throw Refusal(refused);
        }

        return LiveAnswers.Of(opening);
    }

    public Task CloseText(string text) => Unfollow(text);

    /// <summary>Follows what a text says: all of it now, and every change from then on, as PlainText or PlainTextReset.</summary>
    public async Task<OpenedPlainText> FollowPlainText(string text)
    {
        var outlet = Outlet;
        var id = Parse(text);
        await StandingAsync(outlet, id.Coalition);
        var name = PlainSubscription.NameOf(text);
        if (outlet.Find<Subscription>(name) is not null) throw Refusal(HubOutlet.FollowedAlready);
        if (!await texts.ExistsAsync(id)) throw Refusal(Problem.NotFound);

        var live = await texts.OpenAsync(id);
        var plain = live.LeasePlain();
        var subscription = new PlainSubscription(live, plain, outlet, texts.Close);
        try
        {
            var state = await plain.OpenAsync();
            subscription.StartAt(state.Version);
            if (outlet.Add(name, id.Coalition, Tier.Coalition, subscription) is { } refused) throw Refusal(refused);
            await AdmitStillAsync(outlet, name, id.Coalition, Tier.Coalition);
            plain.Add(subscription);
            return new OpenedPlainText(state.Version, state.Text);
        }
        catch
        {
            subscription.End();
            throw;
        }
    }

    public Task UnfollowPlainText(string text)
    {
        Given(text, "text");
        return Unfollow(PlainSubscription.NameOf(text));
    }

    /// <summary>Edits a text that is open; answered when the edit is durable, or with what it lacks, or why it is refused.</summary>
    /// <param name="update">A Yjs update of format 1.</param>
    public async Task<EditAnswer> Edit(string text, byte[] update)
    {
        var outlet = Outlet;
        Given(update, "update");
        var open = OpenOf(outlet, text);
        var standing = await StandingAsync(outlet, open.Id.Coalition);
        if (!standing.May(Right.Draft)) return Refused(open, YjsConnection.DraftMandateMissing);
        if (!outlet.Quota.Edits.TrySpend(update.Length)) return Refused(open, QuotaProblems.TooManyEdits);
        return LiveAnswers.Of(await open.EditAsync(new Edit(update, standing.By, outlet.Origin)));
    }

    /// <summary>
    /// Tells others of cursors and selections, under the name of whoever is connected and ids that the server makes. Positions that no
    /// editor could read are dropped; of people who may not write here others are told nothing.
    /// </summary>
    /// <param name="awareness">A y-protocols awareness update.</param>
    public async Task Aware(string text, byte[] awareness)
    {
        var outlet = Outlet;
        Given(awareness, "awareness");
        var open = OpenOf(outlet, text);
        if (awareness.Length > Limits.AwarenessBytesMax)
            throw Refusal(Problem.TooLarge($"An awareness update has more than {Limits.AwarenessBytesMax} bytes."));
        if (!outlet.Quota.Awareness.TrySpend(awareness.Length)) throw Refusal(QuotaProblems.TooMuchAwareness);
        var standing = await StandingAsync(outlet, open.Id.Coalition);
        await open.AwareAsync(awareness, standing, outlet.Origin);
        // The text was closed meanwhile, which took back only what had been said by then.
        if (outlet.Find<HubTextSubscription>(text) is null) open.Leave(standing.By, outlet.Origin);
    }

    // A client may send nothing where something belongs, whatever the types here say.
    static void Given(object? argument, string name)
    {
        if (argument is null) throw Refusal(Problem.Invalid($"{name} is missing."));
    }

    static HubException Refusal(Problem problem) => new(problem.Json());

    static EditAnswer Refused(LiveText text, Problem problem) =>
        LiveAnswers.Of(new EditOutcome(EditStatus.Refused, text.Version, null, problem));

    static TextId Parse(string text) => TextId.TryParse(text) ?? throw Refusal(Problem.NotFound);

    static LiveText OpenOf(HubOutlet outlet, string? text) => text is null ? throw Refusal(Problem.NotFound) : outlet.Find<HubTextSubscription>(text)?.Text
        ?? throw Refusal(Problem.Conflict("Open the text first."));

    async Task<Standing> StandingAsync(HubOutlet outlet, string? coalition) =>
        await doors.StandingAsync(outlet.Principal, coalition) is { } standing && standing.May(Right.Read) ? standing : throw Refusal(Problem.NotFound);

    async Task AdmitAsync(HubOutlet outlet, string? coalition, Tier tier)
    {
        var standing = await StandingAsync(outlet, coalition ?? outlet.Principal.Coalition);
        if (!TopicDoor.IsOpenTo(tier, standing)) throw Refusal(Problem.NotFound);
        // The operator has a standing everywhere, even where there is nothing.
        if (standing.IsOperator && coalition is not null && !await topicDoors.HasCoalitionAsync(coalition)) throw Refusal(Problem.NotFound);
    }

    async Task<TextOpening> OpenOrCloseAsync(LiveText live, byte[] stateVector)
    {
        try
        {
            return await live.OpenAsync(stateVector);
        }
        catch
        {
            texts.Close(live);
            throw;
        }
    }

    async Task<Followed> FollowAsync(HubOutlet outlet, TopicDoor door, long since)
    {
        var state = await door.ReadStateAsync() ?? throw Refusal(Problem.NotFound);
        var live = await topics.FollowAsync(door.Topic, door.Grain);
        var subscription = new HubTopicSubscription(live, outlet, door.ReadStateAsync, topics.Release);
        // A version that has not been reached is of another history (a restored backup): such a client starts anew.
        var isKnown = since >= 0 && since <= state.Version;
        subscription.StartAt(isKnown ? since : state.Version);
        if (outlet.Add(door.Topic, door.Coalition ?? "", door.Tier, subscription) is { } refused)
        {
            topics.Release(live);
            throw Refusal(refused);
        }

        await AdmitStillAsync(outlet, door.Topic, door.Coalition, door.Tier);
        live.Add(subscription);
        return isKnown ? new Followed(since, null) : new Followed(state.Version, state.Json);
    }

    // The caller's rights may have changed while it was set up, when there was nothing yet that the change could end.
    async Task AdmitStillAsync(HubOutlet outlet, string topic, string? coalition, Tier tier)
    {
        try
        {
            await AdmitAsync(outlet, coalition, tier);
        }
        catch
        {
            End(outlet, topic);
            throw;
        }
    }

    async Task<Followed> FollowPresenceAsync(HubOutlet outlet, string topic)
    {
        var coalition = topic[PresenceKind.Length..];
        await AdmitAsync(outlet, coalition, Tier.Coalition);
        var subscription = new PresenceSubscription(presence, coalition, outlet);
        if (outlet.Add(topic, coalition, Tier.Coalition, subscription) is { } refused) throw Refusal(refused);
        var state = presence.Read(coalition);
        subscription.StartAt(state.Version);
        presence.Add(subscription);
        return new Followed(state.Version, state.Json);
    }

    static void End(HubOutlet outlet, string topic)
    {
        if (outlet.Remove(topic) is not { } subscription) return;
        subscription.End();
        if (subscription is HubTextSubscription text) text.Text.Leave(new Deciding.By(outlet.Principal.Person, null), outlet.Origin);
    }
}
