namespace Annotate.Client;

/// <summary>
/// Edits that the server did not take and never will as they are, or that were given up before it could. Nothing of them is in the text, and the client does not keep them: whoever
/// uses it does. Show the words to whoever wrote them, to be made as new edits in the fresh document or to be copied; to keep them over a
/// restart, write the record with <c>System.Text.Json</c>, which also reads it back.
/// </summary>
/// <param name="Text">The id of the text they were for.</param>
/// <param name="Problem">Why they were refused.</param>
/// <param name="Refused">What was sent and refused, or all that was given up, as one Yjs update.</param>
/// <param name="Later">What waited behind it and may build on it, as one Yjs update; an empty one for nothing.</param>
/// <param name="Whole">The whole text as their document had it: a new document made from this alone reads the words where they stood.</param>
/// <param name="At">When they were refused.</param>
public sealed record RefusedEdits(string Text, LiveProblem Problem, byte[] Refused, byte[] Later, byte[] Whole, DateTimeOffset At);

/// <summary>The document in which a text is edited has to be replaced by a new one.</summary>
public sealed class TextReplaced
{
    readonly OpenText _text;

    internal TextReplaced(OpenText text, RefusedEdits? refused) => (_text, Refused) = (text, refused);

    /// <summary>The text's id.</summary>
    public string Text => _text.Text;

    /// <summary>What was set aside; null when nothing was.</summary>
    public RefusedEdits? Refused { get; }

    /// <summary>
    /// What to make the new document from, as one Yjs update: everything that the text holds at the moment when this is asked for, so that
    /// nothing is missed between the one and the other.
    /// </summary>
    public byte[] State => _text.State;
}
