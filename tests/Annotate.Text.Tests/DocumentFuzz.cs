namespace Annotate.Text.Tests;

/// <summary>
/// Valid updates, changed at random, given to a document: it never throws, its links stay whole, and a refused update leaves it as it was.
/// </summary>
public sealed class DocumentFuzz(Oracle yjs)
{
    const int Seed = 20_251_124;
    const int Mutations = 100_000;
    const int StepsPerDocument = 200;

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
            var spent = Spent.Begin();
            try
            {
                taken += Step(document, bytes, where) ? 1 : 0;
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

    /// <summary>Reading all of a document takes a while, so it is done now and then.</summary>
    static bool Step(Document document, byte[] bytes, string where)
    {
        var isLookedAt = bytes.Length % 16 == 0;
        var before = isLookedAt ? document.EncodeState() : [];
        if (isLookedAt) Try(document, bytes, before, where);
        var isTaken = isLookedAt ? document.TryApply(bytes, out TypeChange[] _, out var fault) : document.TryApply(bytes, out fault);
        Assert.True(isTaken == (fault == UpdateFault.None), where);
        if (!isLookedAt) return isTaken;
        Invariants.Check(document.Store, where);
        var after = document.EncodeState();
        if (!isTaken) Assert.True(before.AsSpan().SequenceEqual(after), $"{where}: refused, and yet another document");
        Assert.True(Update.TryRead(after, out _, out fault), $"{where}: the state cannot be read: {fault}");
        Read(document);
        return isTaken;
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
        var read = 0;
        double slowest = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            var bytes = Mutation.Of(random, seeds);
            string Where() => $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            var spent = Spent.Begin();
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
                throw new InvalidOperationException(Where(), e);
            }
            slowest = Math.Max(slowest, spent.Check(Where));
        }
        Assert.InRange(read, Night.Times(Mutations) / 200, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage(
            $"fuzz: {read} of {Night.Times(Mutations)} updates of format 2 were read; the slowest took {slowest * 1000:f0} ms");
    }
}
