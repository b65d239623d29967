using Annotate.Following;

namespace Annotate.Feeding;

/// <summary>What happens in one tier of a coalition; its key is a <see cref="FeedKey"/>.</summary>
[Alias("annotate.feed-grain")]
public interface IFeedGrain : ITopicGrain
{
    /// <summary>Version of the source's last entry that arrived here; 0 when none did.</summary>
    [Alias("known")]
    Task<long> KnownAsync(string source);

    /// <summary>Whether there is room for a source: null when it is known already, or may begin.</summary>
    /// <remarks>
    /// Sources that begin at the same moment may pass the limit together, by as many as they are: the feed knows of each only when its first
    /// activity arrives, and that is taken in any case.
    /// </remarks>
    [Alias("room")]
    Task<Problem?> RoomAsync(string source);

    /// <summary>Takes a source's activities, drops those it has, and answers when the rest are durable.</summary>
    [Alias("receive")]
    Task ReceiveAsync(Delivery delivery);

    /// <summary>The activities after a version, or the latest.</summary>
    /// <param name="after">Null for the latest.</param>
    [Alias("read")]
    Task<FeedView> ReadAsync(long? after = null);

    [Alias("index")]
    Task<IndexView> IndexAsync();
}
