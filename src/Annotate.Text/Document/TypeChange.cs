namespace Annotate.Text;

/// <summary>
/// What a transaction changed in one shared type that was there before it. Of types that came with it there is nothing to say.
/// </summary>
/// <param name="Type">The type. A root type is <see cref="SharedKind.Unknown"/> here: the document knows only its name.</param>
/// <param name="TextDelta">
/// If its sequence changed: how, taken as a text, as the delta of yjs' YTextEvent (JSON). What stands here of a type that is no text means
/// nothing.
/// </param>
/// <param name="ListDelta">If its sequence changed: how, taken as a list, as the changes.delta of yjs' events (JSON).</param>
/// <param name="Keys">The keys under which something changed.</param>
public sealed record TypeChange(SharedRef Type, string? TextDelta, string? ListDelta, IReadOnlyList<string> Keys);
