namespace Annotate.Text;

/// <summary>Why bytes from outside were refused.</summary>
public enum UpdateFault
{
    /// <summary>They were not.</summary>
    None,

    /// <summary>More bytes, structs, clients or ranges than <see cref="Limits"/> allows.</summary>
    TooLarge,

    /// <summary>The bytes end before what they announce.</summary>
    Truncated,

    /// <summary>Bytes are left over behind the end.</summary>
    TrailingBytes,

    /// <summary>A number, or the end of a range, lies beyond <see cref="Limits.ClockMax"/>.</summary>
    Number,

    /// <summary>A client appears twice; Yjs would lose structs of such an update.</summary>
    Clients,

    /// <summary>A struct of unknown kind, or with flags that its kind cannot have.</summary>
    Struct,

    /// <summary>A struct or a range of deleted clocks without length, which Yjs never writes and cannot hold.</summary>
    Empty,

    /// <summary>A struct refers to a later struct of its own client; Yjs would throw on it.</summary>
    Reference,

    /// <summary>A string is not UTF-8.</summary>
    Text,

    /// <summary>A value (JSON, or lib0's "any") is malformed.</summary>
    Value,

    /// <summary>A value nests deeper than <see cref="Limits.ValueDepthMax"/>, or a type deeper than <see cref="Limits.NestingMax"/>.</summary>
    Depth,

    /// <summary>Placing its structs would take more than <see cref="Limits.PlacingStepsMax"/> steps.</summary>
    Work,
}
