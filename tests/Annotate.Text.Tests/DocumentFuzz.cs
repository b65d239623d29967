namespace Annotate.Text.Tests;

/// <summary>
/// Valid updates, changed at random, given to a document: it never throws, its links stay whole, and a refused update leaves it as it was.
/// </summary>
public sealed class DocumentFuzz(Oracle yjs)
{
    const int Seed = 20_251_124;
    const int Mutations = 100_000;
    const int StepsPerDocument = 200;
    const int LookedAtEvery = 8;
    const int LoadedEvery = 16;
    const int ReplayedEvery = 4;

    [Fact]
    public void A_document_takes_or_refuses_whatever_comes()
    {
        var seeds = Fuzz.SeedsOf(yjs);
        var parts = Fuzz.PartsOf(seeds);
        var random = new Random(Seed);
        var document = new Document();
        var taken = 0;
        double slowest = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            if (i % StepsPerDocument == 0) document = Begin(random, seeds);
            var bytes = Fuzz.Next(random, seeds, parts);
            var where = $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            using var spent = Spent.Begin(() => where);
            try
            {
                taken += Step(document, bytes, i, where) ? 1 : 0;
                if (i % LoadedEvery == 1) Load(bytes, where);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException(where, e);
            }
            slowest = Math.Max(slowest, spent.Check(() => where));
        }
        Assert.InRange(taken, Night.Times(Mutations) / 10, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage(
            $"fuzz: {taken} of {Night.Times(Mutations)} updates were taken by documents; the slowest took {slowest * 1000:f0} ms");
    }

    static Document Begin(Random random, byte[][] seeds)
    {
        var document = new Document(new DocumentOptions { CollectsGarbage = random.Next(4) > 0, TidiesFormats = random.Next(4) == 0 });
        foreach (var seed in seeds)
            if (random.Next(4) == 0) document.TryApply(seed, out _);
        return document;
    }

    /// <summary>
    /// Going through all of a document takes a while, so it is done with every eighth update; of all of them, every fourth eight is replayed, as
    /// from a journal.
    /// </summary>
    static bool Step(Document document, byte[] bytes, int number, string where)
    {
        var isLookedAt = number % LookedAtEvery == 0;
        var before = isLookedAt ? document.EncodeState() : [];
        if (isLookedAt) Try(document, bytes, before, where);
        var (items, clients) = (document.ItemCount, document.ClientCount);
        var isTaken = number / LookedAtEvery % ReplayedEvery == 0 ? TryReplay(document, bytes) : TryApply(document, bytes, isLookedAt, where);
        var isSame = (items, clients) == (document.ItemCount, document.ClientCount);
        Assert.True(isTaken || isSame, $"{where}: refused, and not as large as before");
        if (!isLookedAt) return isTaken;
        Invariants.Check(document.Store, where);
        var after = document.EncodeState();
        if (!isTaken) Assert.True(before.AsSpan().SequenceEqual(after), $"{where}: refused, and yet another document");
        Assert.True(Update.TryRead(after, out _, out var fault), $"{where}: the state cannot be read: {fault}");
        Read(document);
        return isTaken;
    }

    static bool TryApply(Document document, byte[] bytes, bool isWatched, string where)
    {
        var isTaken = isWatched ? document.TryApply(bytes, out TypeChange[] _, out var fault) : document.TryApply(bytes, out fault);
        Assert.True(isTaken == (fault == UpdateFault.None), where);
        return isTaken;
    }

    /// <summary>Also what no document has accepted, and no journal would hold.</summary>
    static bool TryReplay(Document document, byte[] bytes) =>
        Update.TryRead(bytes, out var update, out _) && document.TryReplay(document.Check(update, out var fresh) == Verdict.New ? fresh! : update);

    /// <summary>As the first that a document hears. What it then holds makes a document that holds the same.</summary>
    static void Load(byte[] bytes, string where)
    {
        if (!Document.TryLoad(bytes, out var document, out var fault))
        {
            Assert.True(fault != UpdateFault.None, where);
            return;
        }
        Invariants.Check(document.Store, where);
        Assert.True(Document.TryLoad(document.EncodeState(), out var again, out fault), $"{where}: what was loaded cannot be loaded: {fault}");
        Assert.True(document.EncodeStateVector().AsSpan().SequenceEqual(again.EncodeStateVector()), $"{where}: loaded again, another state vector");
        Assert.True(document.HasPending == again.HasPending, $"{where}: loaded again, pending or not");
        Read(document);
    }

