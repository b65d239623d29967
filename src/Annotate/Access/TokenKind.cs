namespace Annotate.Access;

/// <summary>What a token is for. Stored by number: never renumber.</summary>
public enum TokenKind
{
    /// <summary>Sent by a program with every request.</summary>
    Bearer = 0,

    /// <summary>In a link that somebody opens once, to be turned into a <see cref="Session"/>. Opens nothing else.</summary>
    SignIn = 1,

    /// <summary>In a browser's cookie.</summary>
    Session = 2,

    /// <summary>The server operator's, kept in a file of the data folder.</summary>
    Operator = 3,
}
