using System.Text;
using System.Text.Json;

namespace Annotate.Text.Tests;

/// <summary>
/// Each of the smaller decoders, given its own kind of bytes, changed at random: none throws, lasts or allocates much, and what one reads it
/// writes so that it reads the same again.
/// </summary>
public sealed class DecoderFuzz(Oracle yjs)
{
    const int Seed = 20_251_125;
    const int Mutations = 100_000;

    delegate bool Decode(byte[] bytes);

    [Fact]
    public void State_vectors() => Run(
        [[0], .. Golden.Cases.Select(golden => golden.Vector), .. Golden.Cases.Select(golden => golden.Held), Vector(40)],
        bytes =>
        {
            if (!ClientClocks.TryRead(bytes, out var vector, out _)) return false;
            Assert.True(ClientClocks.TryRead(ClientClocks.Encode(vector), out var again, out _));
            Assert.Equal(vector, again);
            return true;
        });

    static byte[] Vector(int clients) => ClientClocks.Encode([.. Enumerable.Range(0, clients).Select(i => new ClientClock(1L << i, i))]);

    [Fact]
    public void Delete_sets()
    {
        byte[][] seeds = [[0], [1, 7, 2, 0, 1, 5, 3], [2, 9, 1, 0, 4, 7, 3, 0, 1, 2, 1, 9, 1], [3, 1, 1, 5, 5, 3, 1, 0, 9, 1, 1, 0, 7]];
        Run(seeds, bytes =>
        {
            var reader = new ByteReader(bytes);
            if (!Deletes.TryRead(ref reader, out var deletes) || !reader.TryEnd()) return false;
            var writer = new ByteWriter(64);
            Deletes.Write(ref writer, deletes);
            reader = new ByteReader(writer.ToArray());
            Assert.True(Deletes.TryRead(ref reader, out var again) && reader.TryEnd());
            Assert.Equal(deletes, again);
            return true;
        });
    }

    [Fact]
    public void Relative_positions()
    {
        var document = new Document();
        foreach (var update in yjs.Program(3, 60).Updates) document.TryApply(update, out _);
        var text = SharedRef.Text(document.Roots.First(root => document.GuessKind(root) == SharedKind.Text));
        var seeds = new List<byte[]> { new RelativePosition { ClientId = -1, Root = text.Root, Association = -1 }.Encode() };
        for (var index = 0; index <= document.LengthOf(text); index++)
            if (document.TryPositionAt(text, index, index % 2 - 1, out var position)) seeds.Add(position.Encode());
        foreach (var client in document.StateVector())
            for (var clock = 0; clock < client.Clock; clock++)
                seeds.Add(new RelativePosition { ClientId = client.ClientId, Clock = clock, IsEndOfType = clock % 2 == 0 }.Encode());
        Run([.. seeds], bytes =>
        {
            if (!RelativePosition.TryRead(bytes, out var position)) return false;
            Assert.True(RelativePosition.TryRead(position.Encode(), out var again));
            Assert.Equal(position, again);
            if (document.TryIndexOf(position, out var type, out var index)) Assert.InRange(index, 0, Math.Max(index, document.LengthOf(type.Value)));
            return true;
        });
    }

    [Fact]
    public void Awareness()
    {
        string[] texts = ["{\"user\":{\"name\":\"Zoë 👍\"},\"cursor\":null}", .. Mutation.OddJson];
        var states = texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var seeds = new List<byte[]> { AwarenessUpdate.Removals([new ClientClock(7, 3)]) };
        foreach (var state in states) seeds.Add(AwarenessUpdate.Write([new(1, 2, state), new(Limits.ClockMax, 3, states[0])]));
        Run([.. seeds], bytes =>
        {
            if (!AwarenessUpdate.TryRead(bytes, out var entries, out _)) return false;
            Assert.True(AwarenessUpdate.TryRead(AwarenessUpdate.Write(entries), out var again, out _));
            Assert.Equal(entries.Select(AsText), again.Select(AsText));
            Assert.True(AwarenessUpdate.TryKeep(bytes, entry => !entry.IsRemoval && entry.ClientId != 1, out var kept));
            Assert.True(AwarenessUpdate.TryRead(kept, out _, out _));
            return true;
        });
    }

    static string AsText(AwarenessEntry entry) => $"{entry.ClientId} {entry.Clock} {Convert.ToHexString(entry.State.Span)}";

