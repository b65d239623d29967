namespace Annotate.Positions;

/// <summary>The positions on a provision as the coalition sees them.</summary>
/// <param name="Version">Of the state shown.</param>
/// <param name="Coalition">The coalition's position as proposed last; null when nothing is.</param>
/// <param name="State">How far it has come with that.</param>
/// <param name="Adopted">The position that the coalition has adopted; it stands until another is.</param>
[GenerateSerializer, Immutable, Alias("annotate.positions-view.v1")]
public sealed record PositionsView(
    [property: Id(0)] long Version,
    [property: Id(1)] OrganisationPosition[] Positions,
    [property: Id(2)] CoalitionPosition? Coalition,
    [property: Id(3)] ConsentHeld[] Consents,
    [property: Id(4)] Agreement State,
    [property: Id(5)] CoalitionPosition? Adopted)
{
    public static PositionsView Of(PositionState state, long version) => new(
        version,
        [.. state.Positions.OrderBy(position => position.Organisation, StringComparer.Ordinal)],
        state.Proposal,
        [.. state.Consents.OrderBy(given => given.Organisation, StringComparer.Ordinal)],
        StateOf(state),
        state.Adopted);

    static Agreement StateOf(PositionState state) => state.Proposal switch
    {
        null => Agreement.None,
        { Outcome: { } outcome } => outcome.IsAdopted ? Agreement.Adopted : Agreement.Lapsed,
        _ => state.Consents.Any(given => given.Consent == Consent.Block) ? Agreement.Blocked : Agreement.Open,
    };
}
