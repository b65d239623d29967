using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>
/// What somebody deleted stays in the journal, which is never rewritten; but whoever catches up later gets its entries without their words.
/// The entries themselves stay, so that versions have no gap (G2).
/// </summary>
public static class WordsTakenBack
{
    /// <summary>The entry as it is, or without its words when what they are of was deleted.</summary>
    public static Entry Without(Entry entry, Func<Guid, bool> isDeleted) => entry.Event switch
    {
        Annotated e when isDeleted(e.Id) => entry with { Event = e with { Text = "", Tags = [] } },
        Replied e when isDeleted(e.Id) => entry with { Event = e with { Text = "" } },
        AnnotationEdited e when isDeleted(e.Annotation) =>
            entry with { Event = e with { Text = e.Text is null ? null : "", Tags = e.Tags is null ? null : [] } },
        _ => entry,
    };
}
