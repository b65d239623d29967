using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;

namespace Annotate.Access;

/// <summary>A token; its key is the token's hash, base64url of SHA-256.</summary>
[Alias("annotate.token-grain")]
public interface ITokenGrain : ITopicGrain
{
    [Alias("run")]
    Task<Answer> RunAsync(TokenCommand command);

    /// <summary>Null when there is no such token, or it opens nothing any more.</summary>
    [Alias("find")]
    Task<TokenView?> FindAsync();
}

public sealed class TokenGrain(TimeProvider clock) : JournalledGrain<TokenState>(clock), ITokenGrain
{
    protected override string Kind => "token";

    public Task<Answer> RunAsync(TokenCommand command) => RunAsync(command, Clock.GetUtcNow);

    public async Task<TokenView?> FindAsync()
    {
        // Made-up tokens activate a grain each; those must not stay in memory.
        if (State.Issued is null) DeactivateOnIdle();
        return await ReadAsync((state, _) => state.View(Clock.GetUtcNow()));
    }
}
