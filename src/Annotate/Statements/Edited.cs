using System.Diagnostics.CodeAnalysis;
using Annotate.Deciding;
using Annotate.Text;

namespace Annotate.Statements;

/// <summary>A text grew by an update: what of somebody's edit was new.</summary>
/// <param name="Update">A Yjs update of format 1 whose dependencies the text held.</param>
[GenerateSerializer, Immutable, Alias("annotate.edited.v1")]
public sealed record Edited([property: Id(0)] byte[] Update) : Event, IEventOf<SectionState>
{
    public static IReadOnlyList<Event> Samples => [new Edited([1, 1, 5, 0, 4, 1, 1, 116, 1, 97, 0])];

    /// <summary>The update as it was decoded when it was checked, so that applying need not decode again. Not stored.</summary>
    [field: NonSerialized]
    internal Update? Decoded { get; set; }

    /// <summary>Decodes the update, once; false when it cannot be read.</summary>
    internal bool TryDecode([NotNullWhen(true)] out Update? update)
    {
        update = Decoded;
        if (update is null && Annotate.Text.Update.TryRead(Update, out update, out _)) Decoded = update;
        return update is not null;
    }

    public void ApplyTo(SectionState state, long version, Entry entry) => state.Take(this, entry.By.Person);
}
