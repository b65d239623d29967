namespace Annotate.Calls;

/// <summary>What an endpoint asks of its caller. Each includes <see cref="Read"/> except the first two.</summary>
public enum Right
{
    /// <summary>Nothing: no token is looked at.</summary>
    Anyone,

    /// <summary>A token that is valid, of anybody.</summary>
    SignedIn,

    /// <summary>To be in the coalition, in any role; the operator may read as well.</summary>
    Read,

    /// <summary>The mandate to annotate for one's organisation.</summary>
    Annotate,

    /// <summary>The mandate to take positions and give consent for one's organisation.</summary>
    Position,

    /// <summary>The mandate to write in statements.</summary>
    Draft,

    /// <summary>The mandate to clear a section for one's organisation.</summary>
    SignOff,

    /// <summary>The mandate to stand publicly behind a statement.</summary>
    Endorse,

    /// <summary>To administer one's organisation, by mandate or as a steward, or to be the operator. Over whom, the coalition decides.</summary>
    Administer,

    /// <summary>To be a steward of the coalition, or the operator.</summary>
    Steward,

    /// <summary>To be the operator of this server.</summary>
    Operator,
}
