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

    /// <summary>Open, and somebody blocks.</summary>
    Blocked = 3,

    /// <summary>It closed without being adopted.</summary>
    Lapsed = 4,
}
