using System.Collections.Concurrent;
using Annotate.Access;
using Annotate.Coalitions;

namespace Annotate.Server.Access;

/// <summary>
/// The grants of the coalitions in use on this silo, and all revocations, kept by following their grains: one call to a coalition's
/// grain per edit would be its bottleneck.
/// </summary>
sealed class SiloGrants
{
    readonly ConcurrentDictionary<string, Replica<CoalitionState, GrantedPeople>> _coalitions = new(StringComparer.Ordinal);
    readonly Lazy<Replica<RevocationState, RevokedTokens>> _revocations;
    readonly IGrainFactory _grains;
    readonly TimeProvider _clock;

    public SiloGrants(IGrainFactory grains, TimeProvider clock)
    {
        (_grains, _clock) = (grains, clock);
        // Made at the first use: object references can be had only when the silo has started.
        _revocations = new(() => new(
            grains, grains.GetGrain<IRevocationGrain>(RevocationGrain.OnlyKey), state => new RevokedTokens(state), () => Changed?.Invoke(null), clock));
    }

    /// <summary>The grants of one coalition changed, or (null) tokens were revoked.</summary>
    public event Action<string?>? Changed;

    public Replica<RevocationState, RevokedTokens> Revocations => _revocations.Value;

    /// <summary>The grants of a coalition, followed from now on.</summary>
    public Replica<CoalitionState, GrantedPeople> Of(string coalition)
    {
        if (!_coalitions.TryGetValue(coalition, out var replica)) replica = _coalitions.GetOrAdd(coalition, Follow);
        replica.Use();
        return replica;
    }

    /// <summary>Renews everything, and lets go of what nobody asks for.</summary>
    /// <exception cref="GrantsUnreachableException">Some of it could not be renewed.</exception>
    public async Task RenewAsync()
    {
        var renewals = new List<Task> { Revocations.RenewAsync() };
        renewals.AddRange(LettingGo());
        renewals.AddRange(_coalitions.Values.Select(replica => replica.RenewAsync()));
        await Task.WhenAll(renewals);
    }

    public bool AreLost(string? coalition) =>
        Revocations.Age.TotalMilliseconds > Limits.GrantsLostMilliseconds
        || (coalition is not null && Of(coalition).Age.TotalMilliseconds > Limits.GrantsLostMilliseconds);

    Replica<CoalitionState, GrantedPeople> Follow(string coalition) => new(
        _grains, _grains.GetGrain<ICoalitionGrain>(coalition), state => new GrantedPeople(state), () => Changed?.Invoke(coalition), _clock);

    IEnumerable<Task> LettingGo()
    {
        var excess = _coalitions.Count - Limits.CoalitionsFollowedMax;
        foreach (var (coalition, replica) in _coalitions.OrderByDescending(followed => followed.Value.Unused).ToArray())
        {
            if (excess-- <= 0 && replica.Unused.TotalSeconds < Limits.CoalitionUnusedSeconds) yield break;
            if (_coalitions.TryRemove(coalition, out _)) yield return replica.LeaveAsync(_grains);
        }
    }
}
