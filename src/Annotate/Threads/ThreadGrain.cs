using Annotate.Deciding;
using Annotate.Following;

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

public sealed class ThreadGrain(TimeProvider clock) : JournalledGrain<ThreadState>(clock), IThreadGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "thread";

    ThreadKey? _thread;

    protected override string Kind => TopicKind;

    ThreadKey Thread => _thread ??= ThreadKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of a thread.");

    public Task<Answer> RunAsync(ThreadCommand command) => RunAsync(command, state => command.Decide(Thread, state));

    public Task<ThreadView> ReadAsync() => ReadAsync((state, version) => ThreadView.Of(Thread, state, version));
}
