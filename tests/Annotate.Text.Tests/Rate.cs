namespace Annotate.Text.Tests;

public sealed partial class HostileDocument
{
    [Fact]
    public void Rate()
    {
        int notStay = 0, became = 0, inRuns = 0, backwardsDiffer = 0, liveDiffer = 0; string first = "", firstB = "";
        for (var i = 0; i < 40_000; i++)
        {
            var random = new Random(1000 + i);
            var (updates, log) = OddUpdates(random);
            var (document, reloaded, backwards) = (new Document(), new Document(), new Document());
            foreach (var update in updates)
            {
                Assert.True(TryPropose(document, update) && TryPropose(reloaded, update));
                if (random.Next(3) == 0) reloaded = reloaded.Reloaded();
            }
            foreach (var update in Enumerable.Reverse(updates)) Assert.True(backwards.TryApply(update, out _));
            var (live, later) = (ReadT(document), ReadT(document.Reloaded()));
            if (HasRunPutInto(document)) inRuns++;
            else if (later != ReadT(backwards.Reloaded())) backwardsDiffer++;
            if (!document.MayReadOtherwise && live != later) liveDiffer++;
            if (later != ReadT(document.Reloaded().Reloaded())) { notStay++; if (first == "" ||  log.Length < first.Length) first = log + later; }
            if (later != ReadT(reloaded.Reloaded())) { became++; if (firstB == "" || log.Length < firstB.Length) firstB = log + later; }
        }
        Assert.Fail($"inRuns {inRuns}, notStay {notStay}, became {became}, backwardsDiffer {backwardsDiffer}, liveDiffer {liveDiffer}\n{first}\n{firstB}");
    }
}
