using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>
/// The same script of local edits, on several documents that hear of each other late, makes the same updates here and in yjs, byte for byte.
/// </summary>
public sealed class EditsLikeYjs(Oracle yjs)
{
    const int Programs = 200;
    const int Steps = 60;
    static readonly long[] Clients = [5, 300, 4_000_000_000];
    static readonly string[] Words = ["a", "bc", "Artikel 1", "é", "漢字", "👍", "x👍y", "\n", " ", new('l', 80)];
    static readonly string[] Values = ["1", "-5", "1.5", "\"s\"", "null", "true", "{\"a\":[1,{\"b\":null}]}", "[]", "1e300", "4294967296"];

    /// <summary>No objects: whether yjs takes two of them for the same depends on whether they came to it together.</summary>
    static readonly string[] Formats =
        ["{\"bold\":true}", "{\"bold\":null}", "{\"em\":1.5}", "{\"bold\":true,\"link\":\"x\"}", "{\"em\":null}", "{\"note--abCD12+/\":\"x\"}"];

    sealed class Peer
    {
        public required Document Document { get; init; }

        public HashSet<int> Heard { get; } = [];
    }

    [Fact]
    public void A_script_makes_the_same_updates()
    {
        var forgot = 0;
        for (var seed = 1; seed <= Night.Times(Programs); seed++) forgot += Run(seed) ? 1 : 0;
        Assert.InRange(forgot, 0, Night.Times(Programs) / 20);
        TestContext.Current.SendDiagnosticMessage(
            $"edits: {forgot} of {Night.Times(Programs)} times yjs had to be told again of what came too early");
    }

    /// <returns>Whether yjs had to be told again of something that came too early.</returns>
    internal bool Run(int seed)
    {
        var random = new Random(seed);
        var peers = Clients.Select(id => new Peer { Document = new Document(new DocumentOptions { ClientId = id }) }).ToArray();
        var (steps, updates) = (new JsonArray(), new List<byte[]>());
        for (var step = 0; step < Steps; step++)
        {
            var on = random.Next(peers.Length);
            var unheard = Enumerable.Range(0, updates.Count).Where(i => !peers[on].Heard.Contains(i)).ToArray();
            if (random.Next(2) == 0 && unheard.Length > 0)
            {
                // In order, so that nothing stays pending: what yjs does then is not always what it should.
                foreach (var apply in unheard.Take(1 + random.Next(unheard.Length)))
                {
                    Assert.True(peers[on].Document.TryApply(updates[apply], out var fault), $"seed {seed}: {fault}");
                    peers[on].Heard.Add(apply);
                    steps.Add(new JsonObject { ["on"] = on, ["apply"] = apply });
                    updates.Add([0, 0]);
                    foreach (var peer in peers) peer.Heard.Add(updates.Count - 1);
                }
                continue;
            }
            var operations = new JsonArray();
            updates.Add(peers[on].Document.Change(edit =>
            {
                for (var i = random.Next(3); i >= 0; i--) operations.Add(Operate(edit, peers[on].Document, random));
            }));
            peers[on].Heard.Add(updates.Count - 1);
            steps.Add(new JsonObject { ["on"] = on, ["operations"] = operations });
            Invariants.Check(peers[on].Document.Store, $"seed {seed}, step {updates.Count}");
        }
        Compare(yjs.Ask(new { ask = "script", clients = Clients, steps }), peers, updates, steps, $"seed {seed}");
        return ReachYjs(random, [.. updates.Where((_, step) => steps[step]!["operations"] is not null)], $"seed {seed}, over a network");
    }

    /// <summary>What we wrote comes to yjs over a bad network, and in the end yjs holds what we hold.</summary>
    bool ReachYjs(Random random, byte[][] updates, string where)
    {
        var document = new Document();
        foreach (var update in updates) Assert.True(document.TryApply(update, out var fault), $"{where}: {fault}");
        return DocumentLikeYjs.IsWhatYjsMakes(yjs, document, random, Delivered(random, updates), where);
    }

    /// <summary>
    /// In another order, some twice; and of one writer, who is cut off at some time, what is written from then on comes at the end, in one.
    /// </summary>
    static byte[][] Delivered(Random random, byte[][] updates)
    {
        var span = random.Next(4) switch { 0 => 1, 1 => 5, 2 => 40, _ => updates.Length };
        var (cut, away) = (random.Next(updates.Length), Clients[random.Next(Clients.Length)]);
        bool IsHeldBack(byte[] update, int at) =>
            at >= cut && Update.TryRead(update, out var read, out _) && !read.Ranges.IsEmpty && read.Ranges[0].ClientId == away;
        var soon = updates.Where((update, at) => !IsHeldBack(update, at)).ToArray();
        var order = soon.Concat(soon.Where(_ => random.Next(5) == 0))
            .Select((update, i) => (Update: update, At: i % soon.Length + random.Next(span)));
        Assert.True(Updates.TryMerge([.. updates.Where(IsHeldBack).Select(update => (ReadOnlyMemory<byte>)update)], out var late));
        return [.. order.OrderBy(pair => pair.At).Select(pair => pair.Update), late];
    }

    static void Compare(JsonNode answer, Peer[] peers, List<byte[]> updates, JsonArray steps, string where)
    {
        var theirs = answer["updates"]!.AsArray();
        for (var i = 0; i < updates.Count; i++)
        {
            if (steps[i]!["operations"] is null) continue;
            Assert.True((string)theirs[i]! == Convert.ToBase64String(updates[i]),
                $"{where}, step {i} of {steps[i]!.ToJsonString()}:\nyjs  {theirs[i]}\nours {Convert.ToBase64String(updates[i])}");
        }
        for (var i = 0; i < peers.Length; i++) Alike.Types(answer["types"]![i]!, peers[i].Document, $"{where}, peer {i}");
    }

