using Annotate.Deciding;

namespace Annotate.Access;

/// <summary>
/// The tokens that were revoked and have not run out. Every silo keeps a replica, so that a revoked token closes what is open with it.
/// What is dropped here stays refused: by its time, or because its own grain knows.
/// </summary>
[GenerateSerializer, Alias("annotate.revocation-state.v1")]
public sealed class RevocationState : IState
{
    [Id(0)] readonly Dictionary<string, DateTimeOffset> _tokens = [];
    [Id(1)] readonly Dictionary<string, DateTimeOffset> _people = [];

    /// <summary>When all tokens of all people were revoked last: those issued later are good.</summary>
    [Id(2)] public DateTimeOffset EveryoneUpTo { get; private set; }

    /// <summary>When all keys of the operator but one were revoked last.</summary>
    [Id(3)] public DateTimeOffset OperatorsUpTo { get; private set; }

    /// <summary>Hash of that one.</summary>
    [Id(4)] public string? OperatorsExcept { get; private set; }

    // Not stored: in a state that was just read it is long past, so that the first entry looks through everything.
    [NonSerialized] DateTimeOffset _nothingToForgetBefore;

    /// <summary>Hash of each revoked token, and when it runs out.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Tokens => _tokens;

    /// <summary>"coalition/person", and when all their tokens were revoked: those issued later are good.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> People => _people;

    public static string KeyOf(string coalition, string person) => coalition + "/" + person;

    public void Apply(long version, Entry entry)
    {
        Forget(entry.At);
        if (entry.Event is IEventOf<RevocationState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Revoke(string token, DateTimeOffset expires, DateTimeOffset at)
    {
        if (expires <= at) return;
        if (_tokens.Count >= Limits.RevokedTokensMax) _tokens.Remove(_tokens.MinBy(each => each.Value).Key);
        _tokens[token] = expires;
        if (expires < _nothingToForgetBefore) _nothingToForgetBefore = expires;
    }

    internal void RevokePerson(string coalition, string person, DateTimeOffset at) => _people[KeyOf(coalition, person)] = at;

    internal void RevokeEveryone(DateTimeOffset at) => EveryoneUpTo = at;

    internal void RevokeOperators(DateTimeOffset at, string except) => (OperatorsUpTo, OperatorsExcept) = (at, except);

    void Forget(DateTimeOffset now)
    {
        if (now < _nothingToForgetBefore) return;
        _nothingToForgetBefore = now.AddDays(1);
        foreach (var (token, expires) in _tokens)
        {
            if (expires <= now) _tokens.Remove(token);
            else if (expires < _nothingToForgetBefore) _nothingToForgetBefore = expires;
        }

        foreach (var (person, at) in _people)
            if (at.AddDays(Limits.TokenDaysMax) <= now) _people.Remove(person);
    }
}
