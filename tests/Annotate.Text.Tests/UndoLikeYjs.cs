using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>
/// What people make with yjs' UndoManager, in text, lists in lists, maps, XML and y-prosemirror, alone and together, at once and offline: it is taken,
/// and says what everybody reads who loads it.
/// </summary>
public sealed class UndoLikeYjs(Oracle yjs)
{
    const int Programs = 500;
    const int Steps = 60;

    [Fact]
    public void What_is_undone_is_taken_and_says_what_yjs_says()
    {
        var count = new Count();
        // Half of them always, the others anew each time.
        var anew = Environment.TickCount & 0xffffff;
        for (var i = 1; i <= Night.Times(Programs); i++) Run(i % 2 == 0 ? i : anew + i, count);
        TestContext.Current.SendDiagnosticMessage($"{count}");
        Assert.True(count.OddPrograms > 0);
    }

    internal sealed record Count
    {
        public int Updates { get; set; }

        public int OddPrograms { get; set; }

        /// <summary>How often a document that got the updates one by one said something else than one that loaded them.</summary>
        public int Moved { get; set; }

        /// <summary>How often what yjs says depended on whether it loaded the updates, or what another document holds that got them.</summary>
        public int Torn { get; set; }
    }

    internal void Run(int seed, Count count)
    {
        var made = yjs.Ask(new { ask = "undo", seed, steps = Steps })["updates"]!.AsArray().Select(update => Convert.FromBase64String((string)update!)).ToArray();
        var document = new Document();
        for (var i = 0; i < made.Length; i++)
        {
            var wasOdd = document.MayReadOtherwise;
            Take(document, made[i], $"seed {seed}, update {i}");
            count.Updates++;
            if (!document.MayReadOtherwise && i < made.Length - 1) continue;
            if (document.MayReadOtherwise && !wasOdd) count.OddPrograms++;
            Read(document, made[..(i + 1)], count, $"seed {seed}, update {i}");
        }
    }

    /// <summary>Each as a client sends it.</summary>
    static void Take(Document document, byte[] bytes, string where)
    {
        Assert.True(Update.TryRead(bytes, out var update, out var fault), $"{where}: {fault}");
        switch (document.Check(update, out var fresh))
        {
            case Verdict.Missing: Assert.Fail($"{where}: something is missing"); break;
            case Verdict.New:
                Assert.True(document.TryPropose(fresh!, out fault), $"{where}: {fault}");
                document.Accept();
                break;
        }
    }

    /// <summary>A document says what yjs says that loads the updates, and what yjs says that loads what we send.</summary>
    void Read(Document document, byte[][] updates, Count count, string where)
    {
        var (reloaded, state) = (document.Reloaded(), document.EncodeState());
        var yjsSays = yjs.Ask(new { ask = "readLoaded", updates });
        if ((bool)yjsSays["isOne"]! || Record.Exception(() => Alike.Types(yjsSays["loaded"]!, reloaded, where)) is not null)
            Alike.Types(yjsSays["merged"]!, reloaded, $"{where}, merged");
        Alike.Types(yjs.Ask(new { ask = "read", state }), reloaded, $"{where}, as it is sent");
        Assert.True(Said(reloaded) == Said(reloaded.Reloaded()), $"{where}: it did not stay");
        var hasMoved = Said(document) != Said(reloaded);
        Assert.True(document.MayReadOtherwise || !hasMoved, $"{where}: it reads otherwise");
        if (hasMoved) count.Moved++;
        if (!(bool)yjsSays["isOne"]!) count.Torn++;
    }

    static string Said(Document document) => string.Join(
        '|', document.ReadDelta(SharedRef.Text("t")), Ordered(document.ReadJson(SharedRef.Array("a"))), Ordered(document.ReadJson(SharedRef.Map("m"))), document.ReadXml(SharedRef.Xml("default")));

    /// <summary>Keys come in the order in which they were first set here.</summary>
    static string Ordered(string json) => Ordered(JsonNode.Parse(json))?.ToJsonString() ?? "null";

    static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Ordered(entry.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}
