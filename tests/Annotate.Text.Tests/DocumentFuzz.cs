using System.Diagnostics;

namespace Annotate.Text.Tests;

/// <summary>
/// Valid updates, changed at random, given to a document: it never throws, its links stay whole, and a refused update leaves it as it was.
/// </summary>
public sealed class DocumentFuzz(Oracle yjs)
{
    const int Seed = 20_251_124;
    const int Mutations = 100_000;
    const int StepsPerDocument = 200;
    const long AllocatedBytesMax = 64 * 1024 * 1024;
    static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_document_takes_or_refuses_whatever_comes()
    {
        var seeds = Fuzz.SeedsOf(yjs);
        var random = new Random(Seed);
        var document = new Document();
        int taken = 0, second = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            if (i % StepsPerDocument == 0) document = Begin(random, seeds);
            var bytes = Fuzz.Mutate(random, seeds);
            var where = $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                taken += Step(document, bytes, where) ? 1 : 0;
                second += UpdateFormat2.TryRead(bytes, out _, out _) ? 1 : 0;
                RelativePosition.TryRead(bytes, out _);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException(where, e);
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < AllocatedBytesMax, $"{where}: allocates much");
            Assert.True(Stopwatch.GetElapsedTime(began) < Long, $"{where}: is slow");
        }
        Assert.InRange(taken, Night.Times(Mutations) / 100, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage($"fuzz: {taken} of {Night.Times(Mutations)} updates were taken, {second} were read as format 2");
    }

    static Document Begin(Random random, byte[][] seeds)
    {
        var document = new Document(new DocumentOptions { CollectsGarbage = random.Next(4) > 0 });
        foreach (var seed in seeds)
            if (random.Next(4) == 0) document.TryApply(seed, out _);
        return document;
    }

    /// <summary>Reading all of a document takes a while, so it is done now and then.</summary>
    static bool Step(Document document, byte[] bytes, string where)
    {
        var isLookedAt = bytes.Length % 16 == 0;
        var before = isLookedAt ? document.EncodeState() : [];
        var isTaken = document.TryApply(bytes, out var fault);
        Assert.True(isTaken == (fault == UpdateFault.None), where);
        if (!isLookedAt) return isTaken;
        Invariants.Check(document.Store, where);
        var after = document.EncodeState();
        if (!isTaken) Assert.True(before.AsSpan().SequenceEqual(after), $"{where}: refused, and yet another document");
        Assert.True(Update.TryRead(after, out _, out fault), $"{where}: the state cannot be read: {fault}");
        foreach (var root in document.Roots)
            foreach (var kind in Enum.GetValues<SharedKind>()) document.ReadJson(SharedRef.OfRoot(root, kind));
        return isTaken;
    }

    /// <summary>Bytes of format 2 are not close to those of format 1, so they are mutated from their own.</summary>
    [Fact]
    public void Format_2_is_read_or_refused()
    {
        var first = Fuzz.SeedsOf(yjs).Where(seed => Update.TryRead(seed, out _, out _)).ToArray();
        var seeds = first.Select(seed => Update.TryRead(seed, out var update, out _) ? UpdateFormat2.Write(update) : []).ToArray();
        var random = new Random(Seed);
        var read = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            var bytes = Fuzz.Mutate(random, seeds);
            var where = $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                if (UpdateFormat2.TryRead(bytes, out var update, out _))
                {
                    read++;
                    UpdateFormat2.Write(update);
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(where, e);
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < AllocatedBytesMax, $"{where}: allocates much");
            Assert.True(Stopwatch.GetElapsedTime(began) < Long, $"{where}: is slow");
        }
        Assert.InRange(read, Night.Times(Mutations) / 200, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage($"fuzz: {read} of {Night.Times(Mutations)} updates of format 2 were read");
    }
}
