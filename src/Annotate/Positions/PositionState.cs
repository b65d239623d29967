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
        switch (entry.Event)
        {
            case PositionTaken e:
                _positions[e.Organisation] = new OrganisationPosition(e.Organisation, e.Kind, e.RedLine, e.Reason, entry.By, entry.At);
                break;
            case CoalitionPositionProposed e:
                Proposal = new CoalitionPosition(e.Kind, e.Reason, entry.By, entry.At, version, e.Terms);
                _consents.Clear();
                break;
            // A consent to a proposal that was replaced says nothing about the one that stands now, and one to a closed proposal comes too late: skipped.
            case ConsentGiven e when IsOpen(e.Proposal):
                _consents[e.Organisation] = new ConsentHeld(e.Organisation, e.Consent, e.Caveat, entry.By, entry.At);
                break;
            // An outcome is decided once.
            case CoalitionPositionAdopted e when IsOpen(e.Proposal):
                Adopted = Proposal = Proposal! with { Outcome = new Outcome(true, e.Reason, e.Tally, entry.At) };
                break;
            case CoalitionPositionLapsed e when IsOpen(e.Proposal):
                Proposal = Proposal! with { Outcome = new Outcome(false, e.Reason, e.Tally, entry.At) };
                break;
        }
    }

    bool IsOpen(long proposal) => Proposal is { Outcome: null } standing && standing.Version == proposal;
}