    [Fact]
    public void Messages_of_the_protocol()
    {
        byte[][] payloads = [[], [0, 0], .. Golden.Cases.Select(golden => golden.Update)];
        Run([.. payloads.SelectMany(payload => Enum.GetValues<MessageKind>().Select(kind => Messages.Write(kind, payload)))], bytes =>
        {
            if (!Messages.TryRead(bytes, out var message)) return false;
            Assert.True(Messages.TryRead(Messages.Write(message.Kind, message.Payload.Span), out var again));
            Assert.Equal((message.Kind, Convert.ToHexString(message.Payload.Span)), (again.Kind, Convert.ToHexString(again.Payload.Span)));
            return true;
        });
    }

    /// <summary>Values of lib0's "any": what passes the check is read as JSON, and as text, by code that checks nothing any more.</summary>
    [Fact]
    public void Values_of_any()
    {
        var random = new Random(Seed);
        Run([.. Enumerable.Range(0, 400).Select(i => Mutation.Any(random, i % 80))], bytes =>
        {
            var reader = new ByteReader(bytes);
            if (!Values.TrySkipAny(ref reader) || !reader.TryEnd()) return false;
            using var json = new MemoryStream();
            using (var output = new Utf8JsonWriter(json, Document.JsonOptions))
            {
                reader = new ByteReader(bytes);
                AnyValues.WriteJson(ref reader, output);
                Assert.Equal(0, reader.Left);
            }
            Assert.True(Values.IsJson(json.ToArray()));
            reader = new ByteReader(bytes);
            JsText.AppendAny(new StringBuilder(), ref reader);
            Assert.Equal(0, reader.Left);
            var writer = new ByteWriter(64);
            if (AnyJson.TryToJson(bytes, ref writer))
            {
                reader = new ByteReader(writer.ToArray());
                Assert.True(Values.TrySkipJson(ref reader) && reader.TryEnd());
            }
            return true;
        });
    }

    /// <summary>JSON in embeds and formats: what passes the check is turned into "any", and into text.</summary>
    [Fact]
    public void Values_of_json() => Run([.. Mutation.OddJson.Select(Encoding.UTF8.GetBytes)], bytes =>
    {
        var writer = new ByteWriter(64);
        writer.Blob(bytes);
        var reader = new ByteReader(writer.ToArray());
        if (!Values.TrySkipJson(ref reader)) return false;
        using var document = JsonText.Parse(bytes);
        writer = new ByteWriter(64);
        AnyJson.WriteAny(ref writer, document.RootElement);
        reader = new ByteReader(writer.ToArray());
        Assert.True(Values.TrySkipAny(ref reader) && reader.TryEnd());
        JsText.AppendJson(new StringBuilder(), document.RootElement);
        var text = Encoding.UTF8.GetString(bytes);
        FormatValues.AreEqual(text, text + " ");
        return true;
    });

    [Fact]
    public void Stored_states()
    {
        var states = new List<byte[]>();
        foreach (var golden in Golden.Cases)
        {
            var state = new TextState();
            if (!Update.TryRead(golden.Update, out var update, out _) || state.Check(update, out var fresh) != Verdict.New) continue;
            state.Add(fresh!);
            states.Add(state.ToBytes());
        }
        Run([.. states], bytes =>
        {
            if (!TextState.TryRead(bytes, out var state, out _)) return false;
            Assert.True(TextState.TryRead(state.ToBytes(), out var again, out _));
            Assert.Equal(state.ToBytes(), again.ToBytes());
            return true;
        });
    }

    static void Run(byte[][] seeds, Decode decode, [System.Runtime.CompilerServices.CallerMemberName] string what = "")
    {
        var random = new Random(Seed);
        var read = 0;
        double slowest = 0;
        for (var i = 0; i < Night.Times(Mutations); i++)
        {
            var bytes = Mutation.Of(random, seeds);
            string Where() => $"{what}, seed {Seed}, mutation {i}: {Convert.ToBase64String(bytes)}";
            using var spent = Spent.Begin(Where);
            try
            {
                read += decode(bytes) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(Where(), e);
            }
            slowest = Math.Max(slowest, spent.Check(Where));
        }
        Assert.InRange(read, Night.Times(Mutations) / 200, Night.Times(Mutations));
        TestContext.Current.SendDiagnosticMessage($"fuzz: {what}: {read} of {Night.Times(Mutations)} mutations were read; the slowest took {slowest * 1000:f0} ms");
    }
}
