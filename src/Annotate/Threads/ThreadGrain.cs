using Annotate.Deciding;
using Annotate.Feeding;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Threads;

/// <summary>The thread of an article in one tier; its key is a <see cref="ThreadKey"/>.</summary>
[Alias("annotate.thread-grain")]
public interface IThreadGrain : ITopicGrain
{
    /// <summary>Whoever calls this has checked that the sender may see the tier and has the mandate to annotate.</summary>
    [Alias("run")]
    Task<Answer> RunAsync(ThreadCommand command);

    [Alias("read")]
    Task<ThreadView> ReadAsync();
}

[Reentrant, GrainType(TopicKind)]
public sealed class ThreadGrain(TimeProvider clock) : FeedingGrain<ThreadState>(clock), IThreadGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "thread";

    ThreadKey? _thread;

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Thread.Coalition, Thread.Tier);

    ThreadKey Thread => _thread ??= ThreadKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of a thread.");

    public Task<Answer> RunAsync(ThreadCommand command) => RunAsync(command, () => Thread);

    public Task<ThreadView> ReadAsync() => ReadAsync((state, version) => ThreadView.Of(Thread, state, version));

    protected override bool IsTakenBack(Guid id) => State.Find(id) is { IsDeleted: true };

    protected override object StateForFollowers(long version) => ThreadView.Of(Thread, State, version);

    protected override SourceCount Count(ThreadState state) => new(state.Open, state.Total);
}