    /// <summary>On trial, and taken back: the document is as it was.</summary>
    static void Try(Document document, byte[] bytes, byte[] before, string where)
    {
        if (!Update.TryRead(bytes, out var update, out _) || document.Check(update, out var fresh) != Verdict.New) return;
        var (roots, items) = (document.Roots.ToArray(), document.ItemCount);
        if (document.TryPropose(fresh!, out _)) document.TakeBack();
        Invariants.Check(document.Store, where);
        Assert.True(roots.AsSpan().SequenceEqual(document.Roots.ToArray()), $"{where}: taken back, and other root types");
        Assert.True(items == document.ItemCount, $"{where}: taken back, and {document.ItemCount} items where {items} were");
        Assert.True(before.AsSpan().SequenceEqual(document.EncodeState()), $"{where}: taken back, and yet another document");
    }

    static void Read(Document document)
    {
        foreach (var root in document.Roots)
        {
            document.GuessKind(root);
            document.Authors(SharedRef.Text(root));
            document.ReadText(SharedRef.Text(root));
            document.ReadDelta(SharedRef.Text(root));
            document.ReadProseMirror(SharedRef.Xml(root));
            foreach (var kind in Enum.GetValues<SharedKind>())
            {
                document.ReadJson(SharedRef.OfRoot(root, kind));
                document.ReadXml(SharedRef.OfRoot(root, kind));
            }
        }
        document.Shares();
        document.CountNestedTypes();
    }

    /// <summary>Bytes of format 2 are not close to those of format 1, so they are mutated from their own.</summary>
    [Fact]
    public void Format_2_is_read_or_refused()
    {
        var first = Fuzz.SeedsOf(yjs);
        var parts = Fuzz.PartsOf(first);
        var random = new Random(Seed);
        var seeds = Enumerable.Range(0, 2_000).Select(i => i < first.Length ? first[i] : Mutation.OfStructs(random, parts))
            .Select(seed => Update.TryRead(seed, out var update, out _) ? UpdateFormat2.Write(update) : []).Where(seed => seed.Length > 0).ToArray();
        byte[][] vectors = [.. Golden.Cases.Select(golden => golden.Held)];
        var read = 0;
        double slowest = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            var bytes = Mutation.Of(random, seeds);
            var (other, vector) = (seeds[random.Next(seeds.Length)], Mutation.Of(random, vectors));
            string Where() => $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            using var spent = Spent.Begin(Where);
            try
            {
                read += DecodeAll(bytes, other, vector) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(Where(), e);
            }
            slowest = Math.Max(slowest, spent.Check(Where));
        }
        Assert.InRange(read, Night.Times(Mutations) / 200, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage(
            $"fuzz: {read} of {Night.Times(Mutations)} updates of format 2 were read; the slowest took {slowest * 1000:f0} ms");
    }

    /// <summary>Reads an update of format 2, and does all that can be done with it. An update and a state vector go with it.</summary>
    static bool DecodeAll(byte[] bytes, byte[] other, byte[] vector)
    {
        var isRead = UpdateFormat2.TryRead(bytes, out var update, out _);
        Assert.Equal(isRead, UpdateFormat2.TryStateVectorOf(bytes, out var held));
        Assert.Equal(isRead, UpdateFormat2.TryMerge([other, bytes], out var merged));
        Assert.Equal(isRead && ClientClocks.TryRead(vector, out _, out _), UpdateFormat2.TryDiff(bytes, vector, out var diff));
        if (!isRead) return false;
        UpdateFormat2.Write(update!);
        Assert.Equal(held, ClientClocks.Encode(Updates.StateVectorOf(update!)));
        Assert.True(UpdateFormat2.TryRead(merged, out _, out var fault), $"the merge cannot be read: {fault}");
        if (diff is not null) Assert.True(UpdateFormat2.TryRead(diff, out _, out fault), $"the difference cannot be read: {fault}");
        return true;
    }
}
