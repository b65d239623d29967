namespace Annotate.Text.Tests;

/// <summary>Valid bytes, changed at random: no decoder throws, none allocates much more than it was given, none takes long.</summary>
public sealed class Fuzz(Oracle yjs)
{
    const int Seed = 20_251_123;
    const int Mutations = 100_000;
    const int AskedOfYjs = 3_000;
    const int BytesAllocatedPerByte = 200;
    const int BytesAllocatedMin = 20_000;

    byte[][] Seeds() => SeedsOf(yjs);

    internal static byte[][] SeedsOf(Oracle yjs)
    {
        var seeds = new List<byte[]>(Golden.Cases.Select(golden => golden.Update));
        for (var seed = 1; seed <= 10; seed++)
        {
            var (updates, syncs) = yjs.Program(seed, 30);
            seeds.AddRange([.. updates, .. syncs]);
        }
        return [.. seeds];
    }

    [Fact]
    public void No_decoder_throws_or_allocates_or_lasts()
    {
        var seeds = Seeds();
        var random = new Random(Seed);
        var whole = Golden.Cases.Single(golden => golden.Name == "two clients").Update;
        Assert.True(Update.TryRead(whole, out var known, out _));
        var held = new TextState();
        Assert.Equal(Verdict.New, held.Check(known, out var fresh));
        held.Add(fresh!);
        var parts = PartsOf(seeds);
        var read = 0;
        double slowest = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            var bytes = Next(random, seeds, parts);
            string Where() => $"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            using var spent = Spent.Begin(Where);
            try
            {
                read += DecodeAll(bytes, known, held) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(Where(), e);
            }
            var (allocated, most) = (spent.Bytes, BytesAllocatedMin + (long)BytesAllocatedPerByte * (bytes.Length + whole.Length));
            if (allocated >= most) Assert.Fail($"{Where()}: {allocated} bytes for {bytes.Length}");
            slowest = Math.Max(slowest, spent.Check(Where));
        }
        Assert.InRange(read, Night.Times(Mutations) / 10, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage(
            $"fuzz: {read} of {Night.Times(Mutations)} mutations were read; the slowest took {slowest * 1000:f0} ms");
    }

    internal static UpdateParts[] PartsOf(byte[][] seeds) =>
        [.. seeds.Select(seed => UpdateParts.TryRead(seed, out var parts) ? parts : null).OfType<UpdateParts>()];

    /// <summary>One half knows what it changes, and is mostly read; the other does not.</summary>
    internal static byte[] Next(Random random, byte[][] seeds, UpdateParts[] parts) =>
        random.Next(2) == 0 ? Mutation.Of(random, seeds) : Mutation.OfStructs(random, parts);

    /// <summary>Reads an update, and does all that follows from one that was read.</summary>
    static bool DecodeAll(byte[] bytes, Update known, TextState held)
    {
        if (!Update.TryRead(bytes, out var update, out var fault))
        {
            Assert.NotEqual(UpdateFault.None, fault);
            return false;
        }
        var merged = Updates.Merge(known, update);
        Assert.True(Update.TryRead(merged, out _, out fault), $"the merge cannot be read: {fault}");
        var difference = Updates.MergeSince([update], held.StateVector);
        Assert.True(Update.TryRead(difference, out _, out fault), $"the difference cannot be read: {fault}");
        if (held.Check(update, out var fresh) == Verdict.New)
        {
            Assert.True(TextState.TryRead(held.ToBytes(), out var copy, out _));
            Assert.True(copy.Add(fresh!));
            Assert.Equal(Verdict.Held, copy.Check(update, out _));
        }
        Assert.True(UpdateFormat2.TryRead(UpdateFormat2.Write(update), out _, out fault), $"format 2 cannot be read: {fault}");
        return true;
    }

    /// <summary>The point of reading strictly: what a text takes, yjs can apply, completely.</summary>
    [Fact]
    public void What_a_text_takes_yjs_applies() => yjs.InOneTurn(() =>
    {
        var seeds = Seeds();
        var parts = PartsOf(seeds);
        var random = new Random(Seed + 1);
        var (state, asked) = (new TextState(), 0);
        yjs.Ask(new { ask = "open" });
        foreach (var golden in Golden.Cases.Where(golden => golden.Structs.Length < 30))
        {
            Assert.True(Update.TryRead(golden.Update, out var update, out _));
            if (state.Check(update, out var fresh) != Verdict.New) continue;
            state.Add(fresh!);
            yjs.Ask(new { ask = "apply", fresh = golden.Update, update = golden.Update });
        }
        for (var i = 0; asked < AskedOfYjs && i < Mutations; i++)
        {
            var bytes = Next(random, seeds, parts);
            if (!Update.TryRead(bytes, out var update, out _) || state.Check(update, out var fresh) == Verdict.Missing) continue;
            var answer = yjs.Ask(new { ask = "try", update = (fresh ?? update).Bytes.ToArray() });
            var where = $"seed {Seed + 1}, mutation {i}: {Convert.ToBase64String(bytes)}";
            Assert.True(answer["threw"] is null, $"{where} throws {answer["threw"]}");
            if (fresh is not null) Assert.False((bool)answer["pending"]!, $"{where} stays pending");
            asked++;
        }
        Assert.InRange(asked, AskedOfYjs / 3, AskedOfYjs);
        TestContext.Current.SendDiagnosticMessage($"fuzz: yjs was asked {asked} times");
    });
}
