using Annotate.Deciding;
using Annotate.Following;
using Annotate.Journals;
using Orleans.Concurrency;

namespace Annotate.Statements;

[Reentrant]
[GrainType("section")]
public sealed class SectionGrain(TimeProvider clock) : JournalledGrain<SectionState>(clock), ISectionGrain
{
    readonly Queue<long> _origins = new();

    protected override string Kind => "section";

    public Task<TextOpening> OpenAsync(byte[] stateVector) => ReadAsync((text, version) =>
        new TextOpening(version, text.Lacking(stateVector) ?? text.Encode(), text.StateVector));

    public Task<byte[]> StateVectorAsync() => ReadAsync((text, _) => text.StateVector);

    public Task<SectionText> ReadTextAsync(TextForm form, long known) => ReadAsync((text, version) =>
        version == known ? new SectionText(version, null)
        : text.Read(form) is { } content ? new SectionText(version, content)
        : new SectionText(version, null, Problem.TooLarge($"In this form the text has more than {Limits.ReadingBytesMax} bytes.")));

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
