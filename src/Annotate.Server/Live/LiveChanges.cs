using System.Globalization;
using Annotate.Client;
using Annotate.Deciding;
using Annotate.Following;

namespace Annotate.Server.Live;

/// <summary>Entries of a journal as clients get them.</summary>
static class LiveChanges
{
    public static LiveChange Of(long version, Entry entry) => new(
        version,
        entry.At.ToString("O", CultureInfo.InvariantCulture),
        new LiveBy(entry.By.Person, entry.By.Organisation),
        ChangeJson.KindOf(entry.Event),
        ChangeJson.DataOf(entry));
}
