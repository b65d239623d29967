using System.Collections.Frozen;
using Annotate.Access;
using Annotate.Coalitions;

namespace Annotate.Server.Access;

/// <summary>The people of a coalition at one version.</summary>
sealed class GrantedPeople(CoalitionState state)
{
    readonly FrozenDictionary<string, Person> _people = state.People.ToFrozenDictionary(person => person.Id, StringComparer.Ordinal);

    readonly FrozenDictionary<string, Guid> _invitations = state.Invitations.ToFrozenDictionary(
        invitation => invitation.Key, invitation => invitation.Value.Id, StringComparer.Ordinal);

    public Person? Find(string person) => _people.GetValueOrDefault(person);

    public Guid? InvitationOf(string person) => _invitations.TryGetValue(person, out var id) ? id : null;
}

/// <summary>The revocations at one version.</summary>
sealed class RevokedTokens(RevocationState state)
{
    readonly HashSet<string> _tokens = [.. state.Tokens.Keys];
    readonly Dictionary<string, DateTimeOffset> _people = new(state.People);

    readonly DateTimeOffset _everyoneUpTo = state.EveryoneUpTo;
    readonly DateTimeOffset _operatorsUpTo = state.OperatorsUpTo;
    readonly string? _operatorsExcept = state.OperatorsExcept;

    public bool Holds(Principal principal) =>
        _tokens.Contains(principal.Token)
        || principal.Lineage.Any(_tokens.Contains)
        || (principal.IsOperator
            ? principal.Issued <= _operatorsUpTo && principal.Token != _operatorsExcept
            : principal.Issued <= _everyoneUpTo)
        || (principal.Coalition is { } coalition
            && _people.TryGetValue(RevocationState.KeyOf(coalition, principal.Person), out var at)
            && principal.Issued <= at);
}
