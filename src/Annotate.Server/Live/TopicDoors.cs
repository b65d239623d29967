using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Feeding;
using Annotate.Feeds;
using Annotate.Following;
using Annotate.Instruments;
using Annotate.Positions;
using Annotate.Server.Access;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Server.Live;

/// <summary>A topic that clients may follow: who may, where its changes come from, and how its state reads.</summary>
/// <param name="Topic">Kind and key.</param>
/// <param name="Coalition">Whose it is; null when it belongs to none, like an instrument.</param>
/// <param name="Tier">Who in the coalition may see it. All of a topic is of one tier (G7).</param>
sealed record TopicDoor(
    string Topic, string? Coalition, Tier Tier, Func<IGrainFactory, ITopicGrain> Grain, Func<Task<TopicState?>> ReadStateAsync)
{
    public static bool IsOpenTo(Tier tier, Standing standing) => tier.Organisation is null || tier.Organisation == standing.By.Organisation;
}

/// <summary>All kinds of topics there are. A name that is none of them is simply not found.</summary>
sealed class TopicDoors(IGrainFactory grains)
{
    public bool TryFind(string topic, [NotNullWhen(true)] out TopicDoor? door)
    {
        var slash = topic.IndexOf('/');
        door = slash < 0 ? null : Find(topic, topic[..slash], topic[(slash + 1)..]);
        return door is not null;
    }

    public async Task<bool> HasCoalitionAsync(string coalition) =>
        Slug.IsValid(coalition) && await grains.GetGrain<ICoalitionGrain>(coalition).ReadAsync() is not null;

    TopicDoor? Find(string topic, string kind, string key) => kind switch
    {
        CoalitionGrain.TopicKind when Slug.IsValid(key) =>
            Door<ICoalitionGrain, CoalitionView>(topic, key, Tier.Coalition, key, grain => grain.ReadAsync(), view => view.Version),
        ThreadGrain.TopicKind when ThreadKey.TryParse(key) is { } thread =>
            Door<IThreadGrain, ThreadView>(
                topic, thread.Coalition, thread.Tier, key, grain => OnProvisionAsync(thread.Instrument, thread.Article, grain.ReadAsync), view => view.Version),
        PositionGrain.TopicKind when PositionKey.TryParse(key) is { } position =>
            Door<IPositionGrain, PositionsView>(
                topic, position.Coalition, Tier.Coalition, key, grain => OnProvisionAsync(position.Instrument, position.Provision, grain.ReadAsync),
                view => view.Version),
        FeedGrain.TopicKind when FeedKey.TryParse(key) is { } feed =>
            Door<IFeedGrain, FeedView>(topic, feed.Coalition, feed.Tier, key, grain => grain.ReadAsync(null)!, view => view.Version),
        StatementGrain.TopicKind when StatementKey.TryParse(key) is { } statement =>
            Door<IStatementGrain, StatementView>(topic, statement.Coalition, Tier.Coalition, key, grain => grain.ReadAsync(), view => view.Version),
        _ => null,
    };

    // A grain is made by asking it, so the instrument is asked first: what nobody can speak of is not there.
    async Task<TView?> OnProvisionAsync<TView>(string instrument, string eId, Func<Task<TView>> readAsync) where TView : class =>
        await grains.GetGrain<IInstrumentGrain>(instrument).HasAsync(eId) ? await readAsync() : null;

    TopicDoor Door<TGrain, TView>(
        string topic, string? coalition, Tier tier, string key, Func<TGrain, Task<TView?>> read, Func<TView, long> version)
        where TGrain : ITopicGrain
        where TView : class =>
        new(topic, coalition, tier, factory => factory.GetGrain<TGrain>(key), async () =>
            await read(grains.GetGrain<TGrain>(key)) is { } view ? new TopicState(version(view), JsonSerializer.Serialize(view, Json.Options)) : null);
}
