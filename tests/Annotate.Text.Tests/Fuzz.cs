using System.Diagnostics;

namespace Annotate.Text.Tests;

/// <summary>Valid bytes, changed at random: no decoder throws, none allocates much more than it was given, none takes long.</summary>
public sealed class Fuzz(Oracle yjs)
{
    const int Seed = 20_251_123;
    const int Mutations = 100_000;
    const int AskedOfYjs = 3_000;
    const int BytesAllocatedPerByte = 200;
    const int BytesAllocatedMin = 20_000;

    /// <summary>
    /// Far above what any of these inputs takes, so that a busy machine does not fail the test, and a quadratic case does.
    /// </summary>
    static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

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

    internal static byte[] Mutate(Random random, byte[][] seeds)
    {
        var bytes = seeds[random.Next(seeds.Length)].ToList();
        for (var i = random.Next(3); i >= 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 2 when at < bytes.Count: bytes[at] = (byte)random.Next(12); break;
                case 3: bytes.Insert(at, (byte)random.Next(256)); break;
                case 4 when at < bytes.Count: bytes.RemoveRange(at, Math.Min(1 + random.Next(4), bytes.Count - at)); break;
                case 5: bytes.InsertRange(at, Hostile.Beyond); break;
                default:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from)));
                    break;
            }
        }
        return [.. bytes];
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
        int read = 0, slowest = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(random, seeds);
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                read += DecodeAll(bytes, known, held) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}", e);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var most = BytesAllocatedMin + (long)BytesAllocatedPerByte * (bytes.Length + whole.Length);
            Assert.True(allocated < most, $"seed {Seed}, mutation {i}: {allocated} bytes for {bytes.Length}");
            Assert.True(Stopwatch.GetElapsedTime(began) < Long, $"seed {Seed}, mutation {i} is slow: {Convert.ToBase64String(bytes)}");
            slowest = Math.Max(slowest, (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        Assert.InRange(read, Mutations / 100, Mutations);
        TestContext.Current.SendDiagnosticMessage($"fuzz: {read} of {Mutations} mutations were read; the slowest took {slowest} ms");
    }

    /// <summary>Gives the bytes to every decoder, and to everything that follows from an update that was read.</summary>
    static bool DecodeAll(byte[] bytes, Update known, TextState held)
    {
        ClientClocks.TryRead(bytes, out _, out _);
        Messages.TryRead(bytes, out _);
        AwarenessUpdate.TryKeep(bytes, entry => entry.ClientId != 1, out _);
        TextState.TryRead(bytes, out _, out _);
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
        return true;
    }

    /// <summary>The point of reading strictly: what a text takes, yjs can apply, completely.</summary>
    [Fact]
    public void What_a_text_takes_yjs_applies() => yjs.InOneTurn(() =>
    {
        var seeds = Seeds();
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
            var bytes = Mutate(random, seeds);
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
