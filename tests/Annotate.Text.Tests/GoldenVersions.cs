using System.Text.Json;
using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>Documents that versions of yjs from 13.0 on wrote, kept for ever: see yjs/versions.mjs. They need no yjs to be checked.</summary>
public sealed class GoldenVersions
{
    public sealed record Case(string Version, byte[][] Updates, byte[] State, byte[] Again, JsonNode Types);

    static Case[] Cases { get; } = JsonSerializer.Deserialize<Case[]>(
        File.ReadAllBytes(Path.Combine(Oracle.Folder, "..", "golden", "versions.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Versions => [.. Cases.Select(golden => golden.Version)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_document_of_an_old_version_is_read(string version)
    {
        var golden = Cases.Single(candidate => candidate.Version == version);
        Assert.True(Document.TryLoad(golden.State, out var document, out var fault), fault.ToString());
        Assert.Equal(golden.Again, document.EncodeState());
        Alike.Types(golden.Types, document, version);
        foreach (var updates in new[] { golden.Updates, [.. golden.Updates.Reverse()] })
        {
            var grown = new Document();
            foreach (var update in updates) Assert.True(grown.TryApply(update, out fault), fault.ToString());
            Assert.False(grown.HasPending);
            Assert.Equal(golden.Again, grown.EncodeState());
        }
    }
}
