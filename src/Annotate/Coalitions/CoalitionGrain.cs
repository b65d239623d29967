using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Coalitions;

/// <summary>A coalition; its key is the coalition's id.</summary>
[Alias("annotate.coalition-grain")]
public interface ICoalitionGrain : ITopicGrain
{
    [Alias("run")]
    Task<Answer> RunAsync(CoalitionCommand command);

    /// <summary>Null while the coalition has not been founded.</summary>
    [Alias("read")]
    Task<CoalitionView?> ReadAsync();
}

public sealed class CoalitionGrain(TimeProvider clock) : JournalledGrain<CoalitionState>(clock), ICoalitionGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "coalition";

    protected override string Kind => TopicKind;

    public Task<Answer> RunAsync(CoalitionCommand command) => RunAsync(command, command.DecideBy);

    public Task<CoalitionView?> ReadAsync() =>
        ReadAsync((state, version) => state.Exists ? CoalitionView.Of(Key, state, version) : null);
}
