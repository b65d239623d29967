using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;

namespace Annotate.Access;

/// <summary>
/// The key that the servers of a cluster check tokens with. It opens nothing: whoever knows it can make up tokens that have to be looked up
/// and are not found. Its key is <see cref="TokenKeyGrain.OnlyKey"/>.
/// </summary>
[Alias("annotate.token-key-grain")]
public interface ITokenKeyGrain : ITopicGrain
{
    /// <summary>Offers a key. The first that was ever offered is the one; it stays.</summary>
    /// <returns>The key to use.</returns>
    [Alias("agree")]
    Task<byte[]> AgreeAsync(OfferTokenKey offer);
}

public sealed class TokenKeyGrain(TimeProvider clock) : JournalledGrain<TokenKeyState>(clock), ITokenKeyGrain
{
    public const string OnlyKey = "only";

    protected override string Kind => "token-key";

    public async Task<byte[]> AgreeAsync(OfferTokenKey offer)
    {
        var answer = await RunAsync(offer, Clock.GetUtcNow);
        return answer.Problem is null ? State.Key! : throw new ArgumentException(answer.Problem.Detail, nameof(offer));
    }
}

/// <param name="Key">Random, of <see cref="Limits.TokenKeyBytes"/>.</param>
[GenerateSerializer, Alias("annotate.offer-token-key.v1")]
public sealed record OfferTokenKey([property: Id(0)] byte[] Key) : Command, ICommandOn<TokenKeyState, DateTimeOffset>
{
    public Decision Decide(TokenKeyState state, DateTimeOffset known) =>
        state.Key is not null ? Decision.Unchanged
        : Key is { Length: Limits.TokenKeyBytes } ? new TokenKeyChosen(Key)
        : Problem.Invalid($"A key has {Limits.TokenKeyBytes} bytes.");
}

[GenerateSerializer, Immutable, Alias("annotate.token-key-chosen.v1")]
public sealed record TokenKeyChosen([property: Id(0)] byte[] Key) : Event, IEventOf<TokenKeyState>
{
    public static IReadOnlyList<Event> Samples => [new TokenKeyChosen([1, 2, 254])];

    public void ApplyTo(TokenKeyState state, long version, Entry entry) => state.Choose(Key);
}

[GenerateSerializer, Alias("annotate.token-key-state.v1")]
public sealed class TokenKeyState : IState
{
    /// <summary>Null before the first server has started.</summary>
    [Id(0)] public byte[]? Key { get; private set; }

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<TokenKeyState> happened) happened.ApplyTo(this, version, entry);
    }

    // With another key the tokens made with the first would be refused.
    internal void Choose(byte[] key) => Key ??= key;
}
