using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>Each organisation's position on a provision, the coalition's as proposed, and what the organisations say to that.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("annotate.position-state.v1")]
public sealed class PositionState : IState
{
    [Id(0)] readonly Dictionary<string, OrganisationPosition> _positions = [];
    [Id(1)] readonly Dictionary<string, ConsentHeld> _consents = [];

    /// <summary>What was proposed last, whatever became of it.</summary>
    [Id(2)] public CoalitionPosition? Proposal { get; private set; }

    /// <summary>What was adopted last: it stands until something else is adopted, also while that is only proposed.</summary>
    [Id(4)] public CoalitionPosition? Adopted { get; private set; }

    /// <summary>Version of the last entry.</summary>
    [Id(3)] public long Version { get; private set; }

    public IReadOnlyCollection<OrganisationPosition> Positions => _positions.Values;

    /// <summary>To the proposal that stands now.</summary>
    public IReadOnlyCollection<ConsentHeld> Consents => _consents.Values;

    public OrganisationPosition? PositionOf(string organisation) => _positions.GetValueOrDefault(organisation);

    public ConsentHeld? ConsentOf(string organisation) => _consents.GetValueOrDefault(organisation);

    public void Apply(long version, Entry entry)
    {
        Version = version;
        if (entry.Event is IEventOf<PositionState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Take(OrganisationPosition position) => _positions[position.Organisation] = position;

    internal void Take(ConsentHeld consent) => _consents[consent.Organisation] = consent;

    internal void Propose(CoalitionPosition proposal)
    {
        Proposal = proposal;
        _consents.Clear();
    }

    internal void Close(Outcome outcome)
    {
        Proposal = Proposal! with { Outcome = outcome };
        if (outcome.IsAdopted) Adopted = Proposal;
    }

    internal bool IsOpen(long proposal) => Proposal is { Outcome: null } standing && standing.Version == proposal;
}