    static JsonNode Parsed(string json) => JsonNode.Parse(json)!;

    static JsonNode Operate(DocumentEdit edit, Document document, Random random) => random.Next(10) switch
    {
        < 5 => OperateText(edit, document, SharedRef.Text("t"), new JsonArray("t"), random),
        < 6 => OperateArray(edit, document, random),
        < 7 => OperateMap(edit, random),
        _ => OperateXml(edit, document, random),
    };

    static JsonObject OperateText(DocumentEdit edit, Document document, SharedRef text, JsonArray path, Random random)
    {
        var length = document.LengthOf(text);
        var index = random.Next(length + 1);
        var span = Math.Min(1 + random.Next(5), length - index);
        var formats = Formats[random.Next(Formats.Length)];
        switch (random.Next(8))
        {
            case 0 or 1 when span > 0:
                edit.Delete(text, index, span);
                return new JsonObject { ["do"] = "remove", ["path"] = path, ["index"] = index, ["length"] = span };
            case 2 when span > 0:
                edit.Format(text, index, span, Parsed(formats).AsObject());
                return new JsonObject { ["do"] = "format", ["path"] = path, ["index"] = index, ["length"] = span, ["formats"] = Parsed(formats) };
            case 3:
                edit.InsertEmbed(text, index, Parsed("{\"image\":\"x\"}"));
                return new JsonObject { ["do"] = "embed", ["path"] = path, ["index"] = index, ["embed"] = Parsed("{\"image\":\"x\"}") };
            case 4:
                var word = Words[random.Next(Words.Length)];
                edit.Insert(text, index, word, Parsed(formats).AsObject());
                return new JsonObject { ["do"] = "insert", ["path"] = path, ["index"] = index, ["text"] = word, ["formats"] = Parsed(formats) };
            default:
                var plain = Words[random.Next(Words.Length)];
                edit.Insert(text, index, plain);
                return new JsonObject { ["do"] = "insert", ["path"] = path, ["index"] = index, ["text"] = plain };
        }
    }

    static JsonObject OperateArray(DocumentEdit edit, Document document, Random random)
    {
        var array = SharedRef.Array("a");
        var length = document.LengthOf(array);
        var index = random.Next(length + 1);
        var span = Math.Min(1 + random.Next(3), length - index);
        if (random.Next(3) == 0 && span > 0)
        {
            edit.Delete(array, index, span);
            return new JsonObject { ["do"] = "take", ["index"] = index, ["length"] = span };
        }
        switch (random.Next(4))
        {
            case 0:
                edit.InsertBytes(array, index, [1, 255]);
                return new JsonObject { ["do"] = "bytes", ["index"] = index, ["bytes"] = Convert.ToBase64String([1, 255]) };
            case 1:
                edit.InsertType(array, index, SharedKind.Map);
                return new JsonObject { ["do"] = "type", ["index"] = index, ["kind"] = "map" };
            default:
                var values = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Values[random.Next(Values.Length)]).ToArray();
                edit.Insert(array, index, [.. values.Select(value => JsonNode.Parse(value))]);
                var parsed = new JsonArray([.. values.Select(value => JsonNode.Parse(value))]);
                return new JsonObject { ["do"] = "values", ["index"] = index, ["values"] = parsed };
        }
    }

    static JsonObject OperateMap(DocumentEdit edit, Random random)
    {
        var (map, key) = (SharedRef.Map("m"), random.Next(2) == 0 ? "k" : "ключ");
        switch (random.Next(4))
        {
            case 0:
                edit.Remove(map, key);
                return new JsonObject { ["do"] = "unset", ["key"] = key };
            case 1:
                edit.SetType(map, key, SharedKind.XmlHook, "hook");
                return new JsonObject { ["do"] = "settype", ["key"] = key, ["kind"] = "hook", ["name"] = "hook" };
            default:
                var value = Values[random.Next(Values.Length)];
                edit.Set(map, key, JsonNode.Parse(value));
                return new JsonObject { ["do"] = "set", ["key"] = key, ["value"] = JsonNode.Parse(value) };
        }
    }

    static JsonObject OperateXml(DocumentEdit edit, Document document, Random random)
    {
        var (type, path) = (SharedRef.Xml("default"), new JsonArray("default"));
        while (document.TypesIn(type) is { Count: > 0 } children && random.Next(3) > 0)
        {
            var at = random.Next(children.Count);
            type = children[at];
            path.Add(at);
        }
        if (type.Kind == SharedKind.XmlText) return OperateText(edit, document, type, path, random);
        var length = document.LengthOf(type);
        var index = random.Next(length + 1);
        switch (random.Next(5))
        {
            case 0 when index < length:
                edit.Delete(type, index, 1);
                return new JsonObject { ["do"] = "remove", ["path"] = path, ["index"] = index, ["length"] = 1 };
            case 1 when type.Kind == SharedKind.XmlElement:
                edit.Set(type, "class", "lead");
                return new JsonObject { ["do"] = "attribute", ["path"] = path, ["key"] = "class", ["value"] = "lead" };
            case 2:
                edit.InsertType(type, index, SharedKind.XmlText);
                return new JsonObject { ["do"] = "child", ["path"] = path, ["index"] = index, ["kind"] = "xmltext" };
            default:
                edit.InsertType(type, index, SharedKind.XmlElement, "p");
                return new JsonObject { ["do"] = "child", ["path"] = path, ["index"] = index, ["kind"] = "element", ["name"] = "p" };
        }
    }
}
