using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;

namespace Annotate.Access;

/// <summary>All revocations of this cluster; its key is <see cref="RevocationGrain.OnlyKey"/>.</summary>
[Alias("annotate.revocation-grain")]
public interface IRevocationGrain : ITopicGrain
{
    [Alias("run")]
    Task<Answer> RunAsync(RevocationCommand command);

    /// <summary>When all tokens of all people were ended last: those issued later are good.</summary>
    [Alias("ended-up-to")]
    Task<DateTimeOffset> EndedUpToAsync();
}

public sealed class RevocationGrain(TimeProvider clock) : JournalledGrain<RevocationState>(clock), IRevocationGrain
{
    public const string OnlyKey = "all";

    protected override string Kind => "revocations";

    public Task<Answer> RunAsync(RevocationCommand command) => RunAsync(command, Clock.GetUtcNow);

    public Task<DateTimeOffset> EndedUpToAsync() => ReadAsync((state, _) => state.EveryoneUpTo);
}

[GenerateSerializer, Alias("annotate.revocation-command.v1")]
public abstract record RevocationCommand : Command, ICommandOn<RevocationState, DateTimeOffset>
{
    public Decision Decide(RevocationState state, DateTimeOffset known) => Happens();

    protected abstract Event Happens();
}

/// <param name="Token">Hash of the token.</param>
/// <param name="Expires">When it would have run out.</param>
[GenerateSerializer, Alias("annotate.revoke-everywhere.v1")]
public sealed record RevokeEverywhere([property: Id(0)] string Token, [property: Id(1)] DateTimeOffset Expires) : RevocationCommand
{
    protected override Event Happens() => new TokenRevoked(Token, Expires);
}

/// <summary>Revokes every token made for a person so far.</summary>
[GenerateSerializer, Alias("annotate.revoke-tokens-of-person.v1")]
public sealed record RevokeTokensOfPerson([property: Id(0)] string Coalition, [property: Id(1)] string Person) : RevocationCommand
{
    protected override Event Happens() => new PersonTokensRevoked(Coalition, Person);
}

/// <summary>Revokes every token and link of every person of every coalition so far: a backup that was put back holds some that were revoked since.</summary>
[GenerateSerializer, Alias("annotate.revoke-every-token.v1")]
public sealed record RevokeEveryToken : RevocationCommand
{
    protected override Event Happens() => new EveryTokenRevoked();
}

/// <summary>Revokes every key of the operator but one.</summary>
/// <param name="Except">Hash of the one that stays.</param>
[GenerateSerializer, Alias("annotate.revoke-operator-keys.v1")]
public sealed record RevokeOperatorKeys([property: Id(0)] string Except) : RevocationCommand
{
    protected override Event Happens() => new OperatorKeysRevoked(Except);
}

[GenerateSerializer, Immutable, Alias("annotate.every-token-revoked.v1")]
public sealed record EveryTokenRevoked : Event, IEventOf<RevocationState>
{
    public static IReadOnlyList<Event> Samples => [new EveryTokenRevoked()];

    public void ApplyTo(RevocationState state, long version, Entry entry) => state.RevokeEveryone(entry.At);
}

/// <param name="Except">Hash of the one that stays.</param>
[GenerateSerializer, Immutable, Alias("annotate.operator-keys-revoked.v1")]
public sealed record OperatorKeysRevoked([property: Id(0)] string Except) : Event, IEventOf<RevocationState>
{
    public static IReadOnlyList<Event> Samples => [new OperatorKeysRevoked("hash")];

    public void ApplyTo(RevocationState state, long version, Entry entry) => state.RevokeOperators(entry.At, Except);
}

[GenerateSerializer, Immutable, Alias("annotate.token-revoked.v1")]
public sealed record TokenRevoked([property: Id(0)] string Token, [property: Id(1)] DateTimeOffset Expires)
    : Event, IEventOf<RevocationState>
{
    public static IReadOnlyList<Event> Samples => [new TokenRevoked("hash", Sample.Until)];

    public void ApplyTo(RevocationState state, long version, Entry entry) => state.Revoke(Token, Expires, entry.At);
}

[GenerateSerializer, Immutable, Alias("annotate.person-tokens-revoked.v1")]
public sealed record PersonTokensRevoked([property: Id(0)] string Coalition, [property: Id(1)] string Person)
    : Event, IEventOf<RevocationState>
{
    public static IReadOnlyList<Event> Samples => [new PersonTokensRevoked("c", "ana")];

    public void ApplyTo(RevocationState state, long version, Entry entry) => state.RevokePerson(Coalition, Person, entry.At);
}
