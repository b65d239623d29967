using Annotate.Following;
using Annotate.Grains;
using Annotate.Journals;
using Annotate.Text;
using Orleans.Concurrency;

namespace Annotate.Statements;

[Reentrant]
[GrainType("section")]
public sealed class SectionGrain : JournalledGrain<SectionState>, ISectionGrain
{
    readonly Queue<long> _origins = new();
    readonly PacedReading<(long Version, Document Document)?> _loading;

    public SectionGrain(TimeProvider clock) : base(clock) => _loading = new(LoadAsync, clock);

    protected override string Kind => "section";

    public Task<TextOpening> OpenAsync(byte[] stateVector) => ReadAsync((text, version) =>
        new TextOpening(version, text.Lacking(stateVector) ?? text.Encode(), text.StateVector));

    public Task<byte[]> StateVectorAsync() => ReadAsync((text, _) => text.StateVector);

    public async Task<SectionText> ReadTextAsync(TextForm form, long known)
    {
        var (version, document) = (Journal.Version, (Document?)null);
        if (version != known) (version, document) = await ReadableAsync();
        var text = document is null ? new SectionText(version, null)
            : SectionReading.Read(document, form, State.Owners) is { } content ? new SectionText(version, content)
            : new SectionText(version, null, Problem.TooLarge($"In this form the text has more than {Limits.ReadingBytesMax} bytes."));
        await Journal.WhenDurableAsync();
        return text;
    }

    /// <summary>What the text says now, or a copy that says what it said at a version: to be read before anything else happens.</summary>
    async ValueTask<(long Version, Document Document)> ReadableAsync()
    {
        while (State.IsToBeLoaded)
            if (await _loading.ReadAsync() is { } copy) return copy;
        return (Journal.Version, State.Document);
    }

    /// <summary>
    /// Loading a text takes many times as long as reading it, so it is done beside the grain: nobody's edits wait for those who read. Null when
    /// it became the text.
    /// </summary>
    async Task<(long Version, Document Document)?> LoadAsync()
    {
        var (version, whole) = (Journal.Version, State.Encode());
        var loaded = await Task.Run(() => SectionState.Load(whole));
        var isCurrent = version == Journal.Version;
        State.Take(loaded, isCurrent);
        return isCurrent ? null : (version, loaded.Document);
    }

    public async Task<EditOutcome[]> EditAsync(Immutable<Edit[]> edits)
    {
        var outcomes = new EditOutcome[edits.Value.Length];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Take(edits.Value[i]);
        await Journal.WhenDurableAsync();
        return outcomes;
    }

    public Task AwareAsync(AwarenessNotice notice)
    {
        PassOn(notice);
        return Task.CompletedTask;
    }

    protected override long[] OriginsOf(long from, int count)
    {
        var origins = new long[count];
        for (var i = 0; i < count; i++) origins[i] = _origins.Dequeue();
        return origins;
    }

    protected override object StateForFollowers(long version) => new TextOpening(version, State.Encode(), State.StateVector);

    EditOutcome Take(Edit edit)
    {
        if (State.Decide(edit, Journal.Version, out var edited) is { } outcome) return outcome;
        try
        {
            var version = Record(edit.By, edited!);
            _origins.Enqueue(edit.Origin);
            return new EditOutcome(EditStatus.Durable, version);
        }
        catch (JournalBusyException)
        {
            State.TakeBack();
            return new EditOutcome(EditStatus.Refused, Journal.Version, null, Problem.Busy);
        }
        catch
        {
            State.TakeBack();
            throw;
        }
    }
}
