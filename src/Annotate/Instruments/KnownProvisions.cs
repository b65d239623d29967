namespace Annotate.Instruments;

/// <summary>
/// Whether what a command points at is there. Asked at the door, before the command is decided: drafts are never changed or taken away,
/// so what is found holds.
/// </summary>
public static class KnownProvisions
{
    /// <summary>Null when some draft of the instrument has such a provision.</summary>
    public static async Task<Problem?> CheckProvisionAsync(this IGrainFactory grains, string instrument, string eId) =>
        await grains.GetGrain<IInstrumentGrain>(instrument).HasAsync(eId) ? null : Problem.NotFound;

    /// <summary>Null when the instrument has such a draft.</summary>
    public static async Task<Problem?> CheckDraftAsync(this IGrainFactory grains, string instrument, string draft) =>
        await grains.GetGrain<IInstrumentGrain>(instrument).ReadAsync() is { } outline && Array.Exists(outline.Drafts, each => each.Id == draft)
            ? null
            : Problem.Invalid("There is no such draft.");
}
