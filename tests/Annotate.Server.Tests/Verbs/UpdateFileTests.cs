using System.Text.Json;
using Annotate.Server.Verbs;
using Annotate.Text;

namespace Annotate.Server.Tests.Verbs;

/// <summary>Files of Yjs updates that are harmed in all ways: what cannot be read is refused in words, and nothing else ever happens.</summary>
public sealed class UpdateFileTests(ITestOutputHelper output)
{
    const int Inputs = 20_000;
    const int ChangesMax = 4;

    [Fact]
    public void A_file_is_read_or_refused_in_words_whatever_it_holds()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var whole = Files();
        Assert.All(whole, file => Assert.NotEmpty(UpdateFile.Read(file, "it").Updates));
        var (read, refused) = (0, 0);
        for (var input = 0; input < Inputs; input++)
        {
            var bytes = Harmed(random, whole);
            try
            {
                if (IsRead(bytes)) read++;
                else refused++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, input {input}: {Convert.ToBase64String(bytes)}", exception);
            }
        }

        output.WriteLine($"{read} read, {refused} refused");
        Assert.True(read > Inputs / 50 && refused > Inputs / 4);
    }

    static bool IsRead(byte[] bytes)
    {
        UpdateFile file;
        try
        {
            file = UpdateFile.Read(bytes, "it");
        }
        catch (InvalidDataException refusal)
        {
            Assert.StartsWith("it ", refusal.Message, StringComparison.Ordinal);
            return false;
        }

        Assert.Equal(bytes.Length, file.Bytes);
        Assert.InRange(file.Format, 1, 2);
        if (file.IsWhole) Assert.Single(file.Updates);
        // What was read can be read again, as format 1.
        foreach (var update in file.Updates) Assert.True(Update.TryRead(update.Bytes, out _, out _));
        return true;
    }

    /// <summary>What yjs wrote, as one update and as many behind their lengths, in either format.</summary>
    static byte[][] Files()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "versions.json")));
        var files = new List<byte[]>();
        foreach (var version in golden.RootElement.EnumerateArray())
        {
            var state = version.GetProperty("state").GetBytesFromBase64();
            byte[][] updates = [.. version.GetProperty("updates").EnumerateArray().Select(update => update.GetBytesFromBase64())];
            files.AddRange([state, AsFormat2(state), Prefixed(updates), Prefixed([.. updates.Select(AsFormat2)])]);
        }

        return [.. files];
    }

    static byte[] AsFormat2(byte[] update) => Update.TryRead(update, out var read, out _) ? UpdateFormat2.Write(read) : throw new InvalidDataException();

    static byte[] Prefixed(byte[][] updates) => [.. updates.SelectMany(update => Length(update.Length).Concat(update))];

    static IEnumerable<byte> Length(int length)
    {
        for (; length >= 0x80; length >>= 7) yield return (byte)(length | 0x80);
        yield return (byte)length;
    }

    static byte[] Harmed(Random random, byte[][] files)
    {
        List<byte> bytes = [.. Any()];
        for (var changes = random.Next(1, ChangesMax + 1); changes > 0; changes--) Harm(random, bytes, Any);
        return [.. bytes];

        byte[] Any() => files[random.Next(files.Length)];
    }

    static void Harm(Random random, List<byte> bytes, Func<byte[]> other)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(9), bytes.Count - at));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                // A length where none was, often far too large.
                bytes.InsertRange(at, Length(random.Next() >> random.Next(31)));
                break;
            case 5:
                var from = other();
                var start = random.Next(from.Length);
                bytes.InsertRange(at, from.AsSpan(start, random.Next(from.Length - start + 1)).ToArray());
                break;
            default:
                // One file behind another: a log that goes on.
                bytes.AddRange(random.Next(2) == 0 ? Prefixed([other()]) : other());
                break;
        }
    }
}
