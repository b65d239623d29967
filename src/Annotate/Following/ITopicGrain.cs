using Annotate.Deciding;
using Orleans.Concurrency;

namespace Annotate.Following;

/// <summary>
/// A grain whose journal can be followed. Silos follow, on behalf of their own connections; a client never does. Entries reach a
/// follower only when they are durable (G1), in order; a notification is a hint that may be lost, and renewing fills the gap (G2).
/// </summary>
[Alias("annotate.topic-grain")]
public interface ITopicGrain : IGrainWithStringKey
{
    /// <summary>
    /// Follows, or renews. Gives what happened after <paramref name="since"/>, or the whole state when that is too long ago or
    /// <paramref name="since"/> is <see cref="FollowAnswer.Never"/>.
    /// </summary>
    [Alias("follow"), AlwaysInterleave]
    Task<FollowAnswer> FollowAsync(ITopicObserver observer, long since);

    [Alias("unfollow"), AlwaysInterleave]
    Task UnfollowAsync(ITopicObserver observer);
}

/// <summary>One per silo and topic that it follows.</summary>
[Alias("annotate.topic-observer")]
public interface ITopicObserver : IGrainObserver
{
    [Alias("changed"), OneWay]
    Task ChangedAsync(TopicNotice notice);

    /// <summary>Who is looking at a text, and where their cursors are: not kept anywhere, and the last word counts.</summary>
    [Alias("aware"), OneWay]
    Task AwareAsync(AwarenessNotice notice);

    /// <summary>The activation that was followed is gone and its followers with it: follow again. Where it is lost, renewing does the same.</summary>
    [Alias("left"), OneWay]
    Task LeftAsync();
}

/// <summary>Entries that have just become durable together.</summary>
/// <param name="From">Version of the first; the others follow without a gap.</param>
/// <param name="Entries">At least one.</param>
/// <param name="Origins">For edits of a text: the connection each came from, so that it need not be sent back; else null.</param>
[GenerateSerializer, Immutable, Alias("annotate.topic-notice.v1")]
public sealed record TopicNotice(
    [property: Id(0)] long From,
    [property: Id(1)] IReadOnlyList<Entry> Entries,
    [property: Id(2)] long[]? Origins = null);

/// <param name="Version">Everything up to here is in the answer, or was known to the follower.</param>
/// <param name="State">The state at <paramref name="Version"/>, as the grain's own state type; null when entries are given.</param>
/// <param name="Entries">What happened after the version the follower named, without a gap; empty when nothing did.</param>
[GenerateSerializer, Alias("annotate.follow-answer.v1")]
public sealed record FollowAnswer(
    [property: Id(0)] long Version,
    [property: Id(1)] object? State,
    [property: Id(2)] IReadOnlyList<Entry> Entries)
{
    /// <summary>The version of a follower who has nothing yet.</summary>
    public const long Never = -1;

    /// <summary>Asks for the present version and nothing else, by a follower who gets the state some other way.</summary>
    public const long VersionOnly = -2;
}

/// <param name="Bytes">A y-protocols awareness update.</param>
/// <param name="Origin">The connection it came from.</param>
/// <param name="Silo">A number of its own for each silo that runs or ever ran.</param>
/// <param name="StillHere">
/// Else null. All connections of this silo that have said something and are still there, said at every renewal: the others of it have gone,
/// and a silo that says nothing any more has, too. <paramref name="Bytes"/> is empty then.
/// </param>
/// <param name="ShownAs">For each entry of <paramref name="Bytes"/>, the id under which people other than its own are told of it.</param>
[GenerateSerializer, Immutable, Alias("annotate.awareness-notice.v1")]
public sealed record AwarenessNotice(
    [property: Id(0)] byte[] Bytes,
    [property: Id(1)] long Origin,
    [property: Id(2)] By By,
    [property: Id(3)] long Silo = 0,
    [property: Id(4)] long[]? StillHere = null,
    [property: Id(5)] long[]? ShownAs = null);
