using Annotate.Coalitions;

namespace Annotate.Positions;

/// <summary>The positions on a provision as the coalition sees them.</summary>
/// <param name="Version">Of the state shown.</param>
/// <param name="Coalition">The coalition's position as proposed; null when nothing is.</param>
/// <param name="State">By <see cref="AgreementRule"/>, at the time of reading.</param>
[GenerateSerializer, Immutable, Alias("annotate.positions-view.v1")]
public sealed record PositionsView(
    [property: Id(0)] long Version,
    [property: Id(1)] OrganisationPosition[] Positions,
    [property: Id(2)] CoalitionPosition? Coalition,
    [property: Id(3)] ConsentHeld[] Consents,
    [property: Id(4)] Agreement State)
{
    /// <param name="voices">Of the coalition, now.</param>
    public static PositionsView Of(PositionState state, long version, Voices voices) => new(
        version,
        [.. state.Positions.OrderBy(position => position.Organisation, StringComparer.Ordinal)],
        state.Proposal,
        [.. state.Consents.OrderBy(given => given.Organisation, StringComparer.Ordinal)],
        AgreementRule.Of(voices.Policy, state.Proposal is not null, state.Consents, voices.Organisations));
}
