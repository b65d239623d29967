using System.Text.Json;

namespace Annotate.Text.Tests;

/// <summary>Updates that yjs wrote, kept for ever: see yjs/golden.mjs. They need no yjs to be checked.</summary>
public sealed class Golden
{
    public sealed record Case(string Name, byte[] Update, long[][] Structs, long[][] Deletes, byte[] Vector, byte[] Held, byte[] Diff);

    public static Case[] Cases { get; } = JsonSerializer.Deserialize<Case[]>(
        File.ReadAllBytes(Path.Combine(Oracle.Folder, "..", "golden", "updates.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Names => [.. Cases.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Update_of_yjs_is_read(string name)
    {
        var golden = Cases.Single(candidate => candidate.Name == name);
        Assert.True(Update.TryRead(golden.Update, out var update, out var fault), fault.ToString());
        Assert.Equal(RangesOf(golden.Structs), update.Ranges.ToArray().Select(range => (range.ClientId, range.From, range.To)));
        Assert.Equal(golden.Deletes.Select(row => new DeleteRange(row[0], row[1], row[2])), update.Deletes.ToArray());
        Assert.True(Updates.TryStateVectorOf(golden.Update, out var vector));
        Assert.Equal(golden.Vector, vector);
        Assert.True(Updates.TryDiff(golden.Update, golden.Held, out var diff));
        // Yjs drops the bit that says "has a parent key" where the key itself is not written; we copy the byte as it came.
        Assert.Equal(golden.Diff.Length, diff.Length);
        Assert.All(golden.Diff.Zip(diff), pair => Assert.True((pair.First ^ pair.Second) is 0 or 0x20));
    }

    static Document Loaded(string name)
    {
        Assert.True(Document.TryLoad(Cases.Single(golden => golden.Name == name).Update, out var document, out var fault), fault.ToString());
        return document;
    }

    [Fact]
    public void Values_in_JSON_are_read()
    {
        var document = Loaded("json");
        Assert.Equal("[1,{\"k\":[null]},\"between\",null,true]", document.ReadJson(SharedRef.Array("a")));
        Assert.Equal("{\"k\":{\"漢\":1.5}}", document.ReadJson(SharedRef.Map("m")));
    }

    /// <summary>As JSON.stringify and String write it.</summary>
    [Fact]
    public void What_is_undefined_is_not_there_in_a_map()
    {
        var document = Loaded("undefined");
        Assert.Equal("{\"k\":[null,{}]}", document.ReadJson(SharedRef.Map("m")));
        Assert.Equal("<p none=\"undefined\" null=\"null\"></p>", document.ReadXml(SharedRef.Xml("default")));
        Assert.Equal("{\"null\":null}", document.ReadAttributes(document.TypesIn(SharedRef.Xml("default")).Single()));
    }

    /// <summary>Structs that follow on each other, joined.</summary>
    static IEnumerable<(long, long, long)> RangesOf(long[][] structs)
    {
        var ranges = new List<(long Client, long From, long To)>();
        foreach (var row in structs)
        {
            var goesOn = ranges.Count > 0 && ranges[^1].Client == row[0] && ranges[^1].To == row[1];
            if (goesOn) ranges[^1] = ranges[^1] with { To = row[1] + row[2] };
            else ranges.Add((row[0], row[1], row[1] + row[2]));
        }
        return ranges;
    }
}
