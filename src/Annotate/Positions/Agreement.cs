using Annotate.Coalitions;

namespace Annotate.Positions;

/// <summary>How far the coalition has come with its own position.</summary>
public enum Agreement
{
    /// <summary>Nothing is proposed.</summary>
    None = 0,

    /// <summary>Proposed; voices are still missing.</summary>
    Open = 1,

    /// <summary>It is the coalition's position.</summary>
    Adopted = 2,

    /// <summary>Somebody blocks.</summary>
    Blocked = 3,
}

/// <summary>The rule by which a proposal becomes the coalition's position.</summary>
/// <remarks>
/// The voices are the organisations for which somebody holds the mandate to take positions now. Under either policy one block blocks, and
/// nothing is adopted before one organisation agrees, with or without a caveat: standing aside is not agreeing. Under unanimity every
/// voice must have agreed or stood aside; under no-block silence is enough. A consent that was given stands until its organisation gives
/// another or something else is proposed, also when the mandate under which it was given has ended: nothing gets adopted because
/// somebody's mandate ran out. Whether a voice is still missing is told when somebody looks, never stored: mandates are given, run out
/// and are revoked without any entry in the journal of the positions.
/// </remarks>
public static class AgreementRule
{
    /// <param name="isProposed">Whether anything is proposed.</param>
    /// <param name="consents">Those given to that proposal, at most one of each organisation.</param>
    /// <param name="voices">The organisations that are asked.</param>
    public static Agreement Of(Policy policy, bool isProposed, IReadOnlyCollection<ConsentHeld> consents, IReadOnlySet<string> voices)
    {
        if (!isProposed) return Agreement.None;
        if (consents.Any(given => given.Consent == Consent.Block)) return Agreement.Blocked;
        if (!consents.Any(given => given.Consent is Consent.Agree or Consent.AgreeWithCaveat)) return Agreement.Open;
        return policy == Policy.NoBlock || voices.All(voice => consents.Any(given => given.Organisation == voice))
            ? Agreement.Adopted
            : Agreement.Open;
    }
}
